package io.surfacefs.client;

import io.surfacefs.model.Tenant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The operator's work on a whole Surface.FS. Calls run as long as the store is large. What a service doesn't offer over
 * the network is {@code INVALID_ARGUMENT}. To be closed.
 */
public interface SurfaceAdmin extends AutoCloseable {
    /** Payloads without a manifest that are marked now, and payload objects that were dropped. */
    record Collected(long marked, long dropped) {}

    /** Manifests that were read, index entries that were added and dropped. */
    record Reindexed(long manifests, long added, long dropped) {}

    /** What a tenant has, in manifests and in bytes of their payloads. */
    record Usage(long artefacts, long scanManifests, long storedBytes, long rawBytes) {}

    /** An artefact that is not whole. */
    record Problem(String name, String what) {}

    /**
     * Marks payloads that have had no manifest for longer than the grace, and drops those that were marked long enough.
     *
     * @param dryRun only count
     * @param progress told how many names were looked at, where this is known
     */
    Collected gc(boolean dryRun, LongConsumer progress);

    /** Adds index entries that manifests name and drops those that dangle. */
    Reindexed reindex(LongConsumer progress);

    /** What each tenant has; only one tenant where one is named. */
    Map<String, Usage> usage(@Nullable Tenant tenant, LongConsumer progress);

    /**
     * Reads every manifest and decodes every payload.
     *
     * @param problems told of each artefact that is not whole, as it is found
     * @return how many manifests were read
     */
    long fsck(@Nullable Tenant tenant, LongConsumer progress, Consumer<Problem> problems);

    @Override
    void close();
}
