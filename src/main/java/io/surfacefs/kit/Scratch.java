package io.surfacefs.kit;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are appended and read again by their place. The first of them are in memory, the rest in a file among the
 * system's temporary ones that has no name any more, so that nothing stays behind of a process that was killed. One
 * thread appends, then any number read; to be closed.
 */
final class Scratch implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final int inMemory;
    private byte[] memory = new byte[0];
    private long size;
    private @Nullable FileChannel file;
    private final ByteBuffer waiting = ByteBuffer.allocate(BUFFER);

    /** @param inMemory bytes, those that come first */
    Scratch(int inMemory) {
        this.inMemory = inMemory;
    }

    /** Bytes that were appended. */
    long size() {
        return size;
    }

    /** Whether some of them are in a file. */
    boolean spilled() {
        return file != null;
    }

    /** Appends bytes, and says where they begin. Those of one call may be read by one call. */
    long append(byte[] bytes) throws IOException {
        long begin = size;
        int held = (int) Math.clamp(inMemory - size, 0L, bytes.length);
        if (held > 0) {
            int used = (int) size;
            if (memory.length < used + held) {
                memory = Arrays.copyOf(memory, Math.min(inMemory, Math.max(used + held, 2 * memory.length + 1024)));
            }
            System.arraycopy(bytes, 0, memory, used, held);
        }
        for (int at = held; at < bytes.length; ) {
            int n = Math.min(bytes.length - at, waiting.remaining());
            waiting.put(bytes, at, n);
            at += n;
            if (!waiting.hasRemaining()) {
                flush();
            }
        }
        size += bytes.length;
        return begin;
    }

    /** Makes what was appended readable. */
    void flush() throws IOException {
        if (waiting.position() == 0) {
            return;
        }
        FileChannel out = file == null ? open() : file;
        file = out;
        waiting.flip();
        while (waiting.hasRemaining()) {
            out.write(waiting);
        }
        waiting.clear();
    }

    private static FileChannel open() throws IOException {
        Path place = Files.createTempFile("surface-fs-kit-", ".part");
        try {
            return FileChannel.open(place, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(place);
        }
    }

    /**
     * Reads bytes that were appended and flushed.
     *
     * @param place of the first
     */
    byte[] read(long place, int length) throws IOException {
        byte[] bytes = new byte[length];
        int held = (int) Math.clamp(inMemory - place, 0L, length);
        if (held > 0) {
            System.arraycopy(memory, (int) place, bytes, 0, held);
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes, held, length - held);
        while (rest.hasRemaining()) {
            long position = place + rest.position() - inMemory;
            if (file == null || file.read(rest, position) < 0) {
                throw new EOFException("nothing was put there");
            }
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
