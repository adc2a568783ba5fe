package io.surfacefs.app;

import io.surfacefs.cache.CacheEngine;
import io.surfacefs.cache.CacheEvents;
import io.surfacefs.cache.CachePolicy;
import io.surfacefs.cache.CacheSettings;
import io.surfacefs.cache.CachingStore;
import io.surfacefs.cache.Eviction;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.surfacefs.service.LocalCacheService;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.Prefetch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.jboss.logging.Logger;

/**
 * The local cache of a server, as the configuration wants it.
 *
 * @param engine to be looked after by schedules and the operator
 * @param store the cache in front of the store; closes both
 * @param prefetch brings artefacts into it
 */
record LocalCache(CacheEngine engine, CachingStore store, Prefetch prefetch) {
    private static final Duration BEHIND = Duration.ofMillis(500);
    private static final Logger LOG = Logger.getLogger(LocalCache.class);

    /**
     * Puts a cache in front of a store.
     *
     * @throws UncheckedIOException with a {@link FolderOwnedException} when another process has the folder
     * @throws SurfaceException when the folder can't be used
     */
    static LocalCache open(
            SurfaceConfig config,
            ArtefactStore store,
            Disk disk,
            ManifestCodec codec,
            StoredVerifier verifier,
            Clock clock,
            Events events) {
        CacheEngine engine = engine(config, disk, verifier, clock, events);
        Duration scrub = config.get(Settings.CACHE_SCRUB_INTERVAL);
        if (scrub.isPositive()) {
            engine.scrubAlways(scrub, LocalCacheService.SCRUB_RATE);
        }
        CachePolicy policy =
                new CachePolicy(config.get(Settings.MANIFEST_MAX_AGE), config.members(Settings.CACHE_LIFETIME));
        CachingStore caching = new CachingStore(store, engine, codec, policy, events);
        return new LocalCache(engine, caching, caching.prefetch(config.get(Settings.PREFETCH_CONCURRENCY)));
    }

    /**
     * Opens the cache alone.
     *
     * @throws UncheckedIOException with a {@link FolderOwnedException} when another process has the folder
     * @throws SurfaceException when the folder can't be used
     */
    static CacheEngine engine(SurfaceConfig config, Disk disk, StoredVerifier verifier, Clock clock, Events events) {
        try {
            return CacheEngine.open(config.cacheRoot(), disk, settings(config), verifier, clock, told(events));
        } catch (FolderOwnedException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            throw DiskFaults.of("open the local cache", e);
        }
    }

    private static CacheSettings settings(SurfaceConfig config) {
        // The store's own limit comes first, so that whoever asks next finds it known to be out.
        Duration timeout = config.get(Settings.STORE_TIMEOUT).plus(BEHIND);
        return new CacheSettings(
                config.get(Settings.CACHE_QUOTA),
                config.get(Settings.CACHE_SOFT_PERCENT),
                Eviction.valueOf(config.get(Settings.CACHE_EVICTION).name()),
                config.get(Settings.CACHE_TENANT_SHARE),
                config.members(Settings.TENANT_CACHE_SHARE),
                config.get(Settings.CACHE_VERIFY_SAMPLE),
                config.get(Settings.CONCURRENT_FETCHES),
                timeout,
                timeout);
    }

    private static CacheEvents told(Events events) {
        return new CacheEvents() {
            @Override
            public void evicted(Reason reason) {
                events.cacheEvicted(reason.name().toLowerCase(Locale.ROOT));
            }

            @Override
            public void quarantined() {
                events.cacheQuarantined();
            }

            @Override
            public void degraded(String what) {
                LogLine.event("cache.degraded").with(LogKey.MESSAGE, what).warn(LOG);
            }
        };
    }
}
