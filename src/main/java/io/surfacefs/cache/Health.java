package io.surfacefs.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether the cache's disk takes writes. After one that failed, or while one doesn't come to its end, nothing is kept
 * and callers are served from the store. Thread-safe.
 */
final class Health {
    /** How long nothing is written after a failure. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    /** How long a write may take until the disk counts as stuck. */
    static final Duration SLOW = Duration.ofSeconds(1);

    private final LongSupplier nanos;
    private final CacheEvents events;
    private final AtomicLong failed = new AtomicLong();
    private final Set<Work> under = ConcurrentHashMap.newKeySet();
    private volatile long since;
    private volatile boolean sick;

    Health(LongSupplier nanos, CacheEvents events) {
        this.nanos = nanos;
        this.events = events;
    }

    /** One write that is under way; ended by {@link #close}. */
    final class Work implements AutoCloseable {
        private final long begun = nanos.getAsLong();
        private final AtomicBoolean told = new AtomicBoolean();

        private Work() {
            under.add(this);
        }

        /** Whether it has taken too long. */
        boolean isStuck() {
            boolean stuck = nanos.getAsLong() - begun > SLOW.toNanos();
            if (stuck && !told.getAndSet(true)) {
                failed(new IOException("a write takes more than " + SLOW.toSeconds() + " s"));
            }
            return stuck;
        }

        @Override
        public void close() {
            under.remove(this);
            if (isStuck()) {
                since = nanos.getAsLong(); // what was so slow is given the time that a failure is
            }
        }
    }

    Work begin() {
        return new Work();
    }

    boolean ok() {
        for (Work work : under) {
            if (work.isStuck()) {
                return false;
            }
        }
        if (sick && nanos.getAsLong() - since > PAUSE.toNanos()) {
            sick = false;
        }
        return !sick;
    }

    void failed(IOException fault) {
        since = nanos.getAsLong();
        sick = true;
        failed.incrementAndGet();
        events.degraded(String.valueOf(fault.getMessage()));
    }

    /** How often the disk failed. */
    long failures() {
        return failed.get();
    }
}
