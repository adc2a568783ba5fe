package io.surfacefs.store.s3;

import io.surfacefs.codec.StoredBytes;

/** A small object that was fetched whole. */
record SmallBytes(byte[] bytes) implements StoredBytes {
    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
        if (position >= bytes.length) {
            return length == 0 ? 0 : -1;
        }
        int n = (int) Math.min(length, bytes.length - position);
        System.arraycopy(bytes, (int) position, target, offset, n);
        return n;
    }

    @Override
    public void close() {}
}
