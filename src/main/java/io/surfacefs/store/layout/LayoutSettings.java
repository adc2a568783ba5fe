package io.surfacefs.store.layout;

import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.util.Map;

/**
 * What an operator can say of the layout.
 *
 * @param grace from a delete to the end of the payload object
 * @param stagedTtl how long a payload waits for its manifest
 * @param timeout the longest that a call waits for another one's work
 * @param verify whether stored bytes are checked against their digest when this process first opens them
 * @param remote whether the objects are far away and other replicas work on them too: then large payloads are checked
 *     while they are read, several keys are asked for at a time, and work that must run once takes a lease
 * @param quotas stored bytes of the tenants that have a quota
 */
public record LayoutSettings(
        Duration grace,
        Duration stagedTtl,
        Duration timeout,
        boolean verify,
        boolean remote,
        Map<Tenant, Long> quotas) {
    /** The shipped defaults. */
    public static final LayoutSettings DEFAULT =
            new LayoutSettings(Duration.ofHours(1), Duration.ofHours(24), Duration.ofSeconds(15), true);

    /** Settings of a store on this machine. */
    public LayoutSettings(Duration grace, Duration stagedTtl, Duration timeout, boolean verify) {
        this(grace, stagedTtl, timeout, verify, false);
    }

    /** Settings of a store in which no tenant has a quota. */
    public LayoutSettings(Duration grace, Duration stagedTtl, Duration timeout, boolean verify, boolean remote) {
        this(grace, stagedTtl, timeout, verify, remote, Map.of());
    }

    /** The same settings with these quotas. */
    public LayoutSettings withQuotas(Map<Tenant, Long> quotas) {
        return new LayoutSettings(grace, stagedTtl, timeout, verify, remote, Map.copyOf(quotas));
    }
}
