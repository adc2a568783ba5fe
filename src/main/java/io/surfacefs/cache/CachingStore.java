package io.surfacefs.cache;

import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.Prefetch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The local cache in front of a store. Manifests count for their age; payloads, named by the digest of their stored
 * bytes, as long as their manifest does. What this process changes is changed here before the call returns; what others
 * change is seen within the age. While the store can't be asked, what is here is given and the rest fails with the
 * store's code. Closes the engine and the store.
 */
public final class CachingStore implements ArtefactStore {
    private static final int TRIES = 3;
    private static final int WRITERS = 4;
    /** Answers that wait for a writer; whoever has one more keeps it itself. */
    private static final int WAITING = 1_000;

    private final ArtefactStore store;
    private final CacheEngine engine;
    private final CachePolicy policy;
    private final Events events;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    /** They wait for the disk, which would hold the carriers of virtual threads. */
    private final ExecutorService writers = new ThreadPoolExecutor(
            WRITERS,
            WRITERS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            Thread.ofPlatform().daemon().name("surface-cache-keep-", 0).factory());

    private final CachedManifests manifests;
    private final CachedEntries entries;
    private final Keeper keeper = new Keeper(executor);
    /** How many payloads may be in memory, or open, until they are kept. */
    private final Semaphore waiting;

    /** Puts an open engine in front of a store, and tells nobody; both are closed with this. */
    public CachingStore(ArtefactStore store, CacheEngine engine, ManifestCodec codec, CachePolicy policy) {
        this(store, engine, codec, policy, Events.NONE);
    }

    /**
     * Puts an open engine in front of a store; both are closed with this.
     *
     * @param events told of each manifest that is looked for here or in the store
     */
    public CachingStore(
            ArtefactStore store, CacheEngine engine, ManifestCodec codec, CachePolicy policy, Events events) {
        this.events = events;
        this.store = store;
        this.engine = engine;
        this.policy = policy;
        this.manifests = new CachedManifests(engine, codec, policy, events, OnBehalf.carrying(executor), writers);
        this.entries = new CachedEntries(store, engine, policy);
        this.waiting = new Semaphore(engine.settings().concurrentFetches());
    }

    @Override
    public @Nullable Manifest manifest(ArtefactKey key) {
        return manifests.get(CacheName.manifest(key), () -> asked(key));
    }

    private @Nullable Manifest asked(ArtefactKey key) {
        Manifest stored = store.manifest(key);
        told(key, stored);
        return stored;
    }

    private void told(ArtefactKey key, @Nullable Manifest stored) {
        events.manifestLookup(Events.Tier.STORE, key.tenant(), stored != null);
    }

    @Override
    public boolean tellsLookups() {
        return true;
    }

    /** The manifest that is here, however old, without asking the store; null when none is. */
    public @Nullable Manifest known(ArtefactKey key) {
        return manifests.peek(CacheName.manifest(key));
    }

