package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a payload's stored bytes: the facts behind a manifest's {@code storage} member.
 *
 * @param contentType as the client gave it, served with either representation
 * @param rawSize bytes of the payload
 * @param storedSize bytes of the zstd frames
 * @param storedDigest SHA-256 of the zstd frames
 * @param seekable whether the stored bytes end in a seek table that a verifying pass found true in every entry
 */
public record StoredPayload(
        MediaType contentType, long rawSize, long storedSize, Digest storedDigest, boolean seekable) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoredPayload that
                && rawSize == that.rawSize
                && storedSize == that.storedSize
                && seekable == that.seekable
                && storedDigest.equals(that.storedDigest)
                && contentType.equals(that.contentType);
    }

    @Override
    public int hashCode() {
        return 31
                        * (31
                                        * (31 * (31 * Long.hashCode(rawSize) + Long.hashCode(storedSize))
                                                + Boolean.hashCode(seekable))
                                + storedDigest.hashCode())
                + contentType.hashCode();
    }
}
