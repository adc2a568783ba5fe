package io.surfacefs.spool;

import io.surfacefs.codec.StoredBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of an open file; it stays readable when the file's name goes. */
record RegionBytes(FileChannel channel, long offset, long size) implements StoredBytes {
    @Override
    public int read(long position, byte[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        return position >= size
                ? -1
                : channel.read(
                        ByteBuffer.wrap(target, from, (int) Math.min(length, size - position)), offset + position);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
