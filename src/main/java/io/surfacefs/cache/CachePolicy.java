package io.surfacefs.cache;

import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.store.Lifetimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * For how long objects count.
 *
 * @param maxAge how long a manifest, a scan's current manifest and a cache entry count without the store being asked
 * @param lifetimes of kinds, from createdAt on, where the manifest names no end; a kind without one, or with zero, has
 *     none
 */
public record CachePolicy(Duration maxAge, Map<Kind, Duration> lifetimes) {
    public CachePolicy {
        lifetimes = Map.copyOf(lifetimes);
    }

    /** Epoch second from which an artefact may be dropped, 0 for never. */
    long expires(Manifest manifest) {
        Instant end = Lifetimes.end(manifest, lifetimes);
        return end == null ? 0 : Math.max(1, end.getEpochSecond());
    }
}
