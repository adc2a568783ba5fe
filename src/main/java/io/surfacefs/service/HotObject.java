package io.surfacefs.service;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import org.jspecify.annotations.Nullable;

/**
 * A whole object in memory, ready to be sent. Immutable but for {@link #attachment}, in which the REST edge keeps its
 * ready-made headers. Its bytes lie off the heap where they are a payload's, and are given back when it is evicted;
 * whoever sends them takes a share first.
 *
 * <p>For a manifest, {@code digest} is the manifest digest and {@code contentType} null (JSON); for a payload the raw
 * digest and the client's type.
 */
public final class HotObject {
    private final ByteBuf body;
    private final int length;
    private final Digest digest;
    private final @Nullable MediaType contentType;
    private volatile @Nullable Object attachment;

    /** A manifest, whose bytes are on the heap in any case. */
    HotObject(byte[] manifest, Digest digest) {
        this(Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(manifest)), digest, null);
    }

    /** @param body released by {@link #evicted} */
    HotObject(ByteBuf body, Digest digest, @Nullable MediaType contentType) {
        this.body = body;
        this.length = body.readableBytes();
        this.digest = digest;
        this.contentType = contentType;
    }

    /** Bytes of the body. */
    public int length() {
        return length;
    }

    /**
     * A view of the body for one reader, who releases it when the bytes have been sent; not written to. Null when the
     * object was evicted meanwhile.
     */
    public @Nullable ByteBuf take() {
        try {
            return body.retainedDuplicate();
        } catch (IllegalReferenceCountException evicted) {
            return null;
        }
    }

    /** A copy of the body, or null when the object was evicted meanwhile. */
    public byte @Nullable [] copy() {
        ByteBuf taken = take();
        if (taken == null) {
            return null;
        }
        try {
            byte[] bytes = new byte[length];
            taken.readBytes(bytes);
            return bytes;
        } finally {
            taken.release();
        }
    }

    /** That nobody finds it any more; to be called once. */
    void evicted() {
        body.release();
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
