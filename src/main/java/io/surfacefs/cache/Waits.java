package io.surfacefs.cache;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** How threads of the cache wait for each other: a seam, so that a test can decide who goes on. */
interface Waits {
    /** Threads of this process. */
    Waits REAL = new Waits() {
        @Override
        public Mutex mutex() {
            ReentrantLock lock = new ReentrantLock();
            return new Mutex() {
                @Override
                public void lock() {
                    lock.lock();
                }

                @Override
                public void unlock() {
                    lock.unlock();
                }
            };
        }

        @Override
        public Signal signal() {
            return new RealSignal();
        }
    };

    /** Held across work on the disk. */
    interface Mutex {
        void lock();

        void unlock();
    }

    /** Wakes those who wait for something to change. */
    interface Signal {
        /**
         * Waits until something is so.
         *
         * @return false when it was not so in time
         * @throws InterruptedException when the caller was told to stop
         */
        boolean await(BooleanSupplier done, Duration longest) throws InterruptedException;

        /** Has all who wait look again. */
        void changed();
    }

    Mutex mutex();

    Signal signal();

    /** A condition. */
    final class RealSignal implements Signal {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition condition = lock.newCondition();

        @Override
        public boolean await(BooleanSupplier done, Duration longest) throws InterruptedException {
            long left = longest.toNanos();
            lock.lockInterruptibly();
            try {
                while (!done.getAsBoolean()) {
                    if (left <= 0) {
                        return false;
                    }
                    left = condition.awaitNanos(left);
                }
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void changed() {
            lock.lock();
            try {
                condition.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
