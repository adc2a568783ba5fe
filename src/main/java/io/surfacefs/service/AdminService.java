package io.surfacefs.service;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.StoreUpkeep;
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
    private final StoreUpkeep upkeep;
    private final ReentrantLock changing = new ReentrantLock();

    /** Works on the store that the other services use. */
    public AdminService(StoreUpkeep upkeep) {
        this.upkeep = upkeep;
    }

    /** Drops payload objects whose drop markers are old enough. {@return how many} */
    public int sweep() {
        return alone(upkeep::sweep);
    }

    /** Marks payloads that nothing refers to, and drops those whose time has come; see {@link StoreUpkeep#gc}. */
    public StoreUpkeep.GcResult gc(boolean dryRun, LongConsumer progress) {
        return alone(() -> upkeep.gc(dryRun, progress));
    }

    /** Adds missing index entries and drops dangling ones; see {@link StoreUpkeep#reindex}. */
    public StoreUpkeep.ReindexResult reindex(LongConsumer progress) {
        return alone(() -> upkeep.reindex(progress));
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
