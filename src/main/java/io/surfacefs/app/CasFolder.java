package io.surfacefs.app;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.fs.FolderStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A CAS root in use: the folder of one bucket, with a store's layout below a prefix. Locks and temporary files lie in a
 * hidden folder that the last of several users takes away, so that nothing but the layout is left to be handed over.
 * Where the folder above is a store's already, they lie there, and a service on it knows of the puts.
 */
public final class CasFolder implements AutoCloseable {
    private static final String WORK = ".surface-fs";
    private static final String USERS = "users.lock";
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final FolderStore.Place place;
    private final @Nullable FileLock users;

    private CasFolder(FolderStore.Place place, @Nullable FileLock users) {
        this.place = place;
        this.users = users;
    }

    /**
     * Takes a CAS root into use, beside others.
     *
     * @param folder made when missing
     * @param prefix of every name
     * @throws SurfaceException {@code STORE_UNAVAILABLE} or {@code DISK_FULL} when it can't be used
     */
    public static CasFolder open(Path folder, String bucket, String prefix) {
        Path root = folder.toAbsolutePath().normalize();
        Path above = root.getParent();
        if (above != null
                && String.valueOf(root.getFileName()).equals(bucket)
                && Files.isRegularFile(above.resolve("tmp/owner.lock"))) {
            return new CasFolder(new FolderStore.Place(above, bucket, bucket, prefix), null);
        }
        try {
            Path work = root.resolve(WORK);
            return new CasFolder(new FolderStore.Place(root, prefix, prefix, "", work), join(work));
        } catch (IOException e) {
            throw DiskFaults.of("open " + root, e);
        }
    }

    /** Where the store lies. */
    public FolderStore.Place place() {
        return place;
    }

    private static FileLock join(Path work) throws IOException {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (System.nanoTime() < deadline) {
            Files.createDirectories(work);
            try {
                FileChannel users = FileChannel.open(
                        work.resolve(USERS),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                // The last user writes into the file before it takes it away: whoever opened it then begins anew.
                FileLock lock = tryLock(users, true);
                if (lock != null && users.size() == 0) {
                    return lock;
                }
                users.close();
            } catch (NoSuchFileException e) {
                continue; // taken away between the two
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "another process is still clearing " + work);
    }

    private static @Nullable FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            return null; // another thread of this process
        }
    }

    /** Gives it up; the last one clears what nobody needs any more. */
    @Override
    public void close() throws IOException {
        if (users == null) {
            return;
        }
        try (FileChannel open = users.channel()) {
            users.release();
            if (tryLock(open, false) == null || open.size() > 0) {
                return;
            }
            open.write(ByteBuffer.wrap(new byte[] {1}));
            clear(place.work());
        }
    }

    private static void clear(Path work) throws IOException {
        Path lock = work.resolve(USERS);
        List<Path> all;
        try (Stream<Path> walked = Files.walk(work)) {
            all = walked.filter(path -> !path.equals(work) && !path.equals(lock))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
        // Until here whoever comes waits for the lock; from now on it makes a new one, maybe in this same folder.
        Files.deleteIfExists(lock);
        try {
            Files.deleteIfExists(work);
        } catch (DirectoryNotEmptyException e) {
            return;
        }
    }
}
