package io.surfacefs.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The one process that owns a folder: a lock of the operating system on {@code owner.lock} in it, which ends with the
 * process, however that ends. Process number and host stand in the file for the message only: in containers every
 * process is number 1. Thread-safe.
 */
public final class FolderOwner implements AutoCloseable {
    private static final String FILE = "owner.lock";
    private static final int MAX_TEXT = 256;

    private final FileChannel channel;

    private FolderOwner(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes an existing folder.
     *
     * @throws FolderOwnedException when somebody has it
     */
    public static FolderOwner take(Path root) throws IOException {
        Path file = root.resolve(FILE);
        FileChannel channel =
                PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            taken = tryLock(channel) != null;
            if (!taken) {
                throw new FolderOwnedException(root, said(file));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(("pid=" + ProcessHandle.current().pid() + " host=" + host() + "\n")
                    .getBytes(StandardCharsets.UTF_8)));
            return new FolderOwner(channel);
        } catch (IOException e) {
            taken = false;
            throw e;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String said(Path file) throws IOException {
        String text = Files.readString(file).strip();
        return text.isEmpty() ? "unknown" : text.substring(0, Math.min(text.length(), MAX_TEXT));
    }

    /** Without asking a name server, which may be slow or away. */
    private static String host() {
        String variable = System.getenv("HOSTNAME");
        if (variable != null && !variable.isEmpty()) {
            return variable;
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
