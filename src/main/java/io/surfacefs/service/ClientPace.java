package io.surfacefs.service;

import java.time.Duration;

/**
 * How slow a client may be before it is given up, so that connections which only hold a place come to an end.
 *
 * @param head how long a connection without a running request may take to bring a whole request head
 * @param body over which time spent waiting for a body its rate is looked at
 * @param bytesPerSecond how many bytes of a body must come on average in that time
 */
public record ClientPace(Duration head, Duration body, long bytesPerSecond) {
    /** What holds where nothing else is said. */
    public static final ClientPace DEFAULT = new ClientPace(Duration.ofMinutes(2), Duration.ofMinutes(1), 256);

    /** The pace of one upload. */
    public UploadPace upload() {
        return new UploadPace(body, bytesPerSecond);
    }
}
