package io.surfacefs.app;

import io.surfacefs.cache.CacheEngine;
import io.surfacefs.client.CacheAdmin;
import io.surfacefs.codec.CodecPool;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.service.LocalCacheService;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.fs.RealDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The local cache of a server that doesn't run, opened for one command. The store is not asked. */
final class LocalCacheAdmin implements CacheAdmin {
    private static final Duration INDEX_WAIT = Duration.ofMinutes(10);

    private final CodecPool pool;
    private final RealDisk disk;
    private final CacheEngine engine;
    private final LocalCacheService service;

    private LocalCacheAdmin(SurfaceConfig config, CodecPool pool, RealDisk disk) {
        this.pool = pool;
        this.disk = disk;
        this.engine = LocalCache.engine(config, disk, new StoredVerifier(pool), Clock.systemUTC(), Events.NONE);
        this.service = new LocalCacheService(engine, tenant -> {});
    }

    /**
     * Opens the cache and waits until it knows what lies there.
     *
     * @throws SurfaceException {@code NOT_FOUND} when there is none
     * @throws java.io.UncheckedIOException with a {@link io.surfacefs.store.FolderOwnedException} when a process has it
     */
    static LocalCacheAdmin open(SurfaceConfig config) {
        if (config.cacheType() != Settings.CacheType.DISK || !Files.isDirectory(config.cacheRoot())) {
            throw new SurfaceException(
                    ErrorCode.NOT_FOUND,
                    "there is no local cache in " + config.cacheRoot(),
                    "set surface.cache.type=disk and surface.cache.root as the server has them, or use --endpoint");
        }
        CodecPool pool = new CodecPool(Runtime.getRuntime().availableProcessors());
        RealDisk disk = new RealDisk(2);
        boolean opened = false;
        try {
            LocalCacheAdmin admin = new LocalCacheAdmin(config, pool, disk);
            opened = true;
            admin.awaitIndex();
            return admin;
        } finally {
            if (!opened) {
                disk.close();
                pool.close();
            }
        }
    }

    private void awaitIndex() {
        boolean known = false;
        try {
            known = engine.awaitRecovery(INDEX_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!known) {
                close();
            }
        }
        if (!known) {
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the folder of the cache can't be read in time");
        }
    }

    @Override
    public LocalCacheService.Stat stat() {
        return service.stat();
    }

    @Override
    public LocalCacheService.Evicted evict(@Nullable Tenant only) {
        return service.evict(only);
    }

    @Override
    public LocalCacheService.Scrubbed scrub(LongConsumer progress) {
        return service.scrub(progress);
    }

    @Override
    public void close() {
        try {
            engine.close();
        } catch (IOException e) {
            throw DiskFaults.of("close the cache", e);
        } finally {
            disk.close();
            pool.close();
        }
    }
}
