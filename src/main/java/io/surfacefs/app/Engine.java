package io.surfacefs.app;

import io.surfacefs.access.Access;
import io.surfacefs.cache.CacheEngine;
import io.surfacefs.codec.CodecPool;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.codec.UploadLimits;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.CacheEntryService;
import io.surfacefs.service.DeletePolicy;
import io.surfacefs.service.HotTier;
import io.surfacefs.service.Intakes;
import io.surfacefs.service.LocalCacheService;
import io.surfacefs.service.PrefetchService;
import io.surfacefs.service.ScanService;
import io.surfacefs.service.Signing;
import io.surfacefs.spool.Known;
import io.surfacefs.spool.Spool;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.IntakeArea;
import io.surfacefs.store.Prefetch;
import io.surfacefs.store.fs.FolderStore;
import io.surfacefs.store.fs.RealDisk;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Everything below the edges, put together from one configuration. Plain Java; closed once, by whoever opened it. */
public final class Engine implements AutoCloseable {
    private static final int PUTS_PER_CORE = 8;
    /**
     * Of a command, which brings no more at a time than it chooses (kit import: as many), most of them waiting for the
     * disk.
     */
    private static final int PUTS_OF_COMMAND = 128;

    private final CodecPool pool;
    private final RealDisk disk;
    private final ArtefactStore store;
    private final @Nullable CacheEngine cache;
    private final @Nullable Spool spool;
    private final OpenedStore opened;
    private final Access access;
    private final ArtefactService artefacts;
    private final PrefetchService prefetches;
    private final LocalCacheService localCache;
    private final ScanService scans;
    private final CacheEntryService cacheEntries;
    private final AdminService admin;

    private Engine(
            SurfaceConfig config, Function<OpenedStore.Parts, OpenedStore> open, boolean serving, Events events) {
        Signing signing = SigningFiles.open(config, events);
        int cores = Runtime.getRuntime().availableProcessors();
        Clock clock = Clock.systemUTC();
        this.pool = new CodecPool(cores);
        this.disk = new RealDisk(Math.max(4, 2 * cores));
        ManifestCodec codec = new ManifestCodec(config.get(Settings.MANIFEST_SIZE));
        StoredVerifier verifier = new StoredVerifier(pool);
        this.opened = open.apply(new OpenedStore.Parts(config, disk, codec, verifier, clock, events));
        Prefetch prefetch = null;
        ArtefactStore behind = opened.store();
        Known known = opened.contact() == null ? Known.of(behind) : Known.NOTHING;
        // Commands leave a server's cache alone: one process owns the folder.
        if (serving && config.cacheType() == Settings.CacheType.DISK) {
            LocalCache local = LocalCache.open(config, behind, disk, codec, verifier, clock, events);
            behind = local.store();
            known = local.store()::known;
            this.cache = local.engine();
            prefetch = local.prefetch();
        } else {
            this.cache = null;
        }
        boolean memory = config.cacheType() != Settings.CacheType.NONE;
        HotTier hot =
                new HotTier(memory ? config.get(Settings.MEMORY_QUOTA) : 0, config.get(Settings.MANIFEST_MAX_AGE));
        if (serving && config.writesBehind()) {
            WriteBehind spooled = WriteBehind.open(
                    config, behind, known, disk, codec, verifier, clock, WriteBehind.told(events, hot::forget));
            this.store = spooled.store();
            this.spool = spooled.spool();
        } else {
            this.store = behind;
            this.spool = null;
        }
        int puts = config.find(Settings.CONCURRENT_PUTS).orElse(PUTS_PER_CORE * cores);
        Intakes intakes = new Intakes(
                new UploadEncoder(
                        pool,
                        new UploadLimits(config.get(Settings.PAYLOAD_SIZE), config.get(Settings.DECOMPRESSION_RATIO))),
                new IntakeArea(disk, opened.intake(), config.get(Settings.INTAKE_QUOTA)),
                serving ? puts : Math.max(PUTS_OF_COMMAND, puts),
                puts);
        this.access = new Access(
                config.find(Settings.TENANT).orElse(null),
                config.get(Settings.AUTH) == Settings.Auth.NONE && !config.get(Settings.ALLOW_REMOTE),
                config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM
                        && config.get(Settings.UPSTREAM_FORWARD_TOKEN));
        this.artefacts = new ArtefactService(
                store,
                codec,
                intakes,
                hot,
                pool,
                DeletePolicy.valueOf(config.get(Settings.RETENTION_DELETE).name()),
                clock,
                events,
                signing);
        this.prefetches = new PrefetchService(artefacts, prefetch, events);
        this.localCache = new LocalCacheService(cache, artefacts::forgetHot);
        this.scans = new ScanService(store, codec, clock, signing);
        this.cacheEntries = new CacheEntryService(store, pool);
        this.admin = new AdminService(opened.upkeep());
    }

