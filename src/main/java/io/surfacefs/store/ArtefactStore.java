package io.surfacefs.store;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where artefacts are: the truth, or a decorator of it. Payloads come and go in their stored form only. A manifest that
 * can be read always has its payload. Failures are {@link SurfaceException}s with the code that the caller sees.
 * Thread-safe; calls may block.
 */
public interface ArtefactStore extends AutoCloseable {
    /**
     * A payload that was received whole and verified: its digest is the key's.
     *
     * @param content the stored form
     * @param facts what it is
     */
    record Received(BlobSource content, StoredPayload facts) {}

    /** Under which images and scans an artefact is found. */
    record Index(Set<Digest> images, Set<ScanId> scans) {
        public static final Index NONE = new Index(Set.of(), Set.of());

        public Index {
            images = Set.copyOf(images);
            scans = Set.copyOf(scans);
        }
    }

    /** What a put came to: the manifest that is stored, and whether this put made it. */
    record Committed<M extends Manifest>(M manifest, boolean created) {}

    /** An open payload. Must be closed. */
    record OpenPayload(ArtefactKey key, StoredPayload facts, StoredBytes bytes) implements AutoCloseable {
        @Override
        public void close() {
            bytes.close();
        }
    }

    /**
     * Which manifests to list, in the order of the bytes of {@code {kind}/{64 hex}}. Scan manifests are listed only
     * under their own kind.
     *
     * @param after position behind which to begin, as {@code {kind}/{64 hex}}, or empty
     * @param limit at most so many manifests, 1 to 500
     * @param maxBytes the page ends before its manifests' bytes pass this, but holds at least one
     */
    record Query(
            Tenant tenant,
            @Nullable Kind kind,
            @Nullable Digest image,
            @Nullable ScanId scan,
            String after,
            int limit,
            long maxBytes) {}

    /** A page and the position to go on from, or null on the last page. */
    record Page(List<Manifest> manifests, @Nullable String next) {}

    /**
     * Stores a payload alone: readable by its key, not listed, dropped after a day if no manifest comes.
     *
     * @return whether it was not stored before
     */
    boolean stage(ArtefactKey key, Received payload);

    /** Makes the manifest of a put. What it throws ends the put, which has changed nothing then. */
    @FunctionalInterface
    interface Maker {
        /**
         * Makes the manifest.
         *
         * @param facts what is known of the payload that is really stored; asked more than once where that changes
         */
        ArtefactManifest make(StoredPayload facts);

        /**
         * Looks at the manifest that is stored already and stays. Not asked where the store is an upstream, which
         * decides itself.
         */
        default void found(ArtefactManifest stored) {}
    }

    /**
     * Stores an artefact. The first writer wins: where a manifest is stored already, that one is the answer, with a
     * later expiry taken over and the index grown. A stored payload that fails its verification is replaced by the one
     * received.
     *
     * @param payload null when it must be stored already
     * @throws SurfaceException {@code PAYLOAD_MISSING} when the payload is neither stored nor received
     */
    Committed<ArtefactManifest> commit(ArtefactKey key, @Nullable Received payload, Maker manifest, Index index);

    /** Stores a scan manifest, content-addressed by its digest. */
    Committed<ScanManifest> putScan(ScanManifest manifest);

