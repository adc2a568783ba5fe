package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.Disk;
import io.surfacefs.store.FolderOwner;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the spool's files lie.
 *
 * <pre>
 * owner.lock               who owns the folder
 * format.json              {"format":1}
 * entries/{16 hex}         one put, named by its place in the order
 * entries/{16 hex}.payload its payload, where it came as a file
 * rejected/                the same, of what the store refused for good; {16 hex}.why tells why
 * tmp/                     what is being written; cleared at start
 * </pre>
 *
 * A name in {@code entries} is only ever given to what is whole and synced, payload first; a name goes before its
 * payload does. All changes go through the disk. Thread-safe.
 */
final class SpoolFolder implements AutoCloseable {
    static final int FORMAT = 1;
    static final String PAYLOAD = ".payload";
    static final String WHY = ".why";
    private static final int COPY = 128 * 1024;
    private static final int MAX_SMALL = 64 * 1024;
    private static final Pattern SEQUENCE = Pattern.compile("[0-9a-f]{16}");

    private final Disk disk;
    private final Path root;
    private final Path temporary;
    private final FolderOwner owner;
    private final FolderSync entriesSync;
    private final AtomicLong removals = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    private final AtomicLong names = new AtomicLong();

    private SpoolFolder(Disk disk, Path root, FolderOwner owner, Gate gate) {
        this.disk = disk;
        this.root = root;
        this.temporary = root.resolve("tmp");
        this.owner = owner;
        this.entriesSync = new FolderSync(disk, entries(root), gate);
    }

    static Path entries(Path root) {
        return root.resolve("entries");
    }

    static Path rejected(Path root) {
        return root.resolve("rejected");
    }

    /**
     * Takes the folder, makes what is missing and clears what is only temporary.
     *
     * @throws io.surfacefs.store.FolderOwnedException when another process has it
     * @throws IOException also when it has a newer format
     */
    static SpoolFolder open(Disk disk, Path root, Gate gate) throws IOException {
        Path parent = Objects.requireNonNull(root.toAbsolutePath().getParent(), "the root of the file system");
        Files.createDirectories(parent);
        disk.makeFolder(root);
        FolderOwner owner = FolderOwner.take(root);
        boolean opened = false;
        try {
            SpoolFolder folder = new SpoolFolder(disk, root, owner, gate);
            for (Path part : List.of(entries(root), rejected(root), folder.temporary)) {
                disk.makeFolder(part);
            }
            // What the process before removed last may be unsynced, and must not come back behind a delete.
            disk.syncFolder(entries(root));
            folder.clear();
            if (!checkFormat(root)) {
                folder.place(
                        root.resolve("format.json"), ("{\"format\":" + FORMAT + "}").getBytes(StandardCharsets.UTF_8));
            }
            disk.syncFolder(root);
            disk.syncFolder(parent);
            opened = true;
            return folder;
        } finally {
            if (!opened) {
                owner.close();
            }
        }
    }

    /** Whether the folder is not there, as when its volume was taken away. */
    boolean isAway() {
        return !Files.exists(root.resolve("format.json"));
    }

