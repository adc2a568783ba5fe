package io.surfacefs.store;

import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When what a manifest describes may be dropped: the one rule, for the local cache and for the store's retention. */
public final class Lifetimes {
    private Lifetimes() {}

    /**
     * The end of an artefact or a scan manifest.
     *
     * @param byKind lifetimes of kinds, counted from createdAt, of artefacts whose manifest names no end; a kind
     *     without one, or with zero, has none
     * @return the manifest's own expiresAt, else what its kind says; null where it may be kept for ever
     */
    public static @Nullable Instant end(Manifest manifest, Map<Kind, Duration> byKind) {
        Timestamp said = manifest.expiresAt();
        if (said != null) {
            return said.instant();
        }
        if (!(manifest instanceof ArtefactManifest artefact)) {
            return null;
        }
        Duration lifetime = byKind.get(artefact.key().kind());
        return lifetime == null || lifetime.isZero()
                ? null
                : artefact.createdAt().instant().plus(lifetime);
    }
}
