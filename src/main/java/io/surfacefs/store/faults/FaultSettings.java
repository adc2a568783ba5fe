package io.surfacefs.store.faults;

import java.time.Duration;

/**
 * What is borne with.
 *
 * @param timeout a caller's whole wait for an answer, all attempts and pauses together, at least 1 ms; a put may take a
 *     second longer for every MiB
 * @param attempts at most so many for one call, 1 or more
 * @param breakerDelay while the store is out: at most one call goes there in this time
 * @param concurrent so many calls at a time; as many again wait, within their timeout
 */
public record FaultSettings(Duration timeout, int attempts, Duration breakerDelay, int concurrent) {
    public FaultSettings {
        if (timeout.toMillis() < 1 || attempts < 1 || breakerDelay.isNegative() || concurrent < 1) {
            throw new IllegalArgumentException("timeout, attempts, breaker delay or concurrent calls out of bounds");
        }
    }
}
