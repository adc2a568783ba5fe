package io.surfacefs.store.layout;

import java.time.Duration;

/**
 * What an operator can say of the layout.
 *
 * @param grace from a delete to the end of the payload object
 * @param stagedTtl how long a payload waits for its manifest
 * @param timeout the longest that a call waits for another one's work
 * @param verify whether stored bytes are checked against their digest when this process first opens them
 * @param remote whether the objects are far away and other replicas work on them too: then large payloads are checked
 *     while they are read, several keys are asked for at a time, and work that must run once takes a lease
 */
public record LayoutSettings(Duration grace, Duration stagedTtl, Duration timeout, boolean verify, boolean remote) {
    /** The shipped defaults. */
    public static final LayoutSettings DEFAULT =
            new LayoutSettings(Duration.ofHours(1), Duration.ofHours(24), Duration.ofSeconds(15), true);

    /** Settings of a store on this machine. */
    public LayoutSettings(Duration grace, Duration stagedTtl, Duration timeout, boolean verify) {
        this(grace, stagedTtl, timeout, verify, false);
    }
}
