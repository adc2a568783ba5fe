package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An object's bytes in its open file; they stay readable when the file is evicted. */
final class ChannelBytes implements StoredBytes {
    private final FileChannel channel;
    private final long size;
    private final @Nullable Path file;

    /** @param file where the kernel may send them from, or null */
    ChannelBytes(FileChannel channel, long size, @Nullable Path file) {
        this.channel = channel;
        this.size = size;
        this.file = file;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position >= size) {
            return -1;
        }
        return channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, size - position)), position);
    }

    @Override
    public @Nullable Path file() {
        return file;
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
