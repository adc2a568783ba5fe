package io.surfacefs.codec;

import java.io.EOFException;
import java.io.IOException;

/** Bytes in memory. The array is not written to. */
public record HeapBytes(byte[] bytes) implements StoredBytes {
    /** All bytes of some small object: its own array where it has one, else a copy. */
    public static byte[] all(StoredBytes stored) throws IOException {
        byte[] known = stored.inMemory();
        if (known != null) {
            return known;
        }
        byte[] all = new byte[Math.toIntExact(stored.size())];
        for (int at = 0, n; at < all.length; at += n) {
            n = stored.read(at, all, at, all.length - at);
            if (n < 0) {
                throw new EOFException("the stored bytes end early");
            }
        }
        return all;
    }

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
    public byte[] inMemory() {
        return bytes;
    }

    @Override
    public void close() {}
}
