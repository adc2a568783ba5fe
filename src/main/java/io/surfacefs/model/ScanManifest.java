package io.surfacefs.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The list of all artefacts of one scan of one image. Immutable; equal when the canonical bytes are. */
public final class ScanManifest implements Manifest {
    private final byte[] canonical;
    private final Digest digest;
    private final Tenant tenant;
    private final ScanId scanId;
    private final Timestamp generatedAt;
    private final @Nullable Timestamp expiresAt;
    private final @Nullable Digest imageDigest;
    private final List<ArtefactKey> artefacts;

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
        this.canonical = canonical;
        this.digest = digest;
        this.tenant = tenant;
        this.scanId = scanId;
        this.generatedAt = generatedAt;
        this.expiresAt = expiresAt;
        this.imageDigest = imageDigest;
        this.artefacts = List.copyOf(artefacts);
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScanManifest that && digest.equals(that.digest);
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
