package io.surfacefs.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether the cache's disk takes writes. After one that failed nothing is kept for a while, and callers are served from
 * the store. Thread-safe.
 */
final class Health {
    /** How long nothing is written after a failure. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    private final LongSupplier nanos;
    private final CacheEvents events;
    private final AtomicLong failed = new AtomicLong();
    private volatile long since;
    private volatile boolean sick;

    Health(LongSupplier nanos, CacheEvents events) {
        this.nanos = nanos;
        this.events = events;
    }

    boolean ok() {
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
