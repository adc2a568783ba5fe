package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import java.io.EOFException;
import java.io.IOException;

/** Bytes in memory. The array is not written to. */
record MemoryBytes(byte[] bytes) implements StoredBytes {
    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (position >= bytes.length) {
            return -1;
        }
        int n = (int) Math.min(length, bytes.length - position);
        System.arraycopy(bytes, (int) position, target, offset, n);
        return n;
    }

    @Override
    public void close() {}

    /** All of some small object. */
    static byte[] all(StoredBytes stored) throws IOException {
        byte[] all = new byte[Math.toIntExact(stored.size())];
        for (int at = 0, n; at < all.length; at += n) {
            n = stored.read(at, all, at, all.length - at);
            if (n < 0) {
                throw new EOFException("the bytes end early");
            }
        }
        return all;
    }
}
