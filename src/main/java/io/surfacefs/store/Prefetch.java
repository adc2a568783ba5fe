package io.surfacefs.store;

import io.surfacefs.model.ArtefactKey;
import java.util.List;

/** Brings artefacts near before somebody asks for them. Thread-safe. */
@FunctionalInterface
public interface Prefetch {
    /** What it came to with one artefact. */
    enum Result {
        /** It was near already. */
        PRESENT,
        /** It had to be fetched. */
        FETCHED,
        /** The store has no manifest of it. */
        MISSING
    }

    /**
     * Brings artefacts near, manifest and payload.
     *
     * @return what it came to, in the order of the keys
     * @throws io.surfacefs.model.SurfaceException the first failure of the store; what was fetched by then stays
     */
    List<Result> prefetch(List<ArtefactKey> keys);
}
