package io.surfacefs.cache;

import java.time.Clock;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The order of objects, and what reads do to it. A hit waits for nobody: it sets a mark, or with {@code lru} notes
 * itself in a queue, until somebody who holds the ledger's lock puts the objects into their lines. The queue is
 * bounded; what comes when it is full is left out, which costs recency and nothing else. All but {@link #visited} under
 * that lock.
 */
final class Recency {
    static final int CAPACITY = 8_192;
    private static final int APPLY_AT = 1_024;

    /** A record and the object that it was of. */
    private record Read(int id, long low) {}

    private final Index index;
    private final Owners owners;
    private final Eviction eviction;
    private final Clock clock;
    private final Queue<Read> reads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private long last;

    Recency(Index index, Owners owners, Eviction eviction, Clock clock) {
        this.index = index;
        this.owners = owners;
        this.eviction = eviction;
        this.clock = clock;
    }

    /** Notes a read. For any thread. {@return whether it is time to apply what was noted} */
    boolean visited(int id, long low) {
        if (eviction == Eviction.SECOND_CHANCE) {
            boolean[] visited = index.page(id).visited;
            int at = Index.at(id);
            // Most reads are of what is marked already: those leave its cache line alone.
            if (!visited[at]) {
                visited[at] = true;
            }
        } else if (eviction == Eviction.LRU) {
            if (waiting.get() < CAPACITY) {
                waiting.incrementAndGet();
                reads.add(new Read(id, low));
            }
            return waiting.get() >= APPLY_AT;
        }
        return false;
    }

    /** Moves what was read to the ends of the lines. */
    void apply() {
        for (Read read = reads.poll(); read != null; read = reads.poll()) {
            waiting.decrementAndGet();
            Index.Page page = index.page(read.id());
            int at = Index.at(read.id());
            if (page.owner[at] != Index.NONE && page.low[at] == read.low()) {
                moveToEnd(read.id());
            }
        }
    }

    void moveToEnd(int id) {
        Owners.Owner owner = owners.unlink(id);
        index.page(id).order[Index.at(id)] = next(clock.millis());
        owners.append(id, owner);
    }

    /** The order of something that happens now: later than all before, and by the clock where that goes forward. */
    long next(long millis) {
        last = Math.max(last + 1, millis << 10);
        return last;
    }

    /** That something has that order already. */
    void seen(long order) {
        last = Math.max(last, order);
    }
}
