package io.surfacefs.store.fs;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The bytes of one open file; they stay readable when its name goes. */
final class FileBytes implements StoredBytes {
    private final Path file;
    private final FileChannel channel;
    private final long size;

    private FileBytes(Path file, FileChannel channel, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
    }

    /** @throws java.nio.file.FileSystemException also when the file is a symbolic link */
    static FileBytes open(Path file) throws IOException {
        FileChannel channel = PrivateFiles.read(file);
        try {
            return new FileBytes(file, channel, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        return length == 0 ? 0 : channel.read(ByteBuffer.wrap(target, offset, length), position);
    }

    @Override
    public Path file() {
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
