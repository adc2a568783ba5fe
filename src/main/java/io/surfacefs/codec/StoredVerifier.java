package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Checks stored bytes against what they should be. Memory of a running check: 1.3 MiB and the window of the frame being
 * decoded, at most 8 MiB. Safe for any number of threads.
 */
public final class StoredVerifier {
    private static final UploadLimits NONE = new UploadLimits(Long.MAX_VALUE, 1, Long.MAX_VALUE);

    /**
     * So many bytes are hashed on the calling thread, where they are in memory or in a file: in some 40 µs, about what
     * the way to another takes.
     */
    private static final int ON_THE_SPOT = 64 << 10;

    private final CodecPool pool;

    /** Works on the threads of a pool, in a lane beside those of uploads and readers. */
    public StoredVerifier(CodecPool pool) {
        this.pool = pool;
    }

    /**
     * Decodes all of the stored bytes and gives their facts.
     *
     * @param rawDigest what the raw bytes must hash to
     * @param type goes into the facts
     * @throws SurfaceException {@code CORRUPT_OBJECT} when they don't decode, or to other bytes
     */
    public StoredPayload verify(StoredBytes stored, Digest rawDigest, MediaType type) throws IOException {
        EncodedUpload found = facts(stored, type);
        if (!found.rawDigest().equals(rawDigest)) {
            throw ZstdFrames.corrupt("the stored bytes decode to another payload");
        }
        return found.payload();
    }

    /**
     * Decodes all of the stored bytes and gives their facts and the digest of what they decode to.
     *
     * @param type goes into the facts
     * @throws SurfaceException {@code CORRUPT_OBJECT} when they don't decode
     */
    public EncodedUpload facts(StoredBytes stored, MediaType type) throws IOException {
        stored.expect(0, stored.size());
        return new ZstdPass(
                        pool,
                        CodecPool.Lane.CHECK,
                        ErrorCode.CORRUPT_OBJECT,
                        NONE,
                        (bytes, offset, length) -> {},
                        new SentDigests(Map.of()))
                .run(new StoredInput(stored, 0), type);
    }

    /**
     * Gives the same bytes, hashed as they are read from the first to the last. What was read ahead of its turn, such
     * as a seek table, is read once more at the end. The read that would complete the bytes gives them only when they
     * hash to what they should; parts that are read alone are not checked.
     *
     * @param digest what all of the stored bytes must hash to
     * @param found told once whether they did, before the last bytes are given or refused
     * @return closes {@code stored} when it is closed
     */
    public StoredBytes inPassing(StoredBytes stored, Digest digest, Consumer<Boolean> found) {
        return new PassingCheck(pool, stored, digest, found);
    }

    /** {@return the SHA-256 of the stored bytes as they are} */
    public Digest storedDigest(StoredBytes stored) throws IOException {
        byte[] memory = stored.inMemory();
        if (stored.size() <= ON_THE_SPOT && (memory != null || stored.file() != null)) {
            return Hashes.sha256(memory != null ? memory : new StoredInput(stored, 0).readNBytes(ON_THE_SPOT));
        }
        stored.expect(0, stored.size());
        SerialDigest digest = new SerialDigest(pool, CodecPool.Lane.CHECK, Hashes.sha256());
        BlockRing chunks = new BlockRing(pool, 2);
        boolean done = false;
        try {
            StoredInput input = new StoredInput(stored, 0);
            int length;
            do {
                byte[] chunk = chunks.take();
                length = input.readNBytes(chunk, 0, ZstdFrames.BLOCK);
                CompletableFuture<?> hashed = digest.update(chunk, 0, length);
                chunks.busy(hashed);
            } while (length == ZstdFrames.BLOCK);
            Digest result = Digest.of(digest.finish());
            chunks.recycle();
            done = true;
            return result;
        } finally {
            if (!done) {
                digest.cancel();
            }
        }
    }

    /** {@return a SHA-256 over bytes that come piece by piece} */
    public Running begin() {
        return new Running(new SerialDigest(pool, CodecPool.Lane.CHECK, Hashes.sha256()));
    }

    /** A digest under way, computed on the pool beside what its one caller does meanwhile. */
    public static final class Running implements AutoCloseable {
        private final SerialDigest digest;
        private boolean finished;

        private Running(SerialDigest digest) {
            this.digest = digest;
        }

        /** Adds a piece, at most 256 KiB; its bytes must stay as they are until the future is done. */
        public CompletableFuture<?> update(byte[] bytes, int offset, int length) {
            return digest.update(bytes, offset, length);
        }

        /** Waits for all pieces and gives the digest. */
        public Digest finish() {
            Digest result = Digest.of(digest.finish());
            finished = true;
            return result;
        }

        @Override
        public void close() {
            if (!finished) {
                digest.cancel();
            }
        }
    }
}