    private void clear() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(temporary)) {
            for (Path file : left) {
                disk.delete(file);
            }
        }
    }

    /**
     * Looks at the number of the format.
     *
     * @return whether there is one
     * @throws IOException when it is newer than this version, or can't be read
     */
    static boolean checkFormat(Path root) throws IOException {
        Object format;
        try {
            byte[] json = Files.readAllBytes(root.resolve("format.json"));
            format = CanonicalJson.parseObject(json, MAX_SMALL).get("format");
        } catch (NoSuchFileException e) {
            return false;
        } catch (SurfaceException e) {
            format = null;
        }
        if (!(format instanceof Long number) || number < 1) {
            throw new IOException("format.json of the spool folder " + root + " can't be read");
        }
        if (number > FORMAT) {
            throw new IOException("the spool folder " + root + " has format " + number
                    + ", this version knows formats up to " + FORMAT);
        }
        return true;
    }

    /** Sequences of the entries, in order, and of what was rejected; a payload without its entry is left out. */
    static List<Long> sequences(Path folder) throws IOException {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (SEQUENCE.matcher(name).matches()) {
                    found.add(Long.parseUnsignedLong(name, 16));
                }
            }
        }
        found.sort(null);
        return found;
    }

    static Path file(Path folder, long sequence) {
        return folder.resolve(HexFormat.of().toHexDigits(sequence));
    }

    static Path payload(Path folder, long sequence) {
        return folder.resolve(HexFormat.of().toHexDigits(sequence) + PAYLOAD);
    }

    static Path why(Path folder, long sequence) {
        return folder.resolve(HexFormat.of().toHexDigits(sequence) + WHY);
    }

    /** Deletes what a crash left that belongs to no entry, or is in both folders because it was being moved. */
    void clearLeftovers() throws IOException {
        for (long sequence : sequences(entries(root))) {
            if (Files.exists(file(rejected(root), sequence))) {
                dropRejected(sequence);
            }
        }
        clearOrphans(entries(root));
        clearOrphans(rejected(root));
    }

    private void clearOrphans(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.{payload,why}")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!Files.exists(folder.resolve(name.substring(0, name.indexOf('.'))))) {
                    disk.delete(file);
                }
            }
        }
    }

    /** The root of the spool. */
    Path root() {
        return root;
    }

    /**
     * Writes an entry. When this returns it survives a loss of power.
     *
     * @param content what came, or null where no payload lies with it
     */
    EntryFormat.Layout write(long sequence, Head head, byte[] manifest, @Nullable BlobSource content)
            throws IOException {
        byte[] inline = content instanceof BlobSource.Bytes small ? small.bytes() : new byte[0];
        Path entries = entries(root);
        if (content instanceof BlobSource.LocalFile large) {
            placePayload(large, payload(entries, sequence));
            sync();
        }
        byte[] headBytes = head.bytes();
        place(file(entries, sequence), EntryFormat.front(headBytes, manifest, inline.length), inline);
        sync();
        return new EntryFormat.Layout(headBytes.length, manifest.length, inline.length);
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
    private void place(Path file, byte[]... parts) throws IOException {
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

    /** Makes what was removed before certain to stay removed. */
    void settleRemovals() throws IOException {
        if (removals.get() != settled.get()) {
            sync();
        }
    }

    private void sync() throws IOException {
        long before = removals.get();
        entriesSync.sync();
        settled.accumulateAndGet(before, Math::max);
    }

    /** Removes an entry, also one of which only a part is there. Not synced, but the name goes before its payload. */
    void remove(long sequence) throws IOException {
        disk.delete(file(entries(root), sequence));
        removals.incrementAndGet();
        Path payload = payload(entries(root), sequence);
        if (Files.exists(payload)) {
            sync();
            disk.delete(payload);
        }
    }

    /**
     * Puts an entry aside: under its second name first, and only when that is certain without its first.
     *
     * @param why JSON that tells why
     */
    void reject(long sequence, byte[] why) throws IOException {
        Path from = entries(root);
        Path to = rejected(root);
        place(why(to, sequence), why);
        linkBoth(from, to, sequence);
        remove(sequence);
    }

    /** Puts what was rejected back into the order, at its old place. */
    void restore(long sequence) throws IOException {
        linkBoth(rejected(root), entries(root), sequence);
        dropRejected(sequence);
    }

    /** Gives an entry its second name, payload first; certain to survive when this returns. */
    private void linkBoth(Path from, Path to, long sequence) throws IOException {
        if (Files.exists(payload(from, sequence))) {
            linkAgain(payload(from, sequence), payload(to, sequence));
            disk.syncFolder(to);
        }
        linkAgain(file(from, sequence), file(to, sequence));
        disk.syncFolder(to);
    }

    /** Removes what was rejected, its name before its payload. */
    void dropRejected(long sequence) throws IOException {
        Path folder = rejected(root);
        disk.delete(file(folder, sequence));
        disk.syncFolder(folder);
        disk.delete(payload(folder, sequence));
        disk.delete(why(folder, sequence));
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

    /** Opens the front of an entry. */
    static EntryFormat.Front front(Path folder, long sequence) throws IOException {
        try (FileChannel file = FileChannel.open(file(folder, sequence), StandardOpenOption.READ)) {
            return EntryFormat.read(file);
        }
    }

    /** Opens the payload that lies with an entry; the bytes are not checked. */
    static StoredBytes openPayload(Path folder, long sequence, Head head, EntryFormat.Layout layout)
            throws IOException {
        Path file = head.outside() ? payload(folder, sequence) : file(folder, sequence);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        return head.outside()
                ? new RegionBytes(channel, 0, channel.size())
                : new RegionBytes(channel, layout.payloadAt(), layout.payload());
    }

    /** Bytes of a quota that files of these sizes take, in whole blocks. */
    static long cost(long... sizes) {
        long cost = 0;
        for (long size : sizes) {
            cost += (size + 4095) / 4096 * 4096;
        }
        return cost;
    }

    @Override
    public void close() throws IOException {
        owner.close();
    }
}
