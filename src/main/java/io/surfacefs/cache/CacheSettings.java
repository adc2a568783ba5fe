package io.surfacefs.cache;

import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.util.Map;

/**
 * How the cache behaves.
 *
 * @param quota hard mark: bytes of files below the root, never passed
 * @param softPercent share of the quota, 1 to 100, above which eviction starts and at which it stops
 * @param tenantShare percent of the soft mark, 0 to 100, that a tenant's newest objects keep whoever else puts
 * @param tenantShares the same for single tenants
 * @param verifySample share of reads, 0 to 1, whose bytes are checked before the first is given
 * @param concurrentFetches fetches at a time; one more is {@code OVERLOADED}
 * @param openWait longest wait for a fetch to tell whether its object exists
 * @param stallWait longest wait between two bytes of a fetch
 */
public record CacheSettings(
        long quota,
        int softPercent,
        Eviction eviction,
        int tenantShare,
        Map<Tenant, Integer> tenantShares,
        double verifySample,
        int concurrentFetches,
        Duration openWait,
        Duration stallWait) {
    public CacheSettings {
        if (quota < 0 || softPercent < 1 || softPercent > 100 || tenantShare < 0 || tenantShare > 100) {
            throw new IllegalArgumentException("quota, soft percent or tenant share out of bounds");
        }
        tenantShares = Map.copyOf(tenantShares);
    }

    /** The documented defaults, for a quota. */
    public static CacheSettings of(long quota) {
        return new CacheSettings(
                quota,
                90,
                Eviction.SECOND_CHANCE,
                10,
                Map.of(),
                0.01,
                64,
                Duration.ofSeconds(15),
                Duration.ofSeconds(15));
    }

    public CacheSettings withEviction(Eviction other) {
        return new CacheSettings(
                quota,
                softPercent,
                other,
                tenantShare,
                tenantShares,
                verifySample,
                concurrentFetches,
                openWait,
                stallWait);
    }

    public CacheSettings withTenantShare(int percent) {
        return new CacheSettings(
                quota,
                softPercent,
                eviction,
                percent,
                tenantShares,
                verifySample,
                concurrentFetches,
                openWait,
                stallWait);
    }

    public CacheSettings withVerifySample(double share) {
        return new CacheSettings(
                quota, softPercent, eviction, tenantShare, tenantShares, share, concurrentFetches, openWait, stallWait);
    }

    public CacheSettings withWaits(int fetches, Duration open, Duration stall) {
        return new CacheSettings(
                quota, softPercent, eviction, tenantShare, tenantShares, verifySample, fetches, open, stall);
    }

    /** Bytes of the soft mark. */
    long soft() {
        return quota / 100 * softPercent + quota % 100 * softPercent / 100;
    }

    int shareOf(Tenant tenant) {
        return tenantShares.getOrDefault(tenant, tenantShare);
    }
}
