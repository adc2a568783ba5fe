package io.surfacefs.store;

import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's view of the bounded copy of objects on this node's disk. Thread-safe. */
public interface CacheUpkeep {
    /**
     * What there is.
     *
     * @param bytes all that counts against the quota
     * @param fetches how many run now
     * @param complete whether the index knows everything that lies in the folder
     * @param failures how often the disk failed
     * @param openSeconds from the opening until the index was back, or until now
     */
    record Stat(
            long bytes,
            long quota,
            int entries,
            int tenants,
            long quarantinedBytes,
            int fetches,
            boolean complete,
            long failures,
            double openSeconds) {}

    /** Objects and bytes that went. */
    record Evicted(long objects, long bytes) {}

    /** What a scrub came to: objects and bytes that were read, objects that were put aside. */
    record Scrubbed(long objects, long bytes, long damaged) {}

    /** What there is. */
    Stat stat();

    /**
     * Drops every object, or every object of a tenant. A reader of one finishes.
     *
     * @throws IOException when a file can't be removed; the others are
     */
    Evicted evictAll(@Nullable Tenant only) throws IOException;

    /**
     * Reads every object once and puts aside what is damaged.
     *
     * @param bytesPerSecond on the average not more
     * @param progress told how many objects were read
     */
    Scrubbed scrub(long bytesPerSecond, LongConsumer progress);
}
