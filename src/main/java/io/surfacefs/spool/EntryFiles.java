package io.surfacefs.spool;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Changes the files of entries. A name in {@code entries} is only ever given to what is whole and synced, payload
 * first; a name goes before its payload does. All changes go through the disk, and are {@code STORE_UNAVAILABLE} once
 * the folder is given up. Thread-safe.
 */
final class EntryFiles {
    private static final int COPY = 128 * 1024;

    private final Disk disk;
    private final Fence fence;
    private final Path entries;
    private final Path rejected;
    private final Path temporary;
    private final FolderSync entriesSync;
    private final AtomicLong removals = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private final AtomicLong names = new AtomicLong();
    /** Entries that should be gone, and that the disk did not let go. */
    private final Set<Long> stuck = ConcurrentHashMap.newKeySet();

    EntryFiles(Disk disk, Path root, Gate gate, Fence fence) {
        this.disk = disk;
        this.fence = fence;
        this.entries = SpoolNames.entries(root);
        this.rejected = SpoolNames.rejected(root);
        this.temporary = SpoolNames.temporary(root);
        this.entriesSync = new FolderSync(disk, entries, gate);
    }

    /**
     * Writes an entry. When this returns it survives a loss of power.
     *
     * @param content what came, or null where no payload lies with it
     */
    EntryFormat.Layout write(long sequence, Head head, byte[] manifest, @Nullable BlobSource content)
            throws IOException {
        return fence.inside(() -> {
            retryRemovals();
            byte[] inline = content instanceof BlobSource.Bytes small ? small.bytes() : new byte[0];
            if (content instanceof BlobSource.LocalFile large) {
                placePayload(large, SpoolNames.payload(entries, sequence));
                sync();
            }
            byte[] headBytes = head.bytes();
            byte[] front = EntryFormat.front(headBytes, manifest, inline.length);
            place(SpoolNames.file(entries, sequence), front, inline);
            sync();
            return new EntryFormat.Layout(headBytes.length, manifest.length, inline.length);
        });
    }

    private void placePayload(BlobSource.LocalFile source, Path target) throws IOException {
        try {
            disk.link(source.file(), target);
        } catch (NoSuchFileException | FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            copy(source.file(), target); // another file system, or one without links
        }
    }

    private void copy(Path from, Path to) throws IOException {
        Path writing = temporary.resolve(Long.toString(names.incrementAndGet(), 36));
        boolean placed = false;
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                Disk.OutFile out = disk.create(writing)) {
            StoredBytes bytes = new RegionBytes(in, 0, in.size());
            byte[] piece = new byte[COPY];
            for (long at = 0; at < bytes.size(); ) {
                int n = bytes.read(at, piece, 0, piece.length);
                if (n < 0) {
                    throw new IOException("the payload's file ended early");
                }
                out.write(piece, 0, n);
                at += n;
            }
            out.sync();
            disk.move(writing, to);
            placed = true;
        } finally {
            if (!placed) {
                disk.delete(writing);
            }
        }
    }

    /** Writes a small file under another name, syncs it and gives it its name; the folder is not synced. */
    void place(Path file, byte[]... parts) throws IOException {
        Path writing = temporary.resolve(Long.toString(names.incrementAndGet(), 36));
        boolean placed = false;
        try (Disk.OutFile out = disk.create(writing)) {
            for (byte[] part : parts) {
                out.write(part, 0, part.length);
            }
            out.sync();
            disk.move(writing, file);
            placed = true;
        } finally {
            if (!placed) {
                disk.delete(writing);
            }
        }
    }

    /** Makes what was removed before certain to stay removed, also where the disk did not let it go at first. */
    void settleRemovals() throws IOException {
        fence.inside(() -> {
            for (long sequence : stuck) {
                removeNow(sequence);
            }
            if (removals.get() != settled.get()) {
                sync();
            }
            return true;
        });
    }

    private void sync() throws IOException {
        long before = removals.get();
        entriesSync.sync();
        settled.accumulateAndGet(before, Math::max);
    }

    /** Removes an entry, also one of which only a part is there. Not synced, but the name goes before its payload. */
    void remove(long sequence) throws IOException {
        boolean removed = false;
        try {
            fence.inside(() -> {
                removeNow(sequence);
                return true;
            });
            removed = true;
        } finally {
            if (!removed) {
                stuck.add(sequence);
            }
        }
    }

    /** What is stuck takes room that nobody counts; it keeps no put from being taken. */
    private void retryRemovals() {
        for (long sequence : stuck) {
            try {
                removeNow(sequence);
            } catch (IOException e) {
                return; // a later put tries again, and a delete insists
            }
        }
    }

    private void removeNow(long sequence) throws IOException {
        disk.delete(SpoolNames.file(entries, sequence));
        removals.incrementAndGet();
        Path payload = SpoolNames.payload(entries, sequence);
        if (Files.exists(payload)) {
            sync();
            disk.delete(payload);
        }
        stuck.remove(sequence);
    }

    /**
     * Gives an entry its second name, among what was rejected; when this returns that is certain, and {@link #remove}
     * takes its first one.
     *
     * @param why JSON that tells why
     */
    void park(long sequence, byte[] why) throws IOException {
        fence.inside(() -> {
            place(SpoolNames.why(rejected, sequence), why);
            linkBoth(entries, rejected, sequence);
            return true;
        });
    }

    /** Puts what was rejected back into the order, at its old place. */
    void restore(long sequence) throws IOException {
        fence.inside(() -> {
            linkBoth(rejected, entries, sequence);
            dropNow(sequence);
            return true;
        });
    }

    /** Gives an entry its second name, payload first; certain to survive when this returns. */
    private void linkBoth(Path from, Path to, long sequence) throws IOException {
        if (Files.exists(SpoolNames.payload(from, sequence))) {
            linkAgain(SpoolNames.payload(from, sequence), SpoolNames.payload(to, sequence));
            disk.syncFolder(to);
        }
        linkAgain(SpoolNames.file(from, sequence), SpoolNames.file(to, sequence));
        disk.syncFolder(to);
    }

    /** Removes what was rejected, its name before its payload. */
    void dropRejected(long sequence) throws IOException {
        fence.inside(() -> {
            dropNow(sequence);
            return true;
        });
    }

    private void dropNow(long sequence) throws IOException {
        disk.delete(SpoolNames.file(rejected, sequence));
        disk.syncFolder(rejected);
        disk.delete(SpoolNames.payload(rejected, sequence));
        disk.delete(SpoolNames.why(rejected, sequence));
    }

    /** What is linked already was so by a try that a crash cut short. */
    private void linkAgain(Path from, Path to) throws IOException {
        try {
            disk.link(from, to);
        } catch (FileAlreadyExistsException e) {
            Objects.requireNonNull(e);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            copy(from, to); // a file system without links
        }
    }
}
