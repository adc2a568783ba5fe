package io.surfacefs.store.fs;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Opens a folder as a store. What a crash left is mended first: every opener passes through one lock, so that nobody
 * reads what a loss of power tore before the journal has put it right.
 */
public final class FolderStore {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** How a process wants to hold the folder. */
    public enum Hold {
        /** Reads and puts beside whoever owns it. */
        GUEST,
        /** Owns it where nobody else does. */
        OWNER_IF_FREE,
        /** Owns it, or is refused. */
        OWNER
    }

    /**
     * Where the store lies.
     *
     * @param root parent of the buckets; made when missing
     * @param prefix of every name in both buckets, without a slash at its ends, or empty
     * @param work parent of {@code tmp} and {@code journal}, in the root or below it
     */
    public record Place(Path root, String cacheBucket, String manifestBucket, String prefix, Path work) {
        /** A place whose {@code tmp} and {@code journal} lie beside the buckets. */
        public Place(Path root, String cacheBucket, String manifestBucket, String prefix) {
            this(root, cacheBucket, manifestBucket, prefix, root);
        }
    }

    private FolderStore() {}

    /**
     * Opens the folder.
     *
     * @param sound whether the object of that key, as it lies there after a crash, is whole
     * @throws SurfaceException {@code STORE_UNAVAILABLE} when the folder can't be used, or is owned by another process
     *     and {@link Hold#OWNER} was asked for
     */
    public static FolderBlobStore open(Place place, Disk disk, Hold hold, BiPredicate<BlobKey, StoredBytes> sound) {
        try {
            return openAlone(place, disk, hold, sound);
        } catch (IOException e) {
            throw DiskFaults.of("open " + e.getMessage(), e);
        }
    }

    private static FolderBlobStore openAlone(Place place, Disk disk, Hold hold, BiPredicate<BlobKey, StoredBytes> sound)
            throws IOException {
        Path root = place.root().toAbsolutePath().normalize();
        PrivateFiles.makeFolders(Folders.parent(root));
        Path work = place.work().toAbsolutePath().normalize();
        Path tmp = work.resolve("tmp");
        Path journals = work.resolve("journal");
        for (Path folder : List.of(root, work, tmp, journals)) {
            if (disk.makeFolder(folder)) {
                disk.syncFolder(Folders.parent(folder));
            }
        }
        List<AutoCloseable> opened = new ArrayList<>();
        try (FileChannel gate = lockFile(tmp.resolve("open.lock"))) {
            FileLock passing = lock(gate);
            if (passing == null) {
                throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "another process is still opening the store");
            }
            InstanceFolder temporary = InstanceFolder.open(disk, tmp);
            opened.add(temporary);
            ChangeLocks locks = new ChangeLocks(tmp.resolve("change.lock"));
            opened.add(locks);
            FolderFiles files = new FolderFiles(
                    disk,
                    root,
                    withPrefix(place.cacheBucket(), place.prefix()),
                    withPrefix(place.manifestBucket(), place.prefix()),
                    temporary);
            FileChannel owner = lockFile(tmp.resolve("owner.lock"));
            opened.add(owner);
            boolean owned = InstanceFolder.tryLock(owner) != null;
            Journal journal = null;
            if (owned) {
                Placement placement = new Placement(files, sound);
                List<Journal.Segment> left = recover(journals, placement);
                if (hold == Hold.GUEST) {
                    owner.close(); // the segments stay for the next owner, who syncs what they name
                } else {
                    journal = new Journal(disk, journals, nextSegment(left), left, placement);
                    opened.add(journal);
                }
            } else if (hold == Hold.OWNER) {
                throw new SurfaceException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "another process owns the folder " + root,
                        "use --endpoint to ask the running service, or stop it");
            }
            return new FolderBlobStore(files, locks, journal, temporary.path(), () -> {
                temporary.close();
                owner.close();
            });
        } catch (IOException | RuntimeException e) {
            for (AutoCloseable resource : opened.reversed()) {
                closeQuietly(resource, e);
            }
            throw e;
        }
    }

    private static void closeQuietly(AutoCloseable resource, Exception because) {
        try {
            resource.close();
        } catch (Exception e) {
            because.addSuppressed(e);
        }
    }

    private static String withPrefix(String bucket, String prefix) {
        return prefix.isEmpty() ? bucket : bucket + "/" + prefix;
    }

    static FileChannel lockFile(Path file) throws IOException {
        return PrivateFiles.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Waits for a lock; null when it didn't come in time. */
    static @Nullable FileLock lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (true) {
            FileLock lock = InstanceFolder.tryLock(channel);
            if (lock != null || System.nanoTime() > deadline) {
                return lock;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private record Placement(FolderFiles files, BiPredicate<BlobKey, StoredBytes> sound) implements Journal.Placement {
        @Override
        public void placeAgain(List<BlobStore.Put> puts) throws IOException {
            files.recover(puts, sound);
        }

        @Override
        public void syncFiles(List<BlobStore.Put> puts, Set<Path> folders) throws IOException {
            files.syncFiles(puts, folders);
        }
    }

    /** Places again what the segments of a process that died name. They stay until the journal has synced that. */
    private static List<Journal.Segment> recover(Path journals, Journal.Placement placement) throws IOException {
        List<Journal.Segment> left = new ArrayList<>();
        for (Path file : Journal.segments(journals)) {
            Journal.Segment segment = new Journal.Segment(file, null);
            JournalFormat.read(file, Long.MAX_VALUE, puts -> {
                segment.add(puts, JournalFormat.record(puts).length);
                placeIfRoom(puts, placement);
            });
            left.add(segment);
        }
        return left;
    }

    /** A full disk must not keep reads away: what finds no room now is placed when its segment is retired. */
    private static void placeIfRoom(List<BlobStore.Put> puts, Journal.Placement placement) throws IOException {
        try {
            placement.placeAgain(puts);
        } catch (IOException e) {
            if (DiskFaults.of("replay", e).code() != ErrorCode.DISK_FULL) {
                throw e;
            }
        }
    }

    private static long nextSegment(List<Journal.Segment> left) {
        if (left.isEmpty()) {
            return 0;
        }
        String name = String.valueOf(left.getLast().file.getFileName());
        return Long.parseUnsignedLong(name.substring(0, name.indexOf('.')), 16) + 1;
    }
}
