package io.surfacefs.grpc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what runs, so that a stop can wait for its end. Thread-safe. */
final class Running {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private int count;
    private boolean stopping;

    /**
     * Something begins.
     *
     * @param atEnd runs when it ends
     * @return to be run at its end; only the first run counts
     */
    Runnable begin(Runnable atEnd) {
        add(1);
        AtomicBoolean ended = new AtomicBoolean();
        return () -> {
            if (ended.compareAndSet(false, true)) {
                try {
                    atEnd.run();
                } finally {
                    add(-1);
                }
            }
        };
    }

    /** Whether new work is to be refused. */
    boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on new work is to be refused; waits until nothing runs, at most that long, and tells whether nothing
     * does.
     */
    boolean drain(Duration limit) {
        lock.lock();
        try {
            stopping = true;
            long left = limit.toNanos();
            while (count > 0 && left > 0) {
                left = quiet.awaitNanos(left);
            }
            return count == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void add(int n) {
        lock.lock();
        try {
            count += n;
            if (count == 0) {
                quiet.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
