package io.surfacefs.cache;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A coarse clock in 32 bits: 64 ms a tick from the start of the cache on, never 0. Wraps after four years. */
final class Ticks {
    /** Longer than anything counts. */
    static final Duration FOREVER = Duration.ofDays(36_500);

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

    /** How long ago, at most, a tick was; {@link #FOREVER} for 0. */
    Duration age(int tick) {
        return tick == 0 ? FOREVER : Duration.ofNanos((long) (now() - tick + 1) * NANOS);
    }

    /** Whether that tick, which must not be 0, certainly was no longer ago than that. */
    boolean within(int tick, Duration age) {
        return tick != 0 && (long) (now() - tick + 1) * NANOS <= age.toNanos();
    }
}
