package io.surfacefs.store;

import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The operator's work on a whole store. Walks names page by page, so its memory is bounded; one of each runs at a time.
 * A progress consumer is told how many names were seen. Work that deletes changes nothing in a process that may not
 * delete: {@code STORE_UNAVAILABLE}.
 */
public interface StoreUpkeep {
    /** What a {@link #gc} came to: payloads without a manifest that it marked, and payload objects that it dropped. */
    record GcResult(long marked, long dropped) {}

    /** What a {@link #reindex} came to: manifests read, index entries added and dropped. */
    record ReindexResult(long manifests, long added, long dropped) {}

    /** What a tenant has, in bytes of the stored and of the raw payloads. */
    record Usage(long artefacts, long scanManifests, long storedBytes, long rawBytes) {
        public static final Usage NONE = new Usage(0, 0, 0, 0);
    }

    /** Something that {@link #fsck} found wrong: the object's name, and what it is. */
    record Problem(String name, String what) {}

    /** Drops payload objects whose drop markers are old enough. {@return how many} */
    int sweep();

    /**
     * Gives back what this process took ahead of its tenants' quotas and doesn't use; every process that puts does so
     * again and again.
     */
    void settleQuotas();

    /**
     * Counts the bytes of tenants that have a quota, where it is time for that; of several replicas one at a time does.
     */
    void countQuotas();

    /**
     * Drops artefacts and scan manifests that have been expired for longer than the grace; of several replicas one at a
     * time does. Reads every manifest.
     *
     * @param lifetimes of kinds, from createdAt on, where a manifest names no end; zero is for ever
     * @return how many were dropped; 0 where another replica is at it
     */
    int expire(Map<Kind, Duration> lifetimes, LongConsumer progress);

    /**
     * Marks payload objects that have neither manifest nor marker and are older than the grace, then sweeps. They are
     * dropped by a sweep after another grace.
     *
     * @param dryRun only count
     */
    GcResult gc(boolean dryRun, LongConsumer progress);

    /** Adds index entries that manifests name, and drops those that have had no manifest for longer than the grace. */
    ReindexResult reindex(LongConsumer progress);

    /** The greatest version of a kit that came in for a tenant. */
    OptionalLong kitVersion(Tenant tenant);

    /**
     * Remembers the version of a kit that came in; the greatest stays.
     *
     * @param version 1 to 2^53 - 1
     * @return the one that counts now
     */
    long kitImported(Tenant tenant, long version);

    /**
     * Tenants that have artefacts or scan manifests, in the order of their names' bytes with a {@code /} behind. Costs
     * the page, not the store; none where the store can't tell.
     *
     * @param after only those behind this one, empty for all
     * @param limit at most so many, 1 to 1,000
     */
    List<Tenant> tenants(String after, int limit);

    /** What each tenant has, by its manifests; only one tenant where one is named. */
    Map<String, Usage> usage(@Nullable Tenant only, LongConsumer progress);

    /**
     * Reads every manifest and verifies every payload by decoding it.
     *
     * @param problems told of each artefact that is not whole
     * @return how many manifests were read
     */
    long fsck(@Nullable Tenant only, LongConsumer progress, Consumer<Problem> problems);
}
