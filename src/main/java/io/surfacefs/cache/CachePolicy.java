package io.surfacefs.cache;

import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Timestamp;
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
    /** What the contract says. */
    public static final CachePolicy DEFAULT = new CachePolicy(
            Duration.ofSeconds(30),
            Map.of(
                    new Kind("sbom.fragment"), Duration.ofDays(30),
                    new Kind("entrytrace.graph"), Duration.ofDays(7),
                    new Kind("entrytrace.ndjson"), Duration.ofDays(7),
                    new Kind("layer-entry-trace"), Duration.ofDays(7)));

    public CachePolicy {
        lifetimes = Map.copyOf(lifetimes);
    }

    /** Epoch second from which an artefact may be dropped, 0 for never. */
    long expires(Manifest manifest) {
        Timestamp said = manifest.expiresAt();
        if (said != null) {
            return Math.max(1, said.instant().getEpochSecond());
        }
        if (!(manifest instanceof ArtefactManifest artefact)) {
            return 0;
        }
        Duration lifetime = lifetimes.get(artefact.key().kind());
        Instant created = artefact.createdAt().instant();
        return lifetime == null || lifetime.isZero()
                ? 0
                : Math.max(1, created.plus(lifetime).getEpochSecond());
    }
}
