package io.surfacefs.codec;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.StoredPayload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a payload of at most one block, decoded whole in one call. */
final class WholeReader implements PayloadReader {
    /** Most stored bytes of such a payload; others have padding in skippable frames. */
    static final int MAX_STORED = 512 << 10;

    /** Up to here the hop to the pool costs more than the work. */
    private static final int INLINE = 64 << 10;

    private final CodecPool pool;
    private final StoredBytes stored;
    private final StoredPayload payload;
    private final ByteRange range;
    private boolean given;

    WholeReader(CodecPool pool, StoredBytes stored, StoredPayload payload, ByteRange range) {
        this.pool = pool;
        this.stored = stored;
        this.payload = payload;
        this.range = range;
    }

    @Override
    public @Nullable Block next() throws IOException {
        if (given) {
            return null;
        }
        int storedSize = (int) payload.storedSize();
        int rawSize = (int) payload.rawSize();
        byte[] frames = new byte[storedSize];
        stored.expect(0, storedSize);
        StoredInput.readFully(stored, 0, frames, 0, storedSize);
        byte[] raw = new byte[rawSize];
        PoolTask.Work<Integer> work = contexts -> {
            ZstdFrames.decompress(contexts, frames, 0, storedSize, raw, rawSize);
            return rawSize;
        };
        if (rawSize <= INLINE) {
            pool.callInline(CodecPool.Lane.READ, work);
        } else {
            pool.call(CodecPool.Lane.READ, work);
        }
        given = true;
        return range.length() == 0 ? null : new Block(raw, (int) range.offset(), (int) range.length());
    }

    @Override
    public void recycle() {
        // arrays of a payload's exact size fit nobody else
    }

    @Override
    public void park() {
        // holds nothing between calls
    }

    @Override
    public void close() {
        given = true;
    }
}
