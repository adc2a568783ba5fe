package io.surfacefs.client;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Surface.FS, in this process or far away. What fails is told by a {@link io.surfacefs.model.SurfaceException} with
 * the code that the service gave, wherever it is; a service that can't be reached or breaks off is
 * {@code STORE_UNAVAILABLE}, one that stays silent too long {@code STORE_TIMEOUT}. Calls block, and every wait has a
 * limit. Thread-safe, except for the streams that go in and come out. To be closed.
 */
public interface SurfaceClient extends KitVersions, AutoCloseable {
    /** The most manifests that one page holds. */
    int MAX_PAGE = 500;

    /**
     * What is said of an artefact that is put.
     *
     * @param digest that the bytes must have, or null for whatever they have
     * @param contentType null where nobody knows
     * @param images under which it is found; the first is its source
     * @param scans under which it is found; the first is its source
     * @param expiresAt from when on it may be dropped; at most one of this and {@code ttl}
     * @param ttl the same, counted from now
     * @param createdAt when it was made, or null for now; one in the future counts as now. Goes with a digest
     */
    record NewArtefact(
            Kind kind,
            @Nullable Digest digest,
            @Nullable MediaType contentType,
            @Nullable String scannerBuild,
            List<Digest> images,
            List<ScanId> scans,
            @Nullable Timestamp expiresAt,
            @Nullable Duration ttl,
            @Nullable Timestamp createdAt) {
        public NewArtefact {
            images = List.copyOf(images);
            scans = List.copyOf(scans);
            if (createdAt != null && digest == null) {
                throw new IllegalArgumentException("createdAt goes with a digest");
            }
        }

        /** An artefact that is made now. */
        public NewArtefact(
                Kind kind,
                @Nullable Digest digest,
                @Nullable MediaType contentType,
                @Nullable String scannerBuild,
                List<Digest> images,
                List<ScanId> scans,
                @Nullable Timestamp expiresAt,
                @Nullable Duration ttl) {
            this(kind, digest, contentType, scannerBuild, images, scans, expiresAt, ttl, null);
        }

        /** What only a manifest of the client's own can say, as JSON; null where that is nothing. */
        @Nullable String manifest() {
            // None of the three has a character that JSON would escape.
            return createdAt == null
                    ? null
                    : "{\"createdAt\":\"" + createdAt + "\",\"digest\":\"" + digest + "\",\"kind\":\"" + kind + "\"}";
        }
    }

    /**
     * A payload on its way in.
     *
     * @param stream read once, to its end, by one thread; not closed
     * @param size bytes, or -1 where nobody knows
     */
    record Content(InputStream stream, long size) {}

    /** What is stored now, and whether this put made it. */
    record PutAnswer(ManifestDocument manifest, boolean created) {}

    /**
     * Which manifests to list.
     *
     * @param pageSize 1 to {@link #MAX_PAGE}
     * @param pageToken from the page before, or empty
     */
    record Query(
            Tenant tenant,
            @Nullable Kind kind,
            @Nullable Digest image,
            @Nullable ScanId scan,
            int pageSize,
            String pageToken) {}

    /** A page of manifests in key order, and the token of the next, null on the last one. */
    record Page(List<ManifestDocument> manifests, @Nullable String nextPageToken) {}

    /** What is known of a payload without reading it: its bytes, those of its stored form, its content type. */
    record PayloadFacts(long rawSize, long storedSize, MediaType contentType) {}

    /**
     * An open payload. Must be closed.
     *
     * @param stream the raw bytes; throws {@code DIGEST_MISMATCH} instead of ending when they were not those of the key
     * @param size raw bytes, or -1 where that is not known beforehand
     */
    record Payload(InputStream stream, long size) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /**
     * Puts an artefact; idempotent.
     *
     * @throws IOException when the content can't be read
     */
    PutAnswer put(Tenant tenant, NewArtefact artefact, Content content) throws IOException;

    /** The manifest of an artefact, or the scan manifest where the kind is {@code surface.manifest}. */
    ManifestDocument manifest(ArtefactKey key);

    /** Opens a payload, a staged one too. */
    Payload payload(ArtefactKey key);

    /** What is known of a payload, a staged one too. */
    PayloadFacts stat(ArtefactKey key);

    /** A page of a tenant's manifests. */
    Page list(Query query);

    /**
     * An artefact as a site has it, on its way to another.
     *
     * @param json its manifest in RFC 8785 form
     * @param images under which it is found, whatever its source says
     * @param scans under which it is found, whatever its source says
     * @param signatures of a scan manifest: who signed it, as {@link ManifestDocument#signatures} tells; null for
     *     nobody
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
    record CopiedArtefact(
            ArtefactKey key, byte[] json, List<Digest> images, List<ScanId> scans, byte @Nullable [] signatures) {
        /** An artefact, or a scan manifest that nobody signed. */
        public CopiedArtefact(ArtefactKey key, byte[] json, List<Digest> images, List<ScanId> scans) {
            this(key, json, images, scans, null);
        }

        public CopiedArtefact {
            images = List.copyOf(images);
            scans = List.copyOf(scans);
        }
    }

    /**
     * Puts what another site stored, manifest and payload as they are; idempotent. A scan manifest is put under its
     * digest. A service far away that signs does so with what comes unsigned; one in this process doesn't.
     *
     * @param stored the payload's zstd bytes, or null where the payload must be stored already, and for a scan manifest
     * @throws IOException when the content can't be read
     */
    PutAnswer copy(CopiedArtefact artefact, @Nullable Content stored) throws IOException;

    /**
     * What a copy would come to by who signed its manifest.
     *
     * @param why why no signature of it counts; null where one does, or nobody looks
     * @param refused whether the copy is refused for that
     */
    record Foreseen(@Nullable String why, boolean refused) {}

    /**
     * Looks who signed a manifest, as {@link #copy} would, and changes nothing.
     *
     * @return null where only a copy tells: of a service far away
     */
    default @Nullable Foreseen foresee(Manifest manifest) {
        return null;
    }

    /**
     * Opens the stored zstd bytes of a payload, whose digest the manifest tells. Nothing is verified here.
     *
     * @return to be closed
     */
    Payload stored(ArtefactKey key);

    /** Those of up to 1,000 keys of one tenant that have no manifest, in their order. */
    List<ArtefactKey> missing(Tenant tenant, List<ArtefactKey> keys);

    /** A page of a tenant's index, and the place to go on from, null on the last page. */
    record IndexPage(List<IndexEntry> entries, @Nullable String next) {}

    /**
     * A page of the images and scans under which a tenant's artefacts are found, up to 1,000.
     *
     * @param after the place that the page before told, or empty
     */
    IndexPage index(Tenant tenant, String after);

    /** Removes an artefact, where retention allows it. */
    void delete(ArtefactKey key);

    /**
     * Puts a scan manifest under its scan.
     *
     * @param json what the service is to fill and sort
     */
    PutAnswer putScan(Tenant tenant, ScanId scan, byte[] json);

    /** The current manifest of a scan. */
    ManifestDocument scan(Tenant tenant, ScanId scan);

    /** The surface block of a scan's current manifest, as JSON in UTF-8. */
    byte[] surface(Tenant tenant, ScanId scan);

    @Override
    void close();
}