    @Override
    public @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan) {
        return (ScanManifest) manifests.get(CacheName.scan(tenant, scan), () -> store.currentScan(tenant, scan));
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key) {
        for (int i = 0; i < TRIES; i++) {
            if (!(manifest(key) instanceof ArtefactManifest manifest)) {
                return store.payload(key); // staged, or nothing
            }
            OpenPayload open = open(key, manifest, () -> null);
            if (open != null) {
                return open;
            }
            // The manifest that we have is not the store's any more, or its payload is nowhere.
            manifests.withdraw(CacheName.manifest(key));
            engine.withdraw(CacheName.payload(key, manifest.payload().storedDigest()));
        }
        return null;
    }

    @Override
    public Artefact artefact(ArtefactKey key) {
        Answer answer = manifests.get(CacheName.manifest(key), () -> asked(key), () -> both(key));
        if (answer.manifest() instanceof ArtefactManifest manifest) {
            StoredBytes small = answer.small();
            OpenPayload open = small == null
                    ? open(key, manifest, answer::takeLarge)
                    : new OpenPayload(key, manifest.payload(), small);
            return new Artefact(manifest, open == null ? payload(key) : open);
        }
        boolean staged = answer.manifest() == null && !answer.nothing();
        return new Artefact(answer.manifest(), staged ? store.payload(key) : null);
    }

    /** Asks the store for a manifest and its payload, if no more of them wait to be kept than may. */
    private Answer both(ArtefactKey key) {
        if (!waiting.tryAcquire()) {
            return Answer.of(asked(key));
        }
        Answer answer = null;
        try {
            Artefact found = store.artefact(key);
            told(key, found.manifest());
            byte[] small = found.manifest() instanceof ArtefactManifest manifest
                    ? checked(manifest.payload(), found.payload())
                    : null;
            answer = Answer.both(found.manifest(), small, small == null ? found.payload() : null, waiting::release);
            return answer;
        } finally {
            if (answer == null) {
                waiting.release();
            }
        }
    }

    /** All bytes of a payload that came whole; null when it didn't, or is another than the manifest means. */
    private static byte @Nullable [] checked(StoredPayload facts, @Nullable OpenPayload open) {
        byte[] bytes = open == null ? null : open.bytes().inMemory();
        if (bytes == null || bytes.length != facts.storedSize()) {
            return null;
        }
        if (!Hashes.sha256(bytes).equals(facts.storedDigest())) {
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT, "the store gave other bytes than it should", "ask again");
        }
        return bytes;
    }

    /** The payload as the manifest means it; null when it isn't there, or is stored in another form by now. */
    private @Nullable OpenPayload open(
            ArtefactKey key, ArtefactManifest manifest, Supplier<@Nullable OpenPayload> atHand) {
        StoredPayload facts = manifest.payload();
        CachedObject object = engine.fetch(CacheName.payload(key, facts.storedDigest()), () -> {
            OpenPayload open = atHand.get();
            return source(manifest, open == null ? store.payload(key, facts) : open);
        });
        return object == null
                ? null
                : new OpenPayload(key, object.whole() ? facts : withoutTable(facts), object.bytes());
    }

    private @Nullable Source source(ArtefactManifest manifest, @Nullable OpenPayload open) {
        StoredPayload facts = manifest.payload();
        if (open == null) {
            return null;
        }
        if (!open.facts().storedDigest().equals(facts.storedDigest())
                || open.bytes().size() != facts.storedSize()) {
            open.close();
            return null;
        }
        return new Source(open.bytes(), facts.storedDigest(), policy.expires(manifest), new byte[0]);
    }

    /** Of bytes that are on their way: the table at their end has not come yet, so they are decoded as they come. */
    private static StoredPayload withoutTable(StoredPayload facts) {
        return new StoredPayload(facts.contentType(), facts.rawSize(), facts.storedSize(), facts.storedDigest(), false);
    }

    @Override
    public @Nullable StoredPayload facts(ArtefactKey key) {
        return manifest(key) instanceof ArtefactManifest manifest ? manifest.payload() : store.facts(key);
    }

    @Override
    public boolean stage(ArtefactKey key, Received payload) {
        try {
            return store.stage(key, payload);
        } finally {
            manifests.withdraw(CacheName.manifest(key));
        }
    }

    @Override
    public Committed<ArtefactManifest> commit(
            ArtefactKey key, @Nullable Received payload, Maker manifest, Index index) {
        CacheName name = CacheName.manifest(key);
        long before = engine.epoch(name);
        Committed<ArtefactManifest> committed = null;
        try {
            committed = store.commit(key, payload, manifest, index);
            return committed;
        } finally {
            // Also when it failed: it may have come to something all the same.
            long epoch = manifests.withdraw(name);
            if (committed != null) {
                keep(name, committed.manifest(), before, epoch);
                keepPayload(committed.manifest(), payload);
            }
        }
    }

    private void keep(CacheName name, Manifest manifest, long before, long epoch) {
        if (epoch == before + 1) {
            int tick = engine.tick();
            keeper.run(() -> manifests.put(name, manifest, epoch, tick));
        }
    }

    private void keepPayload(ArtefactManifest manifest, @Nullable Received payload) {
        StoredPayload facts = manifest.payload();
        if (payload != null && payload.facts().storedDigest().equals(facts.storedDigest())) {
            CacheName name = CacheName.payload(manifest.key(), facts.storedDigest());
            engine.withdraw(name); // that there was none may be remembered
            keeper.keep(engine, name, payload.content(), facts, policy.expires(manifest));
        }
    }

    @Override
    public Committed<ScanManifest> putScan(ScanManifest manifest) {
        CacheName name = CacheName.manifest(manifest.key());
        long before = engine.epoch(name);
        Committed<ScanManifest> committed = null;
        try {
            committed = store.putScan(manifest);
            return committed;
        } finally {
            manifests.withdraw(CacheName.scan(manifest.key().tenant(), manifest.scanId()));
            long epoch = manifests.withdraw(name);
            if (committed != null) {
                keep(name, committed.manifest(), before, epoch);
            }
        }
    }

    @Override
    public Duration age(ArtefactKey key) {
        return engine.age(CacheName.manifest(key));
    }

    @Override
    public byte @Nullable [] secret() {
        return store.secret();
    }

    @Override
    public Page page(Query query) {
        return store.page(query);
    }

    @Override
    public IndexPage index(Tenant tenant, String after, int limit) {
        return store.index(tenant, after, limit);
    }

    @Override
    public List<ArtefactKey> missing(Collection<ArtefactKey> keys) {
        List<ArtefactKey> unsure = new ArrayList<>();
        for (ArtefactKey key : keys) {
            if (!engine.isFresh(CacheName.manifest(key), policy.maxAge())) {
                unsure.add(key);
            }
        }
        return unsure.isEmpty() ? unsure : store.missing(unsure);
    }

    @Override
    public boolean delete(ArtefactKey key) {
        Manifest known = key.isScanManifest() ? manifest(key) : manifests.peek(CacheName.manifest(key));
        try {
            return store.delete(key);
        } finally {
            manifests.withdraw(CacheName.manifest(key));
            if (known instanceof ScanManifest scan) {
                manifests.withdraw(CacheName.scan(key.tenant(), scan.scanId()));
            } else if (known != null) {
                manifests.forgetPayload(known);
            }
        }
    }

    /**
     * Brings artefacts into this cache.
     *
     * @param atATime how many, of all callers together
     */
    public Prefetch prefetch(int atATime) {
        return new Prefetcher(this, engine, atATime);
    }

    @Override
    public @Nullable OpenEntry cacheEntry(CacheKey key) {
        return entries.open(key);
    }

    @Override
    public void putCacheEntry(CacheKey key, Received value) {
        try {
            store.putCacheEntry(key, value);
        } finally {
            entries.withdraw(key);
        }
    }

    @Override
    public boolean putCacheEntryLate(CacheKey key, Received value, Instant put) {
        try {
            return store.putCacheEntryLate(key, value, put);
        } finally {
            entries.withdraw(key);
        }
    }

    @Override
    public boolean deleteCacheEntry(CacheKey key) {
        try {
            return store.deleteCacheEntry(key);
        } finally {
            entries.withdraw(key);
        }
    }

    /** Whether all that was put or asked for is kept, or is not going to be. */
    boolean idle() {
        return keeper.idle() && manifests.idle();
    }

    @Override
    public void close() {
        CacheEngine.stop(executor);
        CacheEngine.stop(writers);
        try {
            engine.close();
        } catch (IOException e) {
            throw DiskFaults.of("close the cache", e);
        } finally {
            store.close();
        }
    }
}
