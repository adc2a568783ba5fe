package io.surfacefs.codec;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.StoredPayload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Gives the raw bytes of a stored payload, or a range of them, block by block. For one thread, a virtual one: it waits
 * while the pool decodes.
 *
 * <p>Memory: after {@link #park} the block that was given last, which is the caller's, and nothing else of weight.
 * Before that, with a seek table, up to as many decoded frames as the pool has threads (256 KiB each, 1 MiB where a
 * client encoded them so) and 8 KiB of the table; without, one of the pool's streaming decoders (up to 8.3 MiB) and 0.4
 * MiB, and the pool bounds how many such readers are open.
 *
 * <p>Every method that gives bytes throws {@code CORRUPT_OBJECT} when the stored bytes can't be decoded, fail a
 * checksum, disagree with their seek table or end early, {@code OVERLOADED} when the pool had no time or no decoder,
 * and lets an {@link IOException} of the stored bytes through. The last block of a whole payload is given only when
 * checksums and sizes were found true. A range that ends inside a frame without seek table is given before the frame's
 * checksum was seen.
 */
public sealed interface PayloadReader extends AutoCloseable permits SeekableReader, StreamReader, WholeReader {
    /**
     * Opens a reader.
     *
     * @param stored left open when the reader is closed
     * @param payload its facts; {@code seekable} is believed, and what the table says is checked as it is used
     * @param range raw bytes, within the payload
     * @throws io.surfacefs.model.SurfaceException {@code CORRUPT_OBJECT} when sizes or seek table don't agree with the
     *     bytes; {@code OVERLOADED} when too many readers without a seek table stayed open
     */
    static PayloadReader open(CodecPool pool, StoredBytes stored, StoredPayload payload, ByteRange range)
            throws IOException {
        if (range.end() > payload.rawSize()) {
            throw new IllegalArgumentException("range ends behind the payload: " + range);
        }
        if (stored.size() != payload.storedSize()) {
            throw ZstdFrames.corrupt("the stored bytes have another size than said");
        }
        if (payload.rawSize() <= ZstdFrames.BLOCK && payload.storedSize() <= WholeReader.MAX_STORED) {
            return new WholeReader(pool, stored, payload, range);
        }
        return payload.seekable()
                ? SeekableReader.open(pool, stored, payload, range)
                : new StreamReader(pool, stored, payload, range);
    }

    /** {@return the next piece of the range, or null behind its end} */
    @Nullable Block next() throws IOException;

    /**
     * Says that nobody looks at the block that was given last any more, so that its array may be used again. Worth it
     * in a loop that has written a block before it asks for the next; never needed.
     */
    void recycle();

    /**
     * Says that the consumer is stalled: everything decoded ahead and any decoder are dropped. {@link #next} goes on
     * from where it was; without a seek table it has to decode again from the beginning of the frame.
     */
    void park();

    @Override
    void close();
}
