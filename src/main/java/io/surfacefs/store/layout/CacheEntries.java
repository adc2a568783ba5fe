package io.surfacefs.store.layout;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.codec.EncodedUpload;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values of cache entries. They have no manifest, so what they are is found by decoding them when this process first
 * opens them, which checks each frame; within a bound that is remembered by tag. One that is damaged is as good as
 * absent: it is a memo. Thread-safe.
 */
final class CacheEntries {
    private static final int REMEMBERED = 16_384;
    private static final int TRIES = 10;

    private final BlobStore blobs;
    private final StoredVerifier verifier;
    private final Quotas quotas;
    private final Cache<String, EncodedUpload> known =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    CacheEntries(BlobStore blobs, StoredVerifier verifier, Quotas quotas) {
        this.blobs = blobs;
        this.verifier = verifier;
        this.quotas = quotas;
    }

    static BlobKey name(CacheKey key) {
        return BlobKey.cache(ObjectNames.cacheEntry(key));
    }

    ArtefactStore.@Nullable OpenEntry open(CacheKey key) {
        BlobKey name = name(key);
        BlobStore.Opened opened = blobs.open(name, -1);
        if (opened == null) {
            return null;
        }
        StoredBytes bytes = opened.bytes();
        boolean given = false;
        try {
            String memo = name.name() + opened.head().tag();
            EncodedUpload facts = known.getIfPresent(memo);
            if (facts == null) {
                facts = verifier.facts(bytes, MediaType.OCTET_STREAM);
                known.put(memo, facts);
            }
            given = facts.payload().storedSize() == bytes.size();
            return given ? new ArtefactStore.OpenEntry(facts.rawDigest(), facts.payload(), bytes) : null;
        } catch (SurfaceException e) {
            return null;
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        } finally {
            if (!given) {
                bytes.close();
            }
        }
    }

    void put(CacheKey key, ArtefactStore.Received value) {
        quotas.replace(key, value.content().known(value.facts().storedDigest()));
    }

    /**
     * Puts a value unless what is there was written after a time, by the store's clock. {@return whether it was put}
     */
    boolean putUnlessNewer(CacheKey key, ArtefactStore.Received value, Instant time) {
        BlobKey name = name(key);
        BlobSource source = value.content().known(value.facts().storedDigest());
        for (int i = 0; i < TRIES; i++) {
            BlobStore.Head there = blobs.head(name);
            if (there != null && there.modified().isAfter(time)) {
                return false;
            }
            boolean put =
                    quotas.write(key, there == null ? 0 : there.size(), source, () -> putOver(there, name, source));
            if (put) {
                return true;
            }
        }
        throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the cache entry is written by others all the time");
    }

    private boolean putOver(BlobStore.@Nullable Head there, BlobKey name, BlobSource source) {
        return there == null
                ? blobs.putAllIfAbsent(List.of(new BlobStore.Put(name, source))).done() == 1
                : blobs.replace(name, there.tag(), source);
    }

    boolean delete(CacheKey key) {
        return quotas.delete(blobs, key.tenant(), name(key));
    }
}
