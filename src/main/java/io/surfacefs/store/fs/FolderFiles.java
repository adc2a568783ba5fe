package io.surfacefs.store.fs;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Where the objects of a folder store lie, and how a file comes to its place whole. Thread-safe. */
final class FolderFiles {
    private static final long COMPARED = 1 << 20;

    private final Disk disk;
    private final Path root;
    private final String cacheBucket;
    private final String manifestBucket;
    private final InstanceFolder temporary;
    private final Folders folders;

    /** @param cacheBucket relative folder of the bucket, with the prefix of all names behind it */
    FolderFiles(Disk disk, Path root, String cacheBucket, String manifestBucket, InstanceFolder temporary) {
        this.disk = disk;
        this.root = root;
        this.cacheBucket = cacheBucket;
        this.manifestBucket = manifestBucket;
        this.temporary = temporary;
        this.folders = new Folders(disk, root);
    }

    Path bucket(BlobKey.Bucket bucket) {
        return root.resolve(bucket == BlobKey.Bucket.CACHE ? cacheBucket : manifestBucket);
    }

    Path path(BlobKey key) {
        return bucket(key.bucket()).resolve(key.name());
    }

    /**
     * Where an object lies, when no folder on the way there is a link; null when its folder is missing.
     *
     * @throws io.surfacefs.model.SurfaceException {@code CORRUPT_OBJECT} when one is
     */
    @Nullable Path checked(BlobKey key) throws IOException {
        Path file = path(key);
        return folders.requireTrue(Folders.parent(file)) ? file : null;
    }

    /** As {@link #checked}, of a folder in a bucket. */
    void requireTrue(BlobKey.Bucket bucket, String folder) throws IOException {
        boolean _ = folders.requireTrue(bucket(bucket).resolve(folder)); // one that is missing is listed as empty
    }

    static byte[] readFully(StoredBytes bytes) throws IOException {
        byte[] content = new byte[Math.toIntExact(bytes.size())];
        int at = 0;
        while (at < content.length) {
            int n = bytes.read(at, content, at, content.length - at);
            if (n < 0) {
                return Arrays.copyOf(content, at);
            }
            at += n;
        }
        return content;
    }

    /** How an object came to its place, or didn't. */
    private enum Placed {
        NEW,
        EQUAL,
        TAKEN
    }

    /**
     * Brings objects to their places, in order, up to the first place that is taken by other bytes.
     *
     * @param durable whether they must be certain to survive when this returns
     */
    BlobStore.PutResult placeAll(List<BlobStore.Put> puts, boolean durable) throws IOException {
        boolean first = false;
        boolean created = false;
        for (int i = 0; i < puts.size(); i++) {
            Placed placed = place(puts.get(i), durable);
            if (placed == Placed.TAKEN) {
                return new BlobStore.PutResult(i, first, created);
            }
            created = placed == Placed.NEW;
            first |= created && i == 0;
        }
        return new BlobStore.PutResult(puts.size(), first, created);
    }

    private Placed place(BlobStore.Put put, boolean durable) throws IOException {
        Path file = path(put.key());
        for (int attempt = 0; ; attempt++) {
            try {
                if (durable) {
                    folders.makeDurable(Folders.parent(file));
                } else {
                    folders.make(Folders.parent(file));
                }
                return place(file, put.source(), durable);
            } catch (NoSuchFileException e) {
                folders.forget(Folders.parent(file)); // a sweep has just removed the empty folder
                if (attempt >= 3) {
                    throw e;
                }
            }
        }
    }

    private Placed place(Path file, BlobSource source, boolean durable) throws IOException {
        try {
            placeInFolder(file, source, durable);
            if (durable) {
                disk.syncFolder(Folders.parent(file));
            }
            return Placed.NEW;
        } catch (FileAlreadyExistsException e) {
            // It may go at any moment; that there is no such file then is thrown on, and it is placed anew.
            if (!equal(file, source)) {
                return Placed.TAKEN;
            }
            if (durable) {
                // Its writer may not have synced it yet, but this put is going to be acknowledged.
                disk.syncFile(file);
                disk.syncFolder(Folders.parent(file));
            }
            return Placed.EQUAL;
        }
    }

