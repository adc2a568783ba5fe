package io.surfacefs.service;

import io.surfacefs.codec.Block;
import io.surfacefs.codec.PayloadReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The blocks of a codec's reader. */
record DecodedBlocks(PayloadReader reader) implements PayloadBlocks {
    @Override
    public @Nullable ByteBuffer next() throws IOException {
        Block block = reader.next();
        return block == null ? null : ByteBuffer.wrap(block.array(), block.offset(), block.length());
    }

    @Override
    public void recycle() {
        reader.recycle();
    }

    @Override
    public void park() {
        reader.park();
    }

    @Override
    public void close() {
        reader.close();
    }
}
