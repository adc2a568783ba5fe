package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is known on this node of what the store has, without asking anybody far away. Thread-safe. */
public interface Known {
    /** The manifest, however old the knowledge is; null when nothing is known. */
    @Nullable Manifest manifest(ArtefactKey key);

    /** Whether the payload is known to be there, staged or with its manifest. */
    default boolean payload(ArtefactKey key) {
        return manifest(key) != null;
    }

    /**
     * Knows what a store that is near answers; what is damaged there is not known, so that a put of it is delivered.
     */
    static Known of(ArtefactStore near) {
        return new Known() {
            @Override
            public @Nullable Manifest manifest(ArtefactKey key) {
                return sound(() -> near.manifest(key));
            }

            @Override
            public boolean payload(ArtefactKey key) {
                return sound(() -> near.facts(key)) != null;
            }
        };
    }

    private static <T> @Nullable T sound(Supplier<? extends @Nullable T> asked) {
        try {
            return asked.get();
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT) {
                return null;
            }
            throw e;
        }
    }

    /** Knows nothing. */
    Known NOTHING = key -> null;
}
