package io.surfacefs.service;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;

/**
 * Whether the body of an upload comes fast enough. Only time in which somebody waits for the client counts: how long we
 * take ourselves for what has come is not the client's fault. For one thread at a time.
 */
public final class UploadPace {
    private final long window;
    private final long least;
    private final String rule;
    private long waited;
    private long arrived;

    /**
     * @param window after so much waiting what came meanwhile is looked at
     * @param bytesPerSecond what must have come on average; at least one byte must
     */
    public UploadPace(Duration window, long bytesPerSecond) {
        this.window = window.toNanos();
        this.least = Math.max(1, (long) (bytesPerSecond * (this.window / 1e9)));
        this.rule = "the body comes too slowly: fewer than " + least + " bytes in " + window;
    }

    /** Counts bytes that came. */
    public void arrived(long bytes) {
        arrived += bytes;
    }

    /**
     * Counts time spent waiting.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when too little came in the last window
     */
    public void waited(long nanos) {
        waited += nanos;
        if (waited < window) {
            return;
        }
        if (arrived < least) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, rule, "see surface.limits.body-timeout and surface.limits.body-rate");
        }
        waited = 0;
        arrived = 0;
    }

    /** Nanoseconds of waiting until the pace is looked at again, more than 0. */
    public long left() {
        return window - waited;
    }
}
