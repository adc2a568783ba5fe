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

    /** Payloads of so many stored bytes are verified before the first is given, wherever they are. */
    private static final int AT_ONCE = 256 << 10;

    private final BlobStore blobs;
    private final StoredVerifier verifier;
    private final boolean verify;
    private final boolean remote;
    private final Events events;
    private final Cache<String, Boolean> verified =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    Payloads(BlobStore blobs, StoredVerifier verifier, LayoutSettings settings, Events events) {
        this.blobs = blobs;
        this.verifier = verifier;
        this.verify = settings.verify();
        this.remote = settings.remote();
        this.events = events;
    }

    static BlobKey name(ArtefactKey key) {
        return BlobKey.cache(ObjectNames.payload(key));
    }

    boolean exists(ArtefactKey key) {
        return blobs.head(name(key)) != null;
    }

    /** What is to be put in the place of a payload. */
    static BlobStore.Put put(ArtefactKey key, ArtefactStore.Received payload) {
        return new BlobStore.Put(
                name(key), payload.content().known(payload.facts().storedDigest()));
    }

    /**
     * Opens a payload whose facts are known, verified; a large one that is far away is verified while it is read: the
     * read that would complete it fails where it is damaged.
     *
     * @return null when it isn't there
     * @throws SurfaceException {@code CORRUPT_OBJECT} when the stored bytes are others than the facts say
     */
    ArtefactStore.@Nullable OpenPayload open(ArtefactKey key, StoredPayload facts) {
        ArtefactStore.OpenPayload open = openSound(key, facts);
        if (open == null && exists(key)) {
            events.corruptPayload(key);
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT,
                    "the stored payload is damaged",
                    "put it again: a put replaces a payload that fails its verification");
        }
        return open;
    }

    /** Opens a payload, verified; null when it isn't there, or is another than the facts say. */
    ArtefactStore.@Nullable OpenPayload openSound(ArtefactKey key, StoredPayload facts) {
        return openSound(key, facts, !remote || facts.storedSize() <= AT_ONCE);
    }

    private ArtefactStore.@Nullable OpenPayload openSound(ArtefactKey key, StoredPayload facts, boolean atOnce) {
        BlobStore.Opened opened = blobs.open(name(key), facts.storedSize());
        return opened == null ? null : sound(key, facts, opened, atOnce);
    }

    /** Begins to open a payload whose facts are not known yet. */
    Ahead ahead(ArtefactKey key) {
        return Ahead.open(blobs, name(key));
    }

    /** What was opened, verified; null, and it is closed, when it is another than the facts say. */
    ArtefactStore.@Nullable OpenPayload sound(ArtefactKey key, StoredPayload facts, BlobStore.Opened opened) {
        return sound(key, facts, opened, facts.storedSize() <= AT_ONCE);
    }

    private ArtefactStore.@Nullable OpenPayload sound(
            ArtefactKey key, StoredPayload facts, BlobStore.Opened opened, boolean atOnce) {
        StoredBytes bytes = opened.bytes();
        boolean given = false;
        try {
            String memo = name(key).name()
                    + opened.head().tag()
                    + facts.storedDigest().hex();
            boolean sound = bytes.size() == facts.storedSize();
            if (sound && verify && verified.getIfPresent(memo) == null) {
                if (!atOnce) {
                    bytes = verifier.inPassing(bytes, facts.storedDigest(), right -> passed(key, memo, right));
                } else if (verifier.storedDigest(bytes).equals(facts.storedDigest())) {
                    verified.put(memo, Boolean.TRUE);
                } else {
                    sound = false;
                }
            }
            given = sound;
            return sound ? new ArtefactStore.OpenPayload(key, facts, bytes) : null;
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        } finally {
            if (!given) {
                bytes.close();
            }
        }
    }

    private void passed(ArtefactKey key, String memo, boolean right) {
        if (right) {
            verified.put(memo, Boolean.TRUE);
        } else {
            events.corruptPayload(key);
        }
    }

    /** Whether the payload is there and is what the facts say. */
    boolean sound(ArtefactKey key, StoredPayload facts) {
        try (ArtefactStore.OpenPayload open = openSound(key, facts, true)) {
            if (open == null && exists(key)) {
                events.corruptPayload(key);
            }
            return open != null;
        }
    }

    /**
     * Finds out what is stored under a key of which nothing is known, by decoding all of it.
     *
     * @return null when nothing is stored, or it is damaged
     */
    @Nullable StoredPayload discover(ArtefactKey key, MediaType type) {
        BlobStore.Opened opened = blobs.open(name(key), -1);
        if (opened == null) {
            return null;
        }
        try (StoredBytes bytes = opened.bytes()) {
            return verifier.verify(bytes, key.digest(), type);
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT) {
                events.corruptPayload(key);
                return null;
            }
            throw e;
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        }
    }
}
