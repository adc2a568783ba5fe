package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import java.time.Duration;

/** What the spool tells. Implementations are thread-safe, quick and never throw. */
public interface SpoolEvents {
    /** A put is in the store. */
    default void delivered() {}

    /**
     * A put is not going to be delivered; it lies in {@code rejected/} now.
     *
     * @param key which, for people; {@code ?} where its file is too damaged to tell
     */
    default void rejected(String key, ErrorCode code, String message) {}

    /**
     * What waits of an artefact is not what was put: lists pass it over, and a new put of it counts. Told once of each
     * put.
     */
    default void damaged(ArtefactKey key) {}

    /** What was read of an artefact from here is not to be found any more: whoever remembers it must forget it. */
    default void forgotten(ArtefactKey key) {}

    /** The store is out or asks for less, so deliveries wait. */
    default void waiting(ErrorCode code, String message, Duration pause) {}

    /** A delivery fails again and again, and others don't. Told once, until one of its key succeeds. */
    default void delayed(String key, ErrorCode code, String message) {}

    /** The process ends, and this put is still to be delivered, by the next one. */
    default void left(String key) {}

    /** Tells nobody. */
    SpoolEvents NONE = new SpoolEvents() {};
}
