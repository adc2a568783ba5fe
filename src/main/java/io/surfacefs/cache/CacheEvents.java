package io.surfacefs.cache;

/** What the cache tells of its work. Implementations are thread-safe, quick and never throw. */
public interface CacheEvents {
    /** Why an object went. */
    enum Reason {
        QUOTA,
        EXPIRED,
        OPERATOR
    }

    /** An object was evicted. */
    default void evicted(Reason reason) {}

    /** An object failed its check and was put aside. */
    default void quarantined() {}

    /** The disk failed: the cache reads through until it works again. */
    default void degraded(String what) {}

    /** Tells nobody. */
    CacheEvents NONE = new CacheEvents() {};
}
