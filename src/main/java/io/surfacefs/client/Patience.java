package io.surfacefs.client;

import java.time.Duration;

/** How long this side waits for a service. */
final class Patience {
    /** For a connection. */
    static final Duration CONNECT = Duration.ofSeconds(10);

    /** For the next bytes, or an answer that is due at once. */
    static final Duration SILENCE = Duration.ofSeconds(60);

    /** For a service that takes in, or makes durable, what was uploaded. */
    static final Duration UPLOAD = Duration.ofMinutes(10);

    /** For the operator's work on a whole store. */
    static final Duration WORK = Duration.ofHours(2);

    private Patience() {}
}
