package io.surfacefs.cache;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A coarse clock in 32 bits: 64 ms a tick from the start of the cache on, never 0. Wraps after four years. */
final class Ticks {
    private static final long NANOS = 64_000_000L;

    private final LongSupplier nanos;
    private final long begun;

    Ticks(LongSupplier nanos) {
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    int now() {
        return (int) ((nanos.getAsLong() - begun) / NANOS) + 1;
    }

    /** Whether that tick, which must not be 0, certainly was no longer ago than that. */
    boolean within(int tick, Duration age) {
        return tick != 0 && (long) (now() - tick + 1) * NANOS <= age.toNanos();
    }
}
