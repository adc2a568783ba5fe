package io.surfacefs.service;

import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.codec.CodecPool;
import io.surfacefs.codec.PayloadReader;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;

/** Cache entries: memos of computations, by the digest of their inputs. Thread-safe; methods may block. */
public final class CacheEntryService {
    private final ArtefactStore store;
    private final CodecPool pool;

    /** All parts are shared and closed by whoever made them. */
    public CacheEntryService(ArtefactStore store, CodecPool pool) {
        this.store = store;
        this.pool = pool;
    }

    /** Opens the value of an entry, {@code NOT_FOUND} when there is none. The handle must be closed. */
    public PayloadHandle get(TenantAccess access, Namespace namespace, Digest inputs) {
        ArtefactStore.OpenEntry entry = store.cacheEntry(access.cacheKey(namespace, inputs));
        if (entry == null) {
            throw notFound();
        }
        return new PayloadHandle(
                entry.raw(),
                entry.facts(),
                entry.bytes(),
                (stored, facts, range) -> new DecodedBlocks(PayloadReader.open(pool, stored, facts, range)));
    }

    /** Stores a value, taken in by {@link ArtefactService#receive}, over what is there: the last writer wins. */
    public void put(TenantAccess access, Namespace namespace, Digest inputs, ReceivedPayload value) {
        require(access, Right.WRITE);
        store.putCacheEntry(access.cacheKey(namespace, inputs), value.received(null));
    }

    /** Deletes an entry, {@code NOT_FOUND} when there is none. */
    public void delete(TenantAccess access, Namespace namespace, Digest inputs) {
        require(access, Right.DELETE);
        if (!store.deleteCacheEntry(access.cacheKey(namespace, inputs))) {
            throw notFound();
        }
    }

    private static void require(TenantAccess access, Right right) {
        if (access.right() != right) {
            throw new IllegalArgumentException("admitted to " + access.right() + ", not to " + right);
        }
    }

    private static SurfaceException notFound() {
        return new SurfaceException(ErrorCode.NOT_FOUND, "there is no such cache entry");
    }
}
