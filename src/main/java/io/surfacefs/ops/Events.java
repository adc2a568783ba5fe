package io.surfacefs.ops;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Tenant;

/**
 * What the engine tells of its work. Implementations are thread-safe, quick and never throw: calls come from hot paths,
 * also from an event loop.
 */
public interface Events {
    /** Which tier answered. */
    enum Tier {
        MEMORY,
        DISK,
        STORE
    }

    /** A subject of timed work. */
    enum Op {
        MANIFEST_PUT,
        MANIFEST_GET,
        PAYLOAD_GET
    }

    /**
     * One piece of work ended.
     *
     * @param tenant for whom it was done
     * @param outcome {@code ok}, or an error code in lower case
     * @param nanos how long it took
     */
    default void timed(Op op, Tenant tenant, String outcome, long nanos) {}

    /**
     * A manifest was found in, or missed by, a tier: told by the tier, once for each time that it was asked.
     *
     * @param tenant whose manifest
     */
    default void manifestLookup(Tier tier, Tenant tenant, boolean hit) {}

    /** A payload was stored that was not there before. */
    default void payloadPersisted(ArtefactKey key) {}

    /**
     * The store was asked something.
     *
     * @param op name of the call
     * @param outcome {@code ok}, or an error code in lower case
     */
    default void storeRequest(String op, String outcome) {}

    /** A store that was away at the start is there, and can't be used as it is. Told once. */
    default void storeUnusable(RuntimeException why) {}

    /** A payload failed its digest check. */
    default void corruptPayload(ArtefactKey key) {}

    /** A manifest can't be read, so it was left out of a page; whoever asks for it by its key is told so. */
    default void corruptManifest(ArtefactKey key) {}

    /**
     * A manifest has no signature that counts here.
     *
     * @param why who signed, and what is wrong with it
     * @param refused whether it was therefore not taken or not given
     */
    default void unsigned(ArtefactKey key, String why, boolean refused) {}

    /** The files of signing keys, or of keys that are trusted, changed and can't be read; the last ones go on. */
    default void keysUnreadable(String why) {}

    /** Artefacts were asked to be brought near: {@code present}, {@code fetched} or {@code missing}, so many times. */
    default void prefetched(String result, int times) {}

    /** The local cache let an object go: {@code quota}, {@code expired} or {@code operator}. */
    default void cacheEvicted(String reason) {}

    /** An object of the local cache failed its check and was put aside. */
    default void cacheQuarantined() {}

    /** A put that waited in the spool is in the store. */
    default void spoolDelivered() {}

    /**
     * A put that waited in the spool was refused for good.
     *
     * @param code in lower case
     */
    default void spoolRejected(String code) {}

    /** What a tenant has of its quota, in bytes, as far as this process knows. */
    default void quotaUsed(Tenant tenant, long bytes, long quota) {}

    /** A put was refused since its tenant has no more room. */
    default void quotaExceeded() {}

    /** Tells nobody. */
    Events NONE = new Events() {};
}
