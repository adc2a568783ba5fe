package io.surfacefs.cache;

import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Values of cache entries in the cache. They count for their age; then the store is asked whether the value is still
 * the same. They are memos: while the store can't be asked, what is here is given, and what isn't is as good as absent.
 */
final class CachedEntries {
    private static final int DIGEST = 32;

    private final ArtefactStore store;
    private final CacheEngine engine;
    private final CachePolicy policy;

    CachedEntries(ArtefactStore store, CacheEngine engine, CachePolicy policy) {
        this.store = store;
        this.engine = engine;
        this.policy = policy;
    }

    ArtefactStore.@Nullable OpenEntry open(CacheKey key) {
        CacheName name = CacheName.entry(key);
        CachedObject here = engine.lookup(name);
        if (here != null) {
            ArtefactStore.OpenEntry entry = current(key, name, here);
            if (entry != null) {
                return entry;
            }
        }
        try {
            CachedObject fetched = engine.fetch(name, () -> source(store.cacheEntry(key)));
            return fetched == null ? null : entry(fetched);
        } catch (SurfaceException e) {
            if (CachedManifests.isOutage(e)) {
                return null;
            }
            throw e;
        }
    }

    /** The value that is here, if it still counts; else it is closed. */
    private ArtefactStore.@Nullable OpenEntry current(CacheKey key, CacheName name, CachedObject here) {
        boolean given = false;
        try {
            given = engine.within(here.fresh(), policy.maxAge()) || isCurrent(key, name, here);
            return given ? entry(here) : null;
        } finally {
            if (!given) {
                here.close();
            }
        }
    }

    private boolean isCurrent(CacheKey key, CacheName name, CachedObject here) {
        int tick = engine.tick();
        try (ArtefactStore.OpenEntry stored = store.cacheEntry(key)) {
            if (stored != null && stored.facts().storedDigest().equals(here.digest())) {
                engine.fresh(name, tick);
                return true;
            }
        } catch (SurfaceException e) {
            if (CachedManifests.isOutage(e)) {
                return true;
            }
            throw e;
        }
        engine.withdraw(name);
        return false;
    }

    void withdraw(CacheKey key) {
        engine.withdraw(CacheName.entry(key));
    }

    private static @Nullable Source source(ArtefactStore.@Nullable OpenEntry stored) {
        if (stored == null) {
            return null;
        }
        StoredPayload facts = stored.facts();
        byte[] type = facts.contentType().value().getBytes(StandardCharsets.UTF_8);
        ByteBuffer meta = ByteBuffer.allocate(DIGEST + Long.BYTES + 1 + type.length);
        meta.put(stored.raw().bytes()).putLong(facts.rawSize()).put((byte) (facts.seekable() ? 1 : 0));
        return new Source(
                stored.bytes(), facts.storedDigest(), 0, meta.put(type).array());
    }

    private static ArtefactStore.@Nullable OpenEntry entry(CachedObject object) {
        try {
            ByteBuffer meta = ByteBuffer.wrap(object.meta());
            byte[] raw = new byte[DIGEST];
            meta.get(raw);
            long rawSize = meta.getLong();
            boolean seekable = meta.get() == 1 && object.whole();
            MediaType type = new MediaType(StandardCharsets.UTF_8.decode(meta).toString());
            StoredPayload facts =
                    new StoredPayload(type, rawSize, object.bytes().size(), object.digest(), seekable);
            return new ArtefactStore.OpenEntry(Digest.of(raw), facts, object.bytes());
        } catch (BufferUnderflowException | SurfaceException e) {
            object.close();
            return null;
        }
    }
}
