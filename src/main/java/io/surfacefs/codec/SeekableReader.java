package io.surfacefs.codec;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.StoredPayload;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Reads through a seek table: only the frames of the range, each decoded whole on the pool. Frames are decoded ahead,
 * up to as many as the pool has threads, as long as the consumer comes back without having parked.
 */
final class SeekableReader implements PayloadReader {
    private record Pending(SeekTableCursor.Frame frame, byte[] frameBytes, byte[] raw, PoolTask<Integer> task) {}

    private final CodecPool pool;
    private final StoredBytes stored;
    private final ByteRange range;
    private final SeekTableCursor cursor;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private int ahead;
    private long announced;
    private byte @Nullable [] last;
    private boolean closed;

    private SeekableReader(CodecPool pool, StoredBytes stored, ByteRange range, SeekTableCursor cursor) {
        this.pool = pool;
        this.stored = stored;
        this.range = range;
        this.cursor = cursor;
    }

    static SeekableReader open(CodecPool pool, StoredBytes stored, StoredPayload payload, ByteRange range)
            throws IOException {
        return new SeekableReader(pool, stored, range, SeekTableCursor.open(stored, payload, range.offset()));
    }

    @Override
    public @Nullable Block next() throws IOException {
        fill(Math.max(1, ahead));
        Pending head = pending.peek();
        if (head == null) {
            return null;
        }
        head.task().await(pool.maxWait());
        pending.remove();
        pool.recycle(head.frameBytes());
        fill(ahead);
        ahead = Math.min(ahead + 1, pool.threads());
        long rawOffset = head.frame().rawOffset();
        int from = (int) Math.max(0, range.offset() - rawOffset);
        int to = (int) Math.min(head.frame().rawSize(), range.end() - rawOffset);
        last = head.raw();
        return new Block(head.raw(), from, to - from);
    }

    private void fill(int frames) throws IOException {
        while (!closed && pending.size() < frames) {
            SeekTableCursor.Frame frame = cursor.next();
            while (frame != null && frame.rawSize() == 0) {
                frame = cursor.next();
            }
            if (frame == null || frame.rawOffset() >= range.end()) {
                if (frame != null) {
                    cursor.rewind(frame);
                }
                return;
            }
            pending.add(decode(frame));
        }
    }

    private Pending decode(SeekTableCursor.Frame frame) throws IOException {
        if (frame.storedOffset() >= announced) {
            announced = cursor.storedEnd(frame, range.end());
            stored.expect(frame.storedOffset(), announced);
        }
        int storedSize = (int) frame.storedSize();
        int rawSize = frame.rawSize();
        byte[] frameBytes = arrayFor(storedSize);
        StoredInput.readFully(stored, frame.storedOffset(), frameBytes, 0, storedSize);
        byte[] raw = arrayFor(rawSize);
        PoolTask<Integer> task = pool.submit(CodecPool.Lane.READ, contexts -> {
            ZstdFrames.decompress(contexts, frameBytes, 0, storedSize, raw, rawSize);
            return rawSize;
        });
        return new Pending(frame, frameBytes, raw, task);
    }

    private byte[] arrayFor(int size) {
        return size > ZstdFrames.BLOCK / 8 && size <= ZstdFrames.BLOCK_ARRAY ? pool.takeBlock() : new byte[size];
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
        Pending head = pending.peek();
        if (head != null) {
            cursor.rewind(head.frame());
        }
        drop();
        cursor.release();
        last = null;
        ahead = 0;
        announced = 0;
    }

    private void drop() {
        for (Pending dropped : pending) {
            dropped.task().cancel();
            pool.recycle(dropped.frameBytes());
            pool.recycle(dropped.raw());
        }
        pending.clear();
    }

    @Override
    public void close() {
        closed = true;
        last = null;
        drop();
        cursor.release();
    }
}
