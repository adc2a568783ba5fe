package io.surfacefs.spool;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What guards the spool's memory, and what its threads wait at. Held for moments only, never while a disk or a store is
 * used; a test puts its own in, which lets threads go on in an order of its choice.
 */
interface Gate {
    void lock();

    void unlock();

    /** Waits, with the lock let go meanwhile, until somebody calls {@link #changed} or the time is over, or less. */
    void await(long nanos) throws InterruptedException;

    /** Wakes all that wait; with the lock held. */
    void changed();

    /** The real one. */
    static Gate real() {
        ReentrantLock lock = new ReentrantLock();
        Condition changed = lock.newCondition();
        return new Gate() {
            @Override
            public void lock() {
                lock.lock();
            }

            @Override
            public void unlock() {
                lock.unlock();
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // whoever calls it loops
            public void await(long nanos) throws InterruptedException {
                long left = changed.awaitNanos(nanos);
                assert left <= nanos;
            }

            @Override
            public void changed() {
                changed.signalAll();
            }
        };
    }
}
