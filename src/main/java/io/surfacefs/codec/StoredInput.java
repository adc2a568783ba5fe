package io.surfacefs.codec;

import java.io.IOException;
import java.io.InputStream;

/** Stored bytes from their first to their last. Closing it leaves them open. One thread at a time. */
final class StoredInput extends InputStream {
    private final StoredBytes stored;
    private long position;

    StoredInput(StoredBytes stored, long position) {
        this.stored = stored;
        this.position = position;
    }

    /**
     * Reads so many bytes.
     *
     * @throws io.surfacefs.model.SurfaceException {@code CORRUPT_OBJECT} when there are fewer
     */
    static void readFully(StoredBytes stored, long position, byte[] target, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int n = stored.read(position + done, target, offset + done, length - done);
            if (n < 0) {
                throw ZstdFrames.corrupt("the stored bytes end early");
            }
            done += n;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = stored.read(position, target, offset, length);
        if (n > 0) {
            position += n;
        }
        return n;
    }
}
