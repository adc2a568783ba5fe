package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Source;
import io.surfacefs.model.Timestamp;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of an artefact that it puts, in whichever words its edge has for that.
 *
 * @param kind from the path; null only where the manifest must tell it
 * @param digest from the path or header; null: the manifest's, or else computed from the bytes
 * @param contentType of the payload as it was uploaded; null where nothing was said
 * @param source where the artefact comes from; fills what the manifest doesn't say
 * @param images further images under which it is found, beside the source's
 * @param scans further scans under which it is found, beside the source's
 * @param expiresAt from when on it may be dropped
 * @param ttl the same, counted from now; only one of the two
 * @param manifest the client's own manifest as JSON, or null
 * @param signature the envelope of a scan manifest, whose payload may be left out, or null; an artefact's stands in its
 *     manifest
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
public record PutRequest(
        @Nullable Kind kind,
        @Nullable Digest digest,
        @Nullable MediaType contentType,
        Source source,
        Set<Digest> images,
        Set<ScanId> scans,
        @Nullable Timestamp expiresAt,
        @Nullable Duration ttl,
        byte @Nullable [] manifest,
        byte @Nullable [] signature) {
    /** A put without a signature beside its manifest. */
    public PutRequest(
            @Nullable Kind kind,
            @Nullable Digest digest,
            @Nullable MediaType contentType,
            Source source,
            Set<Digest> images,
            Set<ScanId> scans,
            @Nullable Timestamp expiresAt,
            @Nullable Duration ttl,
            byte @Nullable [] manifest) {
        this(kind, digest, contentType, source, images, scans, expiresAt, ttl, manifest, null);
    }

    /** The same put, with the envelope of its scan manifest. */
    public PutRequest signed(byte @Nullable [] envelope) {
        return new PutRequest(kind, digest, contentType, source, images, scans, expiresAt, ttl, manifest, envelope);
    }
}
