package io.surfacefs.service;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Digest;
import io.surfacefs.model.StoredPayload;

/** An open payload (or cache entry value), stable whatever happens to its object meanwhile. Must be closed. */
public final class PayloadHandle implements AutoCloseable {
    private final Digest digest;
    private final StoredPayload facts;
    private final StoredBytes bytes;

    PayloadHandle(Digest digest, StoredPayload facts, StoredBytes bytes) {
        this.digest = digest;
        this.facts = facts;
        this.bytes = bytes;
    }

    /** SHA-256 of the raw bytes. */
    public Digest digest() {
        return digest;
    }

    /** Content type and sizes. */
    public StoredPayload facts() {
        return facts;
    }

    /** The stored zstd bytes; {@link StoredBytes#file()} tells the file where there is one. Closed with the handle. */
    public StoredBytes stored() {
        return bytes;
    }

    // decoded(ByteRange) gives a codec PayloadReader over the raw bytes; see the codec room.

    @Override
    public void close() {
        bytes.close();
    }
}
