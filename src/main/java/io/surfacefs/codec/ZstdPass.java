package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One pass over zstd bytes that decodes all of them, with digests of both forms. A block is decoded while the one
 * before is hashed. Used once, by one thread.
 */
final class ZstdPass {
    /** Up to here the hop to the pool costs more than the work. */
    private static final int INLINE = 16 << 10;

    private static final int INLINE_RAW = 64 << 10;

    private final CodecPool pool;
    private final CodecPool.Lane lane;
    private final ErrorCode fault;
    private final UploadLimits limits;
    private final StoredSink sink;
    private final SerialDigest rawDigest;
    private final SerialDigest storedDigest;
    private final @Nullable SerialDigest furtherDigest;
    private final SentDigests sentDigests;
    private final SeekTableCheck table = new SeekTableCheck();
    private final BlockRing chunks;
    private final BlockRing blocks;
    private final FrameListener frames = new FrameListener() {
        @Override
        public void begin(FrameHeader header) {
            if (!header.skippable() && header.contentSize() > limits.payloadSize() - rawSize) {
                throw UploadEncoder.tooLarge(limits);
            }
            table.begin(header);
        }

        @Override
        public void skipped(byte[] bytes, int offset, int length) {
            table.skipped(bytes, offset, length);
        }

        @Override
        public void end(FrameHeader header, long stored, long raw, int lastBytes) {
            table.end(header, stored, raw, lastBytes);
        }
    };
    private long rawSize;
    private long storedSize;

    /**
     * @param fault the code of what is wrong with the bytes
     * @param sink gets the bytes as they are
     */
    ZstdPass(
            CodecPool pool,
            CodecPool.Lane lane,
            ErrorCode fault,
            UploadLimits limits,
            StoredSink sink,
            SentDigests sentDigests) {
        this.pool = pool;
        this.lane = lane;
        this.fault = fault;
        this.limits = limits;
        this.sink = sink;
        this.sentDigests = sentDigests;
        this.rawDigest = new SerialDigest(pool, lane, Hashes.sha256());
        this.storedDigest = new SerialDigest(pool, lane, Hashes.sha256());
        this.furtherDigest = sentDigests.further(pool, lane);
        this.chunks = new BlockRing(pool, 2);
        this.blocks = new BlockRing(pool, 3);
    }

    EncodedUpload run(InputStream body, MediaType type) throws IOException {
        boolean done = false;
        try (FrameDecoder decoder = pool.openDecoder(fault, frames)) {
            pass(body, decoder);
            if (!decoder.atBoundary() || storedSize == 0) {
                throw new SurfaceException(fault, "the zstd frames end early");
            }
            byte[] stored = storedDigest.finish();
            sentDigests.check(stored, furtherDigest);
            EncodedUpload upload = new EncodedUpload(
                    Digest.of(rawDigest.finish()),
                    new StoredPayload(type, rawSize, storedSize, Digest.of(stored), table.seekable()));
            chunks.recycle();
            blocks.recycle();
            done = true;
            return upload;
        } finally {
            if (!done) {
                rawDigest.cancel();
                storedDigest.cancel();
                if (furtherDigest != null) {
                    furtherDigest.cancel();
                }
            }
        }
    }

    private void pass(InputStream body, FrameDecoder decoder) throws IOException {
        byte[] first = new byte[INLINE];
        int length = body.readNBytes(first, 0, INLINE);
        if (length < INLINE) {
            small(first, length, decoder);
            return;
        }
        CompletableFuture<?> firstHashed = chunk(first, length, decoder);
        do {
            byte[] bytes = chunks.take();
            length = body.readNBytes(bytes, 0, ZstdFrames.BLOCK);
            chunks.busy(chunk(bytes, length, decoder));
        } while (length == ZstdFrames.BLOCK);
        PoolTask.await(firstHashed, pool.maxWait());
    }

    private void small(byte[] bytes, int length, FrameDecoder decoder) throws IOException {
        storedSize = length;
        storedDigest.updateNow(bytes, 0, length);
        if (furtherDigest != null) {
            furtherDigest.updateNow(bytes, 0, length);
        }
        sink.write(bytes, 0, length);
        decoder.feed(bytes, 0, length);
        byte[] raw = new byte[INLINE_RAW];
        PoolTask.Work<Integer> step = contexts -> {
            int decoded = decoder.decode(raw, 0, raw.length);
            rawDigest.updateNow(raw, 0, decoded);
            return decoded;
        };
        count(pool.callInline(lane, step));
        while (!decoder.hungry()) {
            count(pool.call(lane, step));
        }
    }

    /** Takes some stored bytes; they must stay as they are until the future is done. */
    private CompletableFuture<?> chunk(byte[] bytes, int length, FrameDecoder decoder) throws IOException {
        storedSize += length;
        CompletableFuture<?> hashed = storedDigest.update(bytes, 0, length);
        if (furtherDigest != null) {
            hashed = CompletableFuture.allOf(hashed, furtherDigest.update(bytes, 0, length));
        }
        decoder.feed(bytes, 0, length);
        boolean written = false;
        do {
            byte[] raw = blocks.take();
            PoolTask<Integer> step = pool.submit(lane, contexts -> decoder.decode(raw, 0, ZstdFrames.BLOCK));
            try {
                if (!written) {
                    sink.write(bytes, 0, length);
                    written = true;
                }
                int decoded = step.await(pool.maxWait());
                count(decoded);
                blocks.busy(rawDigest.update(raw, 0, decoded));
            } finally {
                step.cancel();
            }
        } while (!decoder.hungry());
        return hashed;
    }

    private void count(int decoded) {
        rawSize += decoded;
        if (rawSize > limits.payloadSize()) {
            throw UploadEncoder.tooLarge(limits);
        }
        if (rawSize > limits.rawSizeFor(storedSize)) {
            throw new SurfaceException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "the payload decodes to more than " + limits.decompressionRatio() + " times its size",
                    "surface.limits.decompression-ratio sets the limit");
        }
    }
}
