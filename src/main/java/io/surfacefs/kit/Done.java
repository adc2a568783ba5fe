package io.surfacefs.kit;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/** Tells one after another how much is done, whichever thread did it. */
final class Done {
    private final ReentrantLock lock = new ReentrantLock();
    private final LongConsumer progress;
    private long count;

    Done(LongConsumer progress) {
        this.progress = progress;
    }

    void another() {
        lock.lock();
        try {
            progress.accept(++count);
        } finally {
            lock.unlock();
        }
    }
}
