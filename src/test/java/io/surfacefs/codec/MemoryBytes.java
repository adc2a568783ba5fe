package io.surfacefs.codec;

import java.util.Arrays;

/** Stored bytes in memory, both ways. Counts what was read. */
final class MemoryBytes implements StoredBytes, StoredSink {
    private byte[] bytes;
    private int size;
    private long bytesRead;

    MemoryBytes() {
        this(new byte[0]);
    }

    MemoryBytes(byte[] bytes) {
        this.bytes = bytes;
        this.size = bytes.length;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        if (bytes.length - size < length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + length, size * 2));
        }
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }

    long bytesRead() {
        return bytesRead;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
        if (position >= size) {
            return length == 0 ? 0 : -1;
        }
        int n = (int) Math.min(length, size - position);
        System.arraycopy(bytes, (int) position, target, offset, n);
        bytesRead += n;
        return n;
    }

    @Override
    public void close() {}
}
