package io.surfacefs.service;

import io.surfacefs.access.Caller;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.StoreUpkeep;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's work on the whole store. One piece of changing work runs at a time; another one is {@code OVERLOADED}.
 * Thread-safe.
 */
public final class AdminService {
    /** What JSON can tell exactly. */
    private static final long MAX_KIT_VERSION = (1L << 53) - 1;

    private final StoreUpkeep upkeep;
    private final ReentrantLock changing = new ReentrantLock();

    /** Works on the store that the other services use. */
    public AdminService(StoreUpkeep upkeep) {
        this.upkeep = upkeep;
    }

    /** What a collection did: payloads newly marked to be dropped, and payloads dropped. */
    public record Collected(long marked, long dropped) {}

    /** What a reindexing did: manifests read, index entries added and dropped. */
    public record Reindexed(long manifests, long added, long dropped) {}

    /** Drops payload objects whose drop markers are old enough. {@return how many} */
    public int sweep() {
        return alone(upkeep::sweep);
    }

    /** Gives back what was taken ahead of quotas; see {@link StoreUpkeep#settleQuotas}. */
    public void settleQuotas() {
        upkeep.settleQuotas();
    }

    /** Counts what tenants with a quota have, where it is time; see {@link StoreUpkeep#countQuotas}. */
    public void countQuotas() {
        alone(() -> {
            upkeep.countQuotas();
            return Boolean.TRUE;
        });
    }

    /** Drops what expired; see {@link StoreUpkeep#expire}. {@return how many} */
    public int expire(Map<Kind, Duration> lifetimes) {
        return alone(() -> upkeep.expire(lifetimes, seen -> {}));
    }

    /** Marks payloads that nothing refers to, and drops those whose time has come; see {@link StoreUpkeep#gc}. */
    public Collected gc(boolean dryRun, LongConsumer progress) {
        StoreUpkeep.GcResult result = alone(() -> upkeep.gc(dryRun, progress));
        return new Collected(result.marked(), result.dropped());
    }

    /** Adds missing index entries and drops dangling ones; see {@link StoreUpkeep#reindex}. */
    public Reindexed reindex(LongConsumer progress) {
        StoreUpkeep.ReindexResult result = alone(() -> upkeep.reindex(progress));
        return new Reindexed(result.manifests(), result.added(), result.dropped());
    }

    /** The greatest version of a kit that came in for a tenant; {@code NOT_FOUND} where none did. */
    public long kitVersion(Tenant tenant) {
        return upkeep.kitVersion(tenant)
                .orElseThrow(
                        () -> new SurfaceException(ErrorCode.NOT_FOUND, "no kit was imported for this tenant yet"));
    }

    /**
     * Remembers the version of a kit that came in; see {@link StoreUpkeep#kitImported}.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when it is not 1 to 2^53 - 1
     */
    public long kitImported(Tenant tenant, long version) {
        if (version < 1 || version > MAX_KIT_VERSION) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "a kit's version is a whole number from 1 to 2^53 - 1");
        }
        return upkeep.kitImported(tenant, version);
    }

    /**
     * Tenants that have anything, for callers who may see every tenant; see {@link StoreUpkeep#tenants}.
     *
     * @throws SurfaceException {@code PERMISSION_DENIED} for a caller who may act for some tenants only
     */
    public List<Tenant> tenants(Caller caller, String after, int limit) {
        if (caller.tenants() != null) {
            throw new SurfaceException(ErrorCode.PERMISSION_DENIED, "the token is for some tenants only");
        }
        return upkeep.tenants(after, limit);
    }

    /** What each tenant has; only one where one is named. */
    public Map<String, StoreUpkeep.Usage> usage(@Nullable Tenant only, LongConsumer progress) {
        return upkeep.usage(only, progress);
    }

    /** Verifies every manifest and payload. {@return how many manifests were read} */
    public long fsck(@Nullable Tenant only, LongConsumer progress, Consumer<StoreUpkeep.Problem> problems) {
        return upkeep.fsck(only, progress, problems);
    }

    private <T> T alone(Supplier<T> work) {
        if (!changing.tryLock()) {
            throw new SurfaceException(
                    ErrorCode.OVERLOADED, "the same kind of work is running already", "try again later");
        }
        try {
            return work.get();
        } finally {
            changing.unlock();
        }
    }
}
