package io.surfacefs.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The raw bytes of a payload, or a range of them, block by block. For one thread, a virtual one. Whoever doesn't ask
 * holds the block that it was given last and nothing else of weight. Must be closed.
 */
public interface PayloadBlocks extends AutoCloseable {
    /**
     * Gives the next bytes, null behind the end.
     *
     * @return backed by an array, which is the caller's until {@link #recycle}
     * @throws io.surfacefs.model.SurfaceException {@code CORRUPT_OBJECT} when the stored bytes aren't what they were
     */
    @Nullable ByteBuffer next() throws IOException;

    /** Lets the array of the block that was given last be used again. Only when nobody looks at it; never needed. */
    void recycle();

    /** Says that the consumer is stalled: what was decoded ahead and any decoder are given back until the next call. */
    void park();

    @Override
    void close();
}
