package io.surfacefs.client;

import io.surfacefs.model.ByteRange;
import io.surfacefs.service.PayloadHandle;
import java.io.IOException;
import java.io.InputStream;

/** The stored bytes of an open payload as a stream, which closes it. Not thread-safe. */
final class StoredStream extends InputStream {
    private final PayloadHandle handle;
    private final long size;
    private long position;

    StoredStream(PayloadHandle handle) {
        this.handle = handle;
        this.size = handle.facts().storedSize();
        if (size > 0) {
            handle.expectStored(ByteRange.whole(size));
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int wanted = (int) Math.min(length, size - position);
        int n = wanted == 0 ? -1 : handle.readStored(position, target, offset, wanted);
        position += Math.max(n, 0);
        return n;
    }

    @Override
    public void close() {
        handle.close();
    }
}
