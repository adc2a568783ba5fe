package io.surfacefs.client;

import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.LocalCacheService;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The operator's hand on the local cache of one Surface.FS; {@code NOT_FOUND} where it has none. To be closed.
 *
 * @see LocalCacheService
 */
public interface CacheAdmin extends AutoCloseable {
    /** What the cache has. */
    LocalCacheService.Stat stat();

    /** Drops what the cache has, or has of one tenant. */
    LocalCacheService.Evicted evict(@Nullable Tenant only);

    /**
     * Reads everything in the cache once and puts aside what is damaged.
     *
     * @param progress told how many objects were read, where this is known
     */
    LocalCacheService.Scrubbed scrub(LongConsumer progress);

    /** @throws SurfaceException when what was opened can't be closed */
    @Override
    void close();
}
