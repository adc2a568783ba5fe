package io.surfacefs.store.faults;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What must be looked at before the store is used for the first time: by the first call that reaches it, where it was
 * away at the start. Thread-safe.
 */
final class FirstContact {
    private final Runnable look;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean made;
    private @Nullable RuntimeException last;

    /** @param look throws where the store is away, or is not one to be used */
    FirstContact(Runnable look) {
        this.look = look;
    }

    /** Looks, unless that was done with success. Who waits for another's look gets what that came to. */
    void ensure() {
        if (made) {
            return;
        }
        int before = failures.get();
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        try {
            if (failures.get() != before && last != null) {
                throw last;
            }
            if (!made) {
                lookNow();
            }
        } finally {
            lock.unlock();
        }
    }

    private void lookNow() {
        try {
            look.run();
            made = true;
        } catch (RuntimeException e) {
            last = e;
            failures.incrementAndGet();
            throw e;
        }
    }
}
