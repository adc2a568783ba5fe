package io.surfacefs.model;

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
        MediaType contentType, long rawSize, long storedSize, Digest storedDigest, boolean seekable) {}