    private void placeInFolder(Path file, BlobSource source, boolean durable) throws IOException {
        switch (source) {
            case BlobSource.LocalFile local -> disk.link(local.file(), file);
            case BlobSource.Bytes content
            when content.bytes().length == 0 -> {
                try (Disk.OutFile empty = disk.create(file)) {
                    if (durable) {
                        empty.sync();
                    }
                }
            }
            case BlobSource.Bytes content -> {
                Path temp = write(content.bytes(), durable);
                try {
                    disk.link(temp, file);
                } finally {
                    disk.delete(temp);
                }
            }
        }
    }

    private Path write(byte[] content, boolean durable) throws IOException {
        Path temp = temporary.newName();
        try (Disk.OutFile out = disk.create(temp)) {
            out.write(content, 0, content.length);
            if (durable) {
                out.sync();
            }
        } catch (IOException e) {
            disk.delete(temp);
            throw e;
        }
        return temp;
    }

    private static boolean equal(Path file, BlobSource source) throws IOException {
        try {
            if (!(source instanceof BlobSource.Bytes content) || content.size() > COMPARED) {
                return false;
            }
            BasicFileAttributes there =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return there.isRegularFile()
                    && there.size() == content.size()
                    && (content.size() == 0 || Arrays.equals(Files.readAllBytes(file), content.bytes()));
        } catch (NoSuchFileException e) {
            return false; // deleted meanwhile: the caller looks again
        }
    }

    /** Makes a file where this process' temporary ones lie, and removes it. */
    void touch() throws IOException {
        Path file = temporary.newName();
        disk.create(file).close();
        disk.delete(file);
    }

    /** Writes an object over what is there, at once and for certain. */
    void overwrite(BlobKey key, BlobSource source) throws IOException {
        Path file = path(key);
        folders.makeDurable(Folders.parent(file));
        Path temp;
        if (source instanceof BlobSource.Bytes content) {
            temp = write(content.bytes(), true);
        } else {
            temp = temporary.newName();
            disk.link(((BlobSource.LocalFile) source).file(), temp);
        }
        try {
            disk.move(temp, file);
        } catch (IOException e) {
            disk.delete(temp);
            throw e;
        }
        disk.syncFolder(Folders.parent(file));
    }

    /** Removes an object, and a payload's own folder with it. */
    boolean remove(BlobKey key) throws IOException {
        Path file = checked(key);
        if (file == null || !disk.delete(file)) {
            return false;
        }
        disk.syncFolder(Folders.parent(file));
        if (key.bucket() == BlobKey.Bucket.CACHE && key.name().startsWith("tenants/")) {
            try {
                folders.forget(Folders.parent(file));
                disk.delete(Folders.parent(file));
            } catch (DirectoryNotEmptyException e) {
                return true; // somebody has put the payload again
            }
        }
        return true;
    }

    /**
     * Places again what a journal's record names, after a crash. What is there already stays when it is sound: it may
     * be another process' win, and then the rest of the record never counted.
     */
    void recover(List<BlobStore.Put> puts, BiPredicate<BlobKey, StoredBytes> sound) throws IOException {
        for (BlobStore.Put put : puts) {
            Path file = path(put.key());
            // Looking first: after a kill nearly all of it lies there, and to place it in vain costs several times
            // that.
            if ((file.toFile().exists() && equal(file, put.source())) || place(put, false) != Placed.TAKEN) {
                continue;
            }
            if (!Files.isSymbolicLink(file)) {
                try (StoredBytes there = FileBytes.open(file)) {
                    if (sound.test(put.key(), there)) {
                        return;
                    }
                }
            }
            overwrite(put.key(), put.source());
        }
    }

    /** Syncs every file that a record names, where it is there, and collects its folders. */
    void syncFiles(List<BlobStore.Put> puts, Set<Path> touched) throws IOException {
        for (BlobStore.Put put : puts) {
            Path file = path(put.key());
            try {
                disk.syncFile(file);
            } catch (NoSuchFileException e) {
                continue; // another writer won, so this file was never placed
            }
            for (Path folder = Folders.parent(file); touched.add(folder) && !folder.equals(root); ) {
                folder = Folders.parent(folder);
            }
        }
    }
}
