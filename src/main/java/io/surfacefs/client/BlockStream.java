package io.surfacefs.client;

import io.surfacefs.service.PayloadBlocks;
import io.surfacefs.service.PayloadHandle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The blocks of an open payload as a stream, which closes both. Not thread-safe. */
final class BlockStream extends InputStream {
    private final PayloadHandle handle;
    private final PayloadBlocks blocks;
    private @Nullable ByteBuffer current;
    private boolean ended;

    BlockStream(PayloadHandle handle, PayloadBlocks blocks) {
        this.handle = handle;
        this.blocks = blocks;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (!ended && (current == null || !current.hasRemaining())) {
            current = blocks.next();
            ended = current == null;
        }
        if (current == null) {
            return -1;
        }
        int n = Math.min(length, current.remaining());
        current.get(target, offset, n);
        return n;
    }

    @Override
    public void close() {
        blocks.close();
        handle.close();
    }
}
