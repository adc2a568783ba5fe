package io.surfacefs.cache;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Which objects were read, in order, until somebody who holds the ledger's lock puts them into the line: hits wait for
 * nobody. Bounded; what comes when it is full is left out, which costs recency and nothing else.
 */
final class Recency {
    static final int CAPACITY = 8_192;
    private static final int DRAIN_AT = 1_024;

    /** A record and the object that it was of. */
    record Read(int id, long low) {}

    private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    /** Remembers a read. {@return whether it is time to drain} */
    boolean add(int id, long low) {
        if (size.get() < CAPACITY) {
            size.incrementAndGet();
            reads.add(new Read(id, low));
        }
        return size.get() >= DRAIN_AT;
    }

    void drain(Consumer<Read> consumer) {
        for (Read read = reads.poll(); read != null; read = reads.poll()) {
            size.decrementAndGet();
            consumer.accept(read);
        }
    }
}