    /**
     * The current manifest of a scan: of several the latest generatedAt, then the greatest digest; null when there is
     * none.
     */
    @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan);

    /**
     * As {@link #currentScan}, for a put that only wants to make nothing new of what is there: a store that takes puts
     * while it can't be asked answers null then.
     */
    default @Nullable ScanManifest currentScanBeforePut(Tenant tenant, ScanId scan) {
        return currentScan(tenant, scan);
    }

    /** Whether a cache here tells of each manifest that was looked for in it and behind it; else the asker does. */
    default boolean tellsLookups() {
        return false;
    }

    /**
     * 32 random bytes that all who serve this store share and no client sees, made by who asks first and the same for
     * good. Null where there are none to share: behind an upstream, which has its own, and where nothing may be
     * written.
     */
    default byte @Nullable [] secret() {
        return null;
    }

    /** The manifest, or null. Scan manifests are found by kind {@code surface.manifest} and their manifest digest. */
    @Nullable Manifest manifest(ArtefactKey key);

    /**
     * Opens a payload that has a manifest or is staged. Its stored bytes were verified when this process first opened
     * them.
     *
     * @return null when there is none
     * @throws SurfaceException {@code CORRUPT_OBJECT} when the stored bytes are not what they should be
     */
    @Nullable OpenPayload payload(ArtefactKey key);

    /**
     * As {@link #payload(ArtefactKey)}, for a caller who knows from the manifest what is stored, so that it need not be
     * read again. What has become of the payload since then is found out.
     */
    default @Nullable OpenPayload payload(ArtefactKey key, StoredPayload known) {
        return payload(key);
    }

    /**
     * A manifest and its payload, open; either may be null. Must be closed.
     *
     * @param manifest null where there is none; then the payload is a staged one
     */
    record Artefact(@Nullable Manifest manifest, @Nullable OpenPayload payload) implements AutoCloseable {
        @Override
        public void close() {
            if (payload != null) {
                payload.close();
            }
        }
    }

    /**
     * As {@link #manifest} and {@link #payload(ArtefactKey)}, for a caller who knows neither and is going to read all
     * of the payload: a store that is far away is asked for both at a time.
     *
     * @throws SurfaceException as of both
     */
    default Artefact artefact(ArtefactKey key) {
        Manifest manifest = manifest(key);
        if (manifest instanceof ArtefactManifest known) {
            return new Artefact(manifest, payload(key, known.payload()));
        }
        return new Artefact(manifest, manifest == null ? payload(key) : null);
    }

    /** What is known of a payload that {@link #payload} would open, without opening it; null when there is none. */
    @Nullable StoredPayload facts(ArtefactKey key);

    /**
     * How long ago, at most, the truth was asked for what {@link #manifest} says of a key: zero where it is asked each
     * time. Whoever remembers an answer counts on from there. Looks at memory only.
     */
    default Duration age(ArtefactKey key) {
        return Duration.ZERO;
    }

    /** Lists manifests. One that can't be read ({@code CORRUPT_OBJECT}) is left out and told to the events. */
    Page page(Query query);

    /** A page of a tenant's index, and the place to go on from, or null on the last page. */
    record IndexPage(List<IndexEntry> entries, @Nullable String next) {
        public IndexPage {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Lists under which images and scans a tenant's artefacts are found. An entry's artefact need not exist any more.
     *
     * @param after the {@link IndexEntry#place} behind which to begin, or empty
     * @param limit at most so many entries, 1 to 1,000
     */
    IndexPage index(Tenant tenant, String after, int limit);

    /** Those of the keys that have no manifest, in their order. */
    List<ArtefactKey> missing(Collection<ArtefactKey> keys);

    /**
     * Removes the manifest at once; the payload object goes after the grace.
     *
     * @return whether there was one
     * @throws SurfaceException {@code STORE_UNAVAILABLE}, and nothing has changed, when this process may not delete
     */
    boolean delete(ArtefactKey key);

    /** Opens the value of a cache entry, or null; facts as found by reading it. */
    @Nullable OpenEntry cacheEntry(CacheKey key);

    /** Stores the value of a cache entry over what is there. */
    void putCacheEntry(CacheKey key, Received value);

    /**
     * As {@link #putCacheEntry}, for a value that was put some time ago: what was stored after that stays. A store that
     * can't tell when that was stores the value.
     *
     * @param put when it was put, by the clock of who took it; compared with the store's own
     * @return whether it was stored
     */
    boolean putCacheEntryLate(CacheKey key, Received value, Instant put);

    /** @return whether there was one */
    boolean deleteCacheEntry(CacheKey key);

    /** An open cache entry. Must be closed. {@code raw} is the digest of the value. */
    record OpenEntry(Digest raw, StoredPayload facts, StoredBytes bytes) implements AutoCloseable {
        @Override
        public void close() {
            bytes.close();
        }
    }

    @Override
    void close();
}
