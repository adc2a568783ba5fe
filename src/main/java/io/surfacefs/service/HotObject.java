package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import org.jspecify.annotations.Nullable;

/**
 * A whole object in memory, ready to be sent. Immutable but for {@link #attachment}, in which the REST edge keeps its
 * ready-made headers.
 *
 * <p>For a manifest, {@code digest} is the manifest digest and {@code contentType} null (JSON); for a payload the raw
 * digest and the client's type.
 */
public final class HotObject {
    private final byte[] body;
    private final Digest digest;
    private final @Nullable MediaType contentType;
    private volatile @Nullable Object attachment;

    public HotObject(byte[] body, Digest digest, @Nullable MediaType contentType) {
        this.body = body;
        this.digest = digest;
        this.contentType = contentType;
    }

    /** The bytes to send; not written to. */
    public byte[] body() {
        return body;
    }

    public Digest digest() {
        return digest;
    }

    public @Nullable MediaType contentType() {
        return contentType;
    }

    /** What an edge keeps beside it, or null. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Lets an edge keep something beside it; a lost race costs only its making. */
    public void attach(Object value) {
        attachment = value;
    }
}
