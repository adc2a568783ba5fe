package io.surfacefs.it;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must come true in the end, by looking again and again. */
final class Patience {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Patience() {}

    /**
     * Returns once a condition holds.
     *
     * @param state says how things stand, for the message
     * @throws AssertionError when it does not hold within a minute
     */
    static void until(BooleanSupplier condition, Supplier<String> state) {
        until(LIMIT, condition, state);
    }

    /** As {@link #until(BooleanSupplier, Supplier)}, with another limit than a minute. */
    static void until(Duration limit, BooleanSupplier condition, Supplier<String> state) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + state.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
