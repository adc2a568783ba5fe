package io.surfacefs.codec;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.StoredPayload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads what has no seek table: decodes from the start of the last frame boundary it knows, skipping up to where it is
 * to go on. Holds one of the pool's streaming decoders from the first block to the last, or until parked.
 */
final class StreamReader implements PayloadReader {
    private static final int CHUNK = 128 << 10;

    private final CodecPool pool;
    private final StoredBytes stored;
    private final StoredPayload payload;
    private final ByteRange range;
    private long position;
    private long boundaryStored;
    private long boundaryRaw;
    private @Nullable Decoding decoding;
    private byte @Nullable [] last;
    private boolean closed;

    /** A run of the decoder from a frame boundary. */
    private final class Decoding implements FrameListener {
        final FrameDecoder decoder = pool.openDecoder(ErrorCode.CORRUPT_OBJECT, this);
        final StoredInput input = new StoredInput(stored, boundaryStored);
        final byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, payload.storedSize() - boundaryStored))];
        long rawPosition = boundaryRaw;
        long frameEndStored = boundaryStored;
        long frameEndRaw = boundaryRaw;

        @Override
        public void end(FrameHeader header, long storedSize, long rawSize, int lastBytes) {
            frameEndStored += storedSize;
            frameEndRaw += rawSize;
        }

        /** Fills the target, or gives less at the end of the stored bytes. */
        int fill(byte[] target, int length) throws IOException {
            int filled = 0;
            while (filled < length) {
                if (decoder.hungry()) {
                    int n = input.read(chunk, 0, chunk.length);
                    if (n < 0) {
                        break;
                    }
                    decoder.feed(chunk, 0, n);
                }
                int from = filled;
                filled += pool.call(CodecPool.Lane.READ, contexts -> decoder.decode(target, from, length - from));
            }
            rawPosition += filled;
            return filled;
        }
    }

    StreamReader(CodecPool pool, StoredBytes stored, StoredPayload payload, ByteRange range) {
        this.pool = pool;
        this.stored = stored;
        this.payload = payload;
        this.range = range;
        this.position = range.offset();
        pool.acquireStream();
    }

    @Override
    public @Nullable Block next() throws IOException {
        if (closed || position == range.end()) {
            return null;
        }
        Decoding run = decoding;
        if (run == null) {
            run = begin();
        }
        byte[] raw = pool.takeBlock();
        long start;
        int length;
        do {
            start = run.rawPosition;
            length = run.fill(raw, (int) Math.min(ZstdFrames.BLOCK, payload.rawSize() - start));
            if (length == 0) {
                throw ZstdFrames.corrupt("the stored bytes decode to fewer bytes than said");
            }
        } while (start + length <= position);
        int offset = (int) (position - start);
        int given = (int) Math.min(length - offset, range.end() - position);
        if (position + given == payload.rawSize()) {
            checkEnd(run);
        }
        position += given;
        if (run.frameEndRaw <= position) {
            boundaryStored = run.frameEndStored;
            boundaryRaw = run.frameEndRaw;
        }
        if (position == range.end()) {
            giveBack();
        }
        last = raw;
        return new Block(raw, offset, given);
    }

    private Decoding begin() {
        pool.acquireDecoder();
        boolean begun = false;
        try {
            stored.expect(boundaryStored, stored.size());
            Decoding run = new Decoding();
            decoding = run;
            begun = true;
            return run;
        } finally {
            if (!begun) {
                pool.releaseDecoder();
            }
        }
    }

    private void checkEnd(Decoding run) throws IOException {
        if (run.fill(new byte[1], 1) != 0) {
            throw ZstdFrames.corrupt("the stored bytes decode to more bytes than said");
        }
        if (!run.decoder.atBoundary()) {
            throw ZstdFrames.corrupt("the stored bytes end early");
        }
    }

    private void giveBack() {
        Decoding run = decoding;
        if (run != null) {
            decoding = null;
            run.decoder.close();
            pool.releaseDecoder();
        }
    }

    @Override
    public void recycle() {
        if (last != null) {
            pool.recycle(last);
            last = null;
        }
    }

    @Override
    public void park() {
        last = null;
        giveBack();
    }

    @Override
    public void close() {
        last = null;
        giveBack();
        if (!closed) {
            closed = true;
            pool.releaseStream();
        }
    }
}
