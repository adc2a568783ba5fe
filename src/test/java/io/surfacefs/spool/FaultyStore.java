package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A store that is told when to fail, and remembers what was asked of it. */
final class FaultyStore implements ArtefactStore {
    private final ArtefactStore store;
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    /** What every call throws. */
    volatile SurfaceException fault;

    /** Told of each change that the store has made. */
    volatile Consumer<String> done = call -> {};

    /** What a single call, by its name and key, throws. */
    volatile Function<String, SurfaceException> refusal = key -> null;

    FaultyStore(ArtefactStore store) {
        this.store = store;
    }

    private void asked(String call, Object key) {
        calls.add(call + " " + key);
        SurfaceException now = fault;
        if (now != null) {
            throw now;
        }
        SurfaceException refused = refusal.apply(call + " " + key);
        if (refused != null) {
            throw refused;
        }
    }

    /** How old its manifests are. */
    volatile Duration age = Duration.ZERO;

    @Override
    public Duration age(ArtefactKey key) {
        return age;
    }

    @Override
    public boolean stage(ArtefactKey key, Received payload) {
        asked("stage", key);
        boolean result = store.stage(key, payload);
        done.accept("stage " + key);
        return result;
    }

    @Override
    public Committed<ArtefactManifest> commit(ArtefactKey key, Received payload, Maker manifest, Index index) {
        asked("commit", key);
        Committed<ArtefactManifest> result = store.commit(key, payload, manifest, index);
        done.accept("commit " + key);
        return result;
    }

    @Override
    public Committed<ScanManifest> putScan(ScanManifest manifest) {
        asked("putScan", manifest.key());
        Committed<ScanManifest> result = store.putScan(manifest);
        done.accept("putScan " + manifest.key());
        return result;
    }

    @Override
    public ScanManifest currentScan(Tenant tenant, ScanId scan) {
        asked("currentScan", scan);
        return store.currentScan(tenant, scan);
    }

    @Override
    public Manifest manifest(ArtefactKey key) {
        asked("manifest", key);
        return store.manifest(key);
    }

    @Override
    public OpenPayload payload(ArtefactKey key) {
        asked("payload", key);
        return store.payload(key);
    }

    @Override
    public StoredPayload facts(ArtefactKey key) {
        asked("facts", key);
        return store.facts(key);
    }

    @Override
    public Page page(Query query) {
        asked("page", query.tenant());
        return store.page(query);
    }

    @Override
    public IndexPage index(Tenant tenant, String after, int limit) {
        asked("index", tenant);
        return store.index(tenant, after, limit);
    }

    @Override
    public List<ArtefactKey> missing(Collection<ArtefactKey> keys) {
        asked("missing", keys.size());
        return store.missing(keys);
    }

    @Override
    public boolean delete(ArtefactKey key) {
        asked("delete", key);
        return store.delete(key);
    }

    @Override
    public OpenEntry cacheEntry(CacheKey key) {
        asked("cacheEntry", key);
        return store.cacheEntry(key);
    }

    @Override
    public void putCacheEntry(CacheKey key, Received value) {
        asked("putCacheEntry", key);
        store.putCacheEntry(key, value);
        done.accept("putCacheEntry " + value.facts().storedDigest());
    }

    @Override
    public boolean putCacheEntryLate(CacheKey key, Received value, Instant put) {
        asked("putCacheEntry", key);
        boolean stored = store.putCacheEntryLate(key, value, put);
        if (stored) {
            done.accept("putCacheEntry " + value.facts().storedDigest());
        }
        return stored;
    }

    @Override
    public boolean deleteCacheEntry(CacheKey key) {
        asked("deleteCacheEntry", key);
        return store.deleteCacheEntry(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
