package io.surfacefs.service;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A whole object in memory, ready to be sent. Immutable but for {@link #attachment}, in which the REST edge keeps its
 * ready-made headers. Thread-safe.
 *
 * <p>A payload's bytes lie off the heap in memory that is used again after the object was evicted, so whoever reads
 * them takes a share before and gives it back afterwards. Shares are counted here and not by the buffer, since a pool
 * gives a buffer out again under the same name.
 *
 * <p>For a manifest, {@code digest} is the manifest digest and {@code contentType} null (JSON); for a payload the raw
 * digest and the client's type.
 */
public final class HotObject {
    private final ByteBuf body;
    private final int length;
    private final Digest digest;
    private final @Nullable StoredPayload stored;
    private final byte @Nullable [] signatures;
    /** Takers and one for being found; null for a manifest, whose bytes are on the heap in any case. */
    private final @Nullable AtomicInteger shares;

    private volatile @Nullable Object attachment;

    HotObject(Manifest manifest) {
        this.body = Unpooled.wrappedBuffer(manifest.canonical());
        this.length = manifest.canonical().length;
        this.digest = manifest.digest();
        this.signatures = manifest instanceof ScanManifest scan ? scan.signatures() : null;
        this.stored = null;
        this.shares = null;
    }

    /** @param body released when this was evicted and all shares are back */
    HotObject(ByteBuf body, Digest digest, StoredPayload stored) {
        this.body = body;
        this.length = body.readableBytes();
        this.digest = digest;
        this.stored = stored;
        this.signatures = null;
        this.shares = new AtomicInteger(1);
    }

    /** Bytes of the body. */
    public int length() {
        return length;
    }

    /** Takes a share, to be given back; false when the object was evicted and its bytes are gone. */
    public boolean take() {
        if (shares == null) {
            return true;
        }
        int before = shares.get();
        while (before > 0 && !shares.compareAndSet(before, before + 1)) {
            before = shares.get();
        }
        return before > 0;
    }

    /** A view of part of the body, not written to, for a holder of a share. */
    public ByteBuf slice(int offset, int size) {
        return body.slice(offset, size);
    }

    /** Gives a share back. */
    public void giveBack() {
        if (shares != null && shares.decrementAndGet() == 0) {
            body.release();
        }
    }

    /** A copy of the body, or null when the object was evicted meanwhile. */
    public byte @Nullable [] copy() {
        if (!take()) {
            return null;
        }
        try {
            return ByteBufUtil.getBytes(body, 0, length, true);
        } finally {
            giveBack();
        }
    }

    public Digest digest() {
        return digest;
    }

    public @Nullable MediaType contentType() {
        return stored == null ? null : stored.contentType();
    }

    /** What is stored of a payload; null for a manifest. */
    public @Nullable StoredPayload stored() {
        return stored;
    }

    /** {@link ScanManifest#signatures} of a scan manifest; null for everything else. */
    public byte @Nullable [] signatures() {
        return signatures;
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