    /**
     * Opens the engine. A store that is far away is not asked yet: the first call does that, or {@link #contact}.
     *
     * @param hold how the folder store is to be held
     * @throws SurfaceException when the folder store can't be used
     */
    public static Engine open(SurfaceConfig config, FolderStore.Hold hold, Events events) {
        return new Engine(config, parts -> OpenedStore.open(parts, hold), false, events);
    }

    /**
     * Opens the engine on a folder, as a guest.
     *
     * @param place instead of where the configuration says
     * @throws SurfaceException when the folder can't be used
     */
    public static Engine openFolder(SurfaceConfig config, FolderStore.Place place, Events events) {
        return new Engine(config, parts -> OpenedStore.folder(parts, FolderStore.Hold.GUEST, place), false, events);
    }

    /**
     * Opens the engine of a server, which takes puts into its spool where the configuration says so.
     *
     * @throws SurfaceException when the store can't be used
     */
    public static Engine serve(SurfaceConfig config, Events events) {
        return new Engine(config, parts -> OpenedStore.open(parts, FolderStore.Hold.OWNER_IF_FREE), true, events);
    }

    /** Whether this process owns the store's folder, so that it deletes; a store far away is nobody's alone. */
    public boolean owner() {
        return opened.owner();
    }

    /** Whether this process is to sweep the store. */
    public boolean sweeps() {
        return opened.sweeps();
    }

    /** The local cache, or null where there is none. */
    public @Nullable CacheEngine cache() {
        return cache;
    }

    /**
     * Looks, unless that was done, whether a store that is far away is the one that is meant and can be used.
     *
     * @throws SurfaceException when it isn't, or can't be asked
     */
    public void contact() {
        OpenedStore.Contact contact = opened.contact();
        if (contact != null) {
            contact.make().run();
        }
    }

    /** Waits until a store that is far away has answered anything; false when it didn't in that time. */
    boolean heard(Duration longest) throws InterruptedException {
        OpenedStore.Contact contact = opened.contact();
        return contact == null || contact.heard().await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The spool, or null where puts go through. */
    public @Nullable Spool spool() {
        return spool;
    }

    /** A look at whether the store can be used; it may be out where a cache can serve, or a spool can take. */
    public StoreProbe storeProbe() {
        StoreProbe look = opened.probe();
        Spool waiting = spool;
        boolean cached = cache != null;
        return new StoreProbe() {
            @Override
            public void look() {
                look.look();
            }

            @Override
            public boolean mayBeOut() {
                return cached || (waiting != null && waiting.hasRoom());
            }
        };
    }

    public Access access() {
        return access;
    }

    public ArtefactService artefacts() {
        return artefacts;
    }

    public PrefetchService prefetches() {
        return prefetches;
    }

    public LocalCacheService localCache() {
        return localCache;
    }

    public ScanService scans() {
        return scans;
    }

    public CacheEntryService cacheEntries() {
        return cacheEntries;
    }

    public AdminService admin() {
        return admin;
    }

    @Override
    public void close() {
        store.close();
        opened.close();
        disk.close();
        pool.close();
    }
}
