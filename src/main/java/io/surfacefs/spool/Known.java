package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Manifest;
import io.surfacefs.store.ArtefactStore;
import org.jspecify.annotations.Nullable;

/** What is known on this node of what the store has, without asking anybody far away. Thread-safe. */
public interface Known {
    /** The manifest, however old the knowledge is; null when nothing is known. */
    @Nullable Manifest manifest(ArtefactKey key);

    /** Whether the payload is known to be there, staged or with its manifest. */
    default boolean payload(ArtefactKey key) {
        return manifest(key) != null;
    }

    /** Knows what a store that is near answers. */
    static Known of(ArtefactStore near) {
        return new Known() {
            @Override
            public @Nullable Manifest manifest(ArtefactKey key) {
                return near.manifest(key);
            }

            @Override
            public boolean payload(ArtefactKey key) {
                return near.facts(key) != null;
            }
        };
    }

    /** Knows nothing. */
    Known NOTHING = key -> null;
}
