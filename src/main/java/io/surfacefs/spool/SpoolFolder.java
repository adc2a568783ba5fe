package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.Disk;
import io.surfacefs.store.FolderOwner;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The spool's folder, taken by this process: its format, and what must be put right before it is used. Thread-safe. */
final class SpoolFolder implements AutoCloseable {
    static final int FORMAT = 1;
    private static final int MAX_SMALL = 64 * 1024;

    private final Disk disk;
    private final Path root;
    private final Fence fence;
    private final EntryFiles files;

    private SpoolFolder(Disk disk, Path root, FolderOwner owner, Gate gate) {
        this.disk = disk;
        this.root = root;
        this.fence = new Fence(gate, owner::close);
        this.files = new EntryFiles(disk, root, gate, fence);
    }

    /**
     * Takes the folder, makes what is missing and clears what is only temporary.
     *
     * @throws io.surfacefs.store.FolderOwnedException when another process has it
     * @throws IOException also when it has a newer format
     */
    static SpoolFolder open(Disk disk, Path root, Gate gate) throws IOException {
        Path parent = Objects.requireNonNull(root.toAbsolutePath().getParent(), "the root of the file system");
        PrivateFiles.makeFolders(parent);
        disk.makeFolder(root);
        FolderOwner owner = FolderOwner.take(root);
        boolean opened = false;
        try {
            SpoolFolder folder = new SpoolFolder(disk, root, owner, gate);
            for (Path part : List.of(SpoolNames.entries(root), SpoolNames.rejected(root), SpoolNames.temporary(root))) {
                disk.makeFolder(part);
                PrivateFiles.requireFolder(part);
            }
            // What the process before removed last may be unsynced, and must not come back behind a delete.
            disk.syncFolder(SpoolNames.entries(root));
            folder.clear();
            if (!checkFormat(root)) {
                folder.files.place(
                        SpoolNames.format(root), ("{\"format\":" + FORMAT + "}").getBytes(StandardCharsets.UTF_8));
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
        return !Files.exists(SpoolNames.format(root));
    }

    private void clear() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(SpoolNames.temporary(root))) {
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
            byte[] json = Files.readAllBytes(SpoolNames.format(root));
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

    /** Deletes what a crash left that belongs to no entry, or is in both folders because it was being moved. */
    void clearLeftovers() throws IOException {
        Path rejected = SpoolNames.rejected(root);
        for (long sequence : SpoolNames.sequences(SpoolNames.entries(root))) {
            if (Files.exists(SpoolNames.file(rejected, sequence))) {
                files.dropRejected(sequence);
            }
        }
        clearOrphans(SpoolNames.entries(root));
        clearOrphans(rejected);
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

    /** Changes of the entries in it. */
    EntryFiles files() {
        return files;
    }

    /** Gives the folder up, when all changes that are under way have come to their end; doesn't wait for that. */
    @Override
    public void close() throws IOException {
        fence.close();
    }
}
