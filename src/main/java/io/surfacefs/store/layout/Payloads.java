package io.surfacefs.store.layout;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Payload objects and whether they are what they should be. An object is hashed when this process first opens it and
 * after every change of its tag; within a bound that is remembered. Thread-safe.
 */
final class Payloads {
    private static final int REMEMBERED = 65_536;

    private final BlobStore blobs;
    private final StoredVerifier verifier;
    private final boolean verify;
    private final Events events;
    private final Cache<String, Boolean> verified =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    Payloads(BlobStore blobs, StoredVerifier verifier, boolean verify, Events events) {
        this.blobs = blobs;
        this.verifier = verifier;
        this.verify = verify;
        this.events = events;
    }

    static BlobKey name(ArtefactKey key) {
        return BlobKey.cache(ObjectNames.payload(key));
    }

    boolean exists(ArtefactKey key) {
        return blobs.head(name(key)) != null;
    }

    /**
     * Opens a payload whose facts are known, verified.
     *
     * @return null when it isn't there
     * @throws SurfaceException {@code CORRUPT_OBJECT} when the stored bytes are others than the facts say
     */
    ArtefactStore.@Nullable OpenPayload open(ArtefactKey key, StoredPayload facts) {
        ArtefactStore.OpenPayload open = openSound(key, facts);
        if (open == null && exists(key)) {
            events.corrupt(key.kind());
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT,
                    "the stored payload is damaged",
                    "put it again: a put replaces a payload that fails its verification");
        }
        return open;
    }

    /** Opens a payload, verified; null when it isn't there, or is another than the facts say. */
    ArtefactStore.@Nullable OpenPayload openSound(ArtefactKey key, StoredPayload facts) {
        BlobKey name = name(key);
        BlobStore.Head head = blobs.head(name);
        StoredBytes bytes = head == null ? null : blobs.open(name);
        if (head == null || bytes == null) {
            return null;
        }
        boolean given = false;
        try {
            given = bytes.size() == facts.storedSize() && isVerified(name, head, bytes, facts);
            return given ? new ArtefactStore.OpenPayload(key, facts, bytes) : null;
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        } finally {
            if (!given) {
                bytes.close();
            }
        }
    }

    private boolean isVerified(BlobKey name, BlobStore.Head head, StoredBytes bytes, StoredPayload facts)
            throws IOException {
        if (!verify) {
            return true;
        }
        String memo = name.name() + head.tag() + facts.storedDigest().hex();
        if (verified.getIfPresent(memo) != null) {
            return true;
        }
        if (!verifier.storedDigest(bytes).equals(facts.storedDigest())) {
            return false;
        }
        verified.put(memo, Boolean.TRUE);
        return true;
    }

    /** Whether the payload is there and is what the facts say. */
    boolean sound(ArtefactKey key, StoredPayload facts) {
        try (ArtefactStore.OpenPayload open = open(key, facts)) {
            return open != null;
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Finds out what is stored under a key of which nothing is known, by decoding all of it.
     *
     * @return null when nothing is stored, or it is damaged
     */
    @Nullable StoredPayload discover(ArtefactKey key, MediaType type) {
        try (StoredBytes bytes = blobs.open(name(key))) {
            return bytes == null ? null : verifier.verify(bytes, key.digest(), type);
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT) {
                events.corrupt(key.kind());
                return null;
            }
            throw e;
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        }
    }
}
