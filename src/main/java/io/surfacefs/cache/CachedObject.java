package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Digest;

/**
 * An open object, from the cache, or on its way into it. Must be closed.
 *
 * @param digest SHA-256 of the bytes
 * @param meta what was kept beside them
 * @param whole whether all bytes are here: else they are best read from the first to the last, as they come
 * @param fresh when it was last known to be current, as {@link CacheEngine#tick} gave it; 0 for not known
 */
public record CachedObject(StoredBytes bytes, Digest digest, byte[] meta, boolean whole, int fresh)
        implements AutoCloseable {
    @Override
    public void close() {
        bytes.close();
    }
}
