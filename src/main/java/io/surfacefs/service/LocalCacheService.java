package io.surfacefs.service;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.CacheUpkeep;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's hand on the copy of objects on this node's disk. Where there is none every call is {@code NOT_FOUND};
 * one piece of changing work runs at a time, another one is {@code OVERLOADED}. Thread-safe; methods may block.
 */
public final class LocalCacheService {
    /** Bytes a second that a check of the whole cache reads at most, so that readers keep their share of the disk. */
    public static final long SCRUB_RATE = 64L << 20;

    /**
     * What the cache has.
     *
     * @param bytes all that counts against the quota
     * @param fetches how many run now
     * @param complete whether everything that lies in the folder is known by now
     * @param failures how often the disk failed
     * @param openSeconds how long it took to know everything
     */
    public record Stat(
            long bytes,
            long quotaBytes,
            int entries,
            int tenants,
            long quarantinedBytes,
            int fetches,
            boolean complete,
            long failures,
            double openSeconds) {}

    /** Objects and bytes that went. */
    public record Evicted(long objects, long bytes) {}

    /** Objects and bytes that were read, objects that were damaged and so put aside. */
    public record Scrubbed(long objects, long bytes, long damaged) {}

    private final @Nullable CacheUpkeep cache;
    private final Consumer<@Nullable Tenant> alsoForget;
    private final ReentrantLock changing = new ReentrantLock();

    /**
     * The hand on one cache.
     *
     * @param cache null where there is none on disk
     * @param alsoForget what else is to be forgotten when objects are dropped, of a tenant or of all
     */
    public LocalCacheService(@Nullable CacheUpkeep cache, Consumer<@Nullable Tenant> alsoForget) {
        this.cache = cache;
        this.alsoForget = alsoForget;
    }

    /** What the cache has. */
    public Stat stat() {
        CacheUpkeep.Stat stat = cache().stat();
        return new Stat(
                stat.bytes(),
                stat.quota(),
                stat.entries(),
                stat.tenants(),
                stat.quarantinedBytes(),
                stat.fetches(),
                stat.complete(),
                stat.failures(),
                stat.openSeconds());
    }

    /** Drops what the cache has, or has of one tenant, from disk and memory; the store keeps everything. */
    public Evicted evict(@Nullable Tenant only) {
        return alone(() -> {
            try {
                CacheUpkeep.Evicted evicted = cache().evictAll(only);
                alsoForget.accept(only);
                return new Evicted(evicted.objects(), evicted.bytes());
            } catch (IOException e) {
                throw DiskFaults.of("evict", e);
            }
        });
    }

    /**
     * Reads everything in the cache once, and puts aside what is damaged.
     *
     * @param progress told how many objects were read
     */
    public Scrubbed scrub(LongConsumer progress) {
        return alone(() -> {
            CacheUpkeep.Scrubbed scrubbed = cache().scrub(SCRUB_RATE, progress);
            return new Scrubbed(scrubbed.objects(), scrubbed.bytes(), scrubbed.damaged());
        });
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

    private CacheUpkeep cache() {
        if (cache == null) {
            throw new SurfaceException(
                    ErrorCode.NOT_FOUND, "there is no local cache here", "surface.cache.type=disk makes one");
        }
        return cache;
    }
}
