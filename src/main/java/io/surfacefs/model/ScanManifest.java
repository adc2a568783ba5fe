package io.surfacefs.model;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The list of all artefacts of one scan of one image. Immutable; equal when the canonical bytes and the signatures are.
 */
public final class ScanManifest implements Manifest {
    private final byte[] canonical;
    private final Digest digest;
    private final Tenant tenant;
    private final ScanId scanId;
    private final Timestamp generatedAt;
    private final @Nullable Timestamp expiresAt;
    private final @Nullable Digest imageDigest;
    private final List<ArtefactKey> artefacts;
    private final byte @Nullable [] signatures;

    /** Made by the codec room, which holds the typed members and the bytes together. */
    public ScanManifest(
            byte[] canonical,
            Digest digest,
            Tenant tenant,
            ScanId scanId,
            Timestamp generatedAt,
            @Nullable Timestamp expiresAt,
            @Nullable Digest imageDigest,
            List<ArtefactKey> artefacts) {
        this(canonical, digest, tenant, scanId, generatedAt, expiresAt, imageDigest, List.copyOf(artefacts), null);
    }

    private ScanManifest(
            byte[] canonical,
            Digest digest,
            Tenant tenant,
            ScanId scanId,
            Timestamp generatedAt,
            @Nullable Timestamp expiresAt,
            @Nullable Digest imageDigest,
            List<ArtefactKey> artefacts,
            byte @Nullable [] signatures) {
        this.canonical = canonical;
        this.digest = digest;
        this.tenant = tenant;
        this.scanId = scanId;
        this.generatedAt = generatedAt;
        this.expiresAt = expiresAt;
        this.imageDigest = imageDigest;
        this.artefacts = artefacts;
        this.signatures = signatures;
    }

    @Override
    public byte[] canonical() {
        return canonical;
    }

    @Override
    public Digest digest() {
        return digest;
    }

    @Override
    public ArtefactKey key() {
        return new ArtefactKey(tenant, Kind.SURFACE_MANIFEST, digest);
    }

    public ScanId scanId() {
        return scanId;
    }

    public Timestamp generatedAt() {
        return generatedAt;
    }

    @Override
    public @Nullable Timestamp expiresAt() {
        return expiresAt;
    }

    public @Nullable Digest imageDigest() {
        return imageDigest;
    }

    /** Keys of the listed artefacts, in the manifest's order; none of them need exist. */
    public List<ArtefactKey> artefacts() {
        return artefacts;
    }

    /**
     * Who signed this, as it stands beside the manifest: what an envelope says besides the payload, JSON in RFC 8785
     * form. Null where nobody did, or where that was not looked for, as in a list. Not a copy: callers don't write to
     * it.
     */
    public byte @Nullable [] signatures() {
        return signatures;
    }

    /** The same manifest, signed so; null for not signed. */
    public ScanManifest withSignatures(byte @Nullable [] beside) {
        return beside == null && signatures == null
                ? this
                : new ScanManifest(
                        canonical, digest, tenant, scanId, generatedAt, expiresAt, imageDigest, artefacts, beside);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScanManifest that
                && digest.equals(that.digest)
                && Arrays.equals(signatures, that.signatures);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return key().toString();
    }
}
