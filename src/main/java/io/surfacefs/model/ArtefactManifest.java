package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/** The manifest of one payload. Immutable; equal when the canonical bytes are (told by their digest). */
public final class ArtefactManifest implements Manifest {
    private final byte[] canonical;
    private final Digest digest;
    private final ArtefactKey key;
    private final Timestamp createdAt;
    private final @Nullable Timestamp expiresAt;
    private final Source source;
    private final StoredPayload payload;

    /** Made by the codec room, which holds the typed members and the bytes together. */
    public ArtefactManifest(
            byte[] canonical,
            Digest digest,
            ArtefactKey key,
            Timestamp createdAt,
            @Nullable Timestamp expiresAt,
            Source source,
            StoredPayload payload) {
        this.canonical = canonical;
        this.digest = digest;
        this.key = key;
        this.createdAt = createdAt;
        this.expiresAt = expiresAt;
        this.source = source;
        this.payload = payload;
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
        return key;
    }

    public Timestamp createdAt() {
        return createdAt;
    }

    @Override
    public @Nullable Timestamp expiresAt() {
        return expiresAt;
    }

    public Source source() {
        return source;
    }

    /** The {@code storage} member. */
    public StoredPayload payload() {
        return payload;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ArtefactManifest that && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return key + " (manifest " + digest + ")";
    }
}
