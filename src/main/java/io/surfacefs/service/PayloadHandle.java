package io.surfacefs.service;

import io.surfacefs.codec.HeapBytes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Digest;
import io.surfacefs.model.StoredPayload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An open payload (or cache entry value), stable whatever happens to its object meanwhile. Must be closed. */
public final class PayloadHandle implements AutoCloseable {
    private final Digest digest;
    private final StoredPayload facts;
    private final StoredBytes bytes;
    private final Decoder decoder;
    private final byte @Nullable [] all;

    /** How raw bytes are made from stored ones. */
    @FunctionalInterface
    interface Decoder {
        PayloadBlocks open(StoredBytes stored, StoredPayload facts, ByteRange range) throws IOException;
    }

    PayloadHandle(Digest digest, StoredPayload facts, StoredBytes bytes, Decoder decoder) {
        this(digest, facts, bytes, decoder, null);
    }

    private PayloadHandle(
            Digest digest, StoredPayload facts, StoredBytes bytes, Decoder decoder, byte @Nullable [] all) {
        this.all = all;
        this.digest = digest;
        this.facts = facts;
        this.bytes = bytes;
        this.decoder = decoder;
    }

    /** SHA-256 of the raw bytes. */
    public Digest digest() {
        return digest;
    }

    /** This handle, with the whole representation that was asked for. */
    PayloadHandle withAll(byte[] bytes) {
        return new PayloadHandle(digest, facts, this.bytes, decoder, bytes);
    }

    /** The whole representation that was asked for, where it is small and so has been read already; else null. */
    public byte @Nullable [] all() {
        return all;
    }

    /** Content type and sizes. */
    public StoredPayload facts() {
        return facts;
    }

    /** The file that begins with exactly the stored zstd bytes, or null when they are elsewhere; it may go. */
    public @Nullable Path file() {
        return bytes.file();
    }

    /**
     * Reads stored zstd bytes from a position.
     *
     * @return bytes read, at least 1 unless {@code length} is 0; -1 at the end
     */
    public int readStored(long position, byte[] target, int offset, int length) throws IOException {
        return bytes.read(position, target, offset, length);
    }

    /** Says that stored bytes of this range are about to be read, in order: a hint for a store that is far away. */
    public void expectStored(ByteRange range) {
        bytes.expect(range.offset(), range.end());
    }

    /**
     * Opens the raw bytes, or a range of them. To be closed before this.
     *
     * @param range within the payload
     */
    public PayloadBlocks decoded(ByteRange range) throws IOException {
        return decoder.open(bytes, facts, range);
    }

    /** All stored bytes, for a small payload. */
    byte[] allStored() throws IOException {
        return HeapBytes.all(bytes);
    }

    /** All raw bytes, for a small payload. */
    byte[] allRaw() throws IOException {
        byte[] all = new byte[Math.toIntExact(facts.rawSize())];
        try (PayloadBlocks blocks = decoded(ByteRange.whole(all.length))) {
            int at = 0;
            for (ByteBuffer block = blocks.next(); block != null; block = blocks.next()) {
                int n = block.remaining();
                block.get(all, at, n);
                at += n;
            }
        }
        return all;
    }

    @Override
    public void close() {
        bytes.close();
    }
}
