package io.surfacefs.store.faults;

import io.smallrye.faulttolerance.core.retry.SyncDelay;
import io.smallrye.faulttolerance.core.retry.ThreadSleepDelay;
import io.surfacefs.store.StoreFault;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pause before each next attempt of one call: twice as long each time, longer where the store asked for less, and
 * somewhere between half and all of it, so that many who failed together don't come again together.
 */
final class Backoff {
    private static final long FIRST_MILLIS = 100;
    private static final long FIRST_THROTTLED_MILLIS = 1_000;
    private static final long LONGEST_MILLIS = 5_000;

    private int pauses;

    /** Pauses of one call. */
    static SyncDelay pauses() {
        Backoff backoff = new Backoff();
        return new ThreadSleepDelay(
                fault -> backoff.next(fault instanceof StoreFault classified && classified.throttled()));
    }

    /** The next pause, in milliseconds. */
    long next(boolean throttled) {
        long first = throttled ? FIRST_THROTTLED_MILLIS : FIRST_MILLIS;
        long most = Math.min(LONGEST_MILLIS, first << Math.min(pauses, 10));
        pauses++;
        return ThreadLocalRandom.current().nextLong(most / 2, most + 1);
    }
}
