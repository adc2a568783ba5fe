package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One upload of raw bytes. Blocks are compressed side by side on the pool while SHA-256 goes over them in order; a
 * window of two blocks more than the pool has threads is on its way at a time. Used once, by one thread.
 */
final class IdentityUpload {
    /** Most uploads are smaller than this: what they cost in memory. */
    static final int FIRST = 16 << 10;

    /** Below this two cores gain no more than the hop to the pool costs. */
    static final int INLINE = 64 << 10;

    private static final CodecPool.Lane LANE = CodecPool.Lane.UPLOAD;

    /** A block on its way; its raw array is free when it is compressed and hashed. */
    private record Slot(
            byte[] raw, int length, byte[] frame, PoolTask<Integer> compressed, CompletableFuture<?> hashed) {
        boolean isDone() {
            return compressed.isDone() && hashed.isDone();
        }
    }

    private final CodecPool pool;
    private final UploadLimits limits;
    private final MediaType type;
    private final StoredSink sink;
    private final SentDigests sentDigests;
    private final SerialDigest rawDigest;
    private final SerialDigest storedDigest;
    private final @Nullable SerialDigest furtherDigest;
    private final ArrayDeque<Slot> window = new ArrayDeque<>();
    private final SeekTableWriter table = new SeekTableWriter();
    private CompletableFuture<?> storedHashed = CompletableFuture.completedFuture(null);
    private byte @Nullable [] storedArray;
    private long rawSize;
    private long storedSize;

    IdentityUpload(CodecPool pool, UploadLimits limits, MediaType type, StoredSink sink, SentDigests sentDigests) {
        this.pool = pool;
        this.limits = limits;
        this.type = type;
        this.sink = sink;
        this.sentDigests = sentDigests;
        this.rawDigest = new SerialDigest(pool, LANE, Hashes.sha256());
        this.storedDigest = new SerialDigest(pool, LANE, Hashes.sha256());
        this.furtherDigest = sentDigests.further(pool, LANE);
    }

    EncodedUpload run(InputStream body) throws IOException {
        boolean done = false;
        try {
            EncodedUpload upload = encode(body);
            done = true;
            return upload;
        } finally {
            if (!done) {
                abandon();
            }
        }
    }

    private EncodedUpload encode(InputStream body) throws IOException {
        byte[] first = new byte[FIRST];
        int length = body.readNBytes(first, 0, FIRST);
        if (length == FIRST) {
            first = Arrays.copyOf(first, INLINE);
            length += body.readNBytes(first, FIRST, INLINE - FIRST);
        }
        if (length < INLINE) {
            return small(first, length);
        }
        byte[] raw = pool.takeBlock();
        System.arraycopy(first, 0, raw, 0, INLINE);
        length += body.readNBytes(raw, INLINE, ZstdFrames.BLOCK - INLINE);
        int frames = 0;
        while (length > 0) {
            count(length);
            if (window.size() == pool.threads() + 2) {
                writeFirst();
            }
            submit(raw, length);
            frames++;
            // A body that comes slowly shall not keep what is long compressed.
            while (!window.isEmpty() && window.element().isDone()) {
                writeFirst();
            }
            raw = pool.takeBlock();
            // A short block was the last: asking again might wait for a client that has said all.
            length = length < ZstdFrames.BLOCK ? 0 : body.readNBytes(raw, 0, ZstdFrames.BLOCK);
        }
        pool.recycle(raw);
        while (!window.isEmpty()) {
            writeFirst();
        }
        boolean seekable = frames > 1 && table.usable();
        if (seekable) {
            write(table.finish());
        }
        return finish(seekable);
    }

    private EncodedUpload small(byte[] raw, int length) throws IOException {
        count(length);
        byte[] frame = pool.callInline(LANE, contexts -> {
            byte[] target = new byte[length + 64 + (length >>> 7)];
            int size = ZstdFrames.compress(contexts, raw, length, target);
            rawDigest.updateNow(raw, 0, length);
            storedDigest.updateNow(target, 0, size);
            if (furtherDigest != null) {
                furtherDigest.updateNow(raw, 0, length);
            }
            return Arrays.copyOf(target, size);
        });
        sink.write(frame, 0, frame.length);
        storedSize += frame.length;
        return finish(false);
    }

    private void count(int length) {
        rawSize += length;
        if (rawSize > limits.payloadSize()) {
            throw UploadEncoder.tooLarge(limits);
        }
    }

    private void submit(byte[] raw, int length) {
        byte[] frame = pool.takeBlock();
        CompletableFuture<?> hashed = rawDigest.update(raw, 0, length);
        if (furtherDigest != null) {
            hashed = CompletableFuture.allOf(hashed, furtherDigest.update(raw, 0, length));
        }
        PoolTask<Integer> compressed = pool.submit(LANE, contexts -> ZstdFrames.compress(contexts, raw, length, frame));
        window.add(new Slot(raw, length, frame, compressed, hashed));
    }

    private void writeFirst() throws IOException {
        Slot slot = window.element();
        int size = slot.compressed().await(pool.maxWait());
        PoolTask.await(slot.hashed(), pool.maxWait());
        table.add(size, slot.length());
        awaitStoredHash();
        storedHashed = storedDigest.update(slot.frame(), 0, size);
        storedArray = slot.frame();
        storedSize += size;
        sink.write(slot.frame(), 0, size);
        window.remove();
        pool.recycle(slot.raw());
    }

    private void write(byte[] bytes) throws IOException {
        awaitStoredHash();
        storedHashed = storedDigest.update(bytes, 0, bytes.length);
        storedSize += bytes.length;
        sink.write(bytes, 0, bytes.length);
    }

    private void awaitStoredHash() {
        PoolTask.await(storedHashed, pool.maxWait());
        if (storedArray != null) {
            pool.recycle(storedArray);
            storedArray = null;
        }
    }

    private EncodedUpload finish(boolean seekable) {
        awaitStoredHash();
        byte[] raw = rawDigest.finish();
        sentDigests.check(raw, furtherDigest);
        return new EncodedUpload(
                Digest.of(raw),
                new StoredPayload(type, rawSize, storedSize, Digest.of(storedDigest.finish()), seekable));
    }

    /** Arrays that a thread of the pool may still look at are left to the collector. */
    private void abandon() {
        rawDigest.cancel();
        storedDigest.cancel();
        if (furtherDigest != null) {
            furtherDigest.cancel();
        }
        window.forEach(slot -> slot.compressed().cancel());
    }
}
