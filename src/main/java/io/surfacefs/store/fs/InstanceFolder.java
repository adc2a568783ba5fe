package io.surfacefs.store.fs;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.Disk;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder for one process' temporary files. While the process lives it holds an OS lock in it; folders whose lock is
 * free were left by a crash and are cleared by whoever comes next, without a look at anything else.
 */
public final class InstanceFolder implements AutoCloseable {
    private static final String LOCK = "alive";

    private final Disk disk;
    private final Path folder;
    private final FileChannel channel;
    private final AtomicLong next = new AtomicLong();

    private InstanceFolder(Disk disk, Path folder, FileChannel channel) {
        this.disk = disk;
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Clears what dead processes left and makes a folder for this one. Callers of one parent exclude each other.
     *
     * @param parent an existing folder
     */
    static InstanceFolder open(Disk disk, Path parent) throws IOException {
        try (Stream<Path> others = Files.list(parent)) {
            // What a link leads to is nobody's to clear.
            for (Path other : others.filter(f -> f.getFileName().toString().startsWith("run-"))
                    .filter(f -> Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                clearIfDead(disk, other);
            }
        }
        Path folder = parent.resolve("run-" + UUID.randomUUID());
        disk.makeFolder(folder);
        FileChannel channel =
                PrivateFiles.open(folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel.lock();
        return new InstanceFolder(disk, folder, channel);
    }

    /**
     * As {@link #open}, for callers that don't exclude each other by something else.
     *
     * @param parent made when missing
     * @throws SurfaceException {@code STORE_UNAVAILABLE} or {@code DISK_FULL} when the folder can't be made
     */
    public static InstanceFolder openAlone(Disk disk, Path parent) {
        try {
            PrivateFiles.makeFolders(parent);
            try (FileChannel gate = FolderStore.lockFile(parent.resolve("open.lock"))) {
                if (FolderStore.lock(gate) == null) {
                    throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "another process is still opening " + parent);
                }
                return open(disk, parent);
            }
        } catch (IOException e) {
            throw DiskFaults.of("intake", e);
        }
    }

    private static void clearIfDead(Disk disk, Path folder) throws IOException {
        try (FileChannel channel =
                PrivateFiles.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                return;
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    disk.delete(file);
                }
            }
            disk.delete(folder);
        }
    }

    /** The lock, or null when this or another process holds it. */
    static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** The folder itself. */
    public Path path() {
        return folder;
    }

    /** A name that nobody else uses. */
    Path newName() {
        return folder.resolve(Long.toString(next.incrementAndGet(), 36));
    }

    /** Gives the folder up and clears it. */
    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                disk.delete(file);
            }
        }
        channel.close();
        disk.delete(folder);
    }
}
