package io.surfacefs.store.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Makes folders and remembers, within a bound, which of them are certain to survive a loss of power. A folder made by
 * somebody else is not trusted: its maker may not have synced it yet. Thread-safe.
 */
final class Folders {
    private static final int REMEMBERED = 65_536;

    private final Disk disk;
    private final Path root;
    private final TrueFolders folders;
    private final Cache<Path, Boolean> durable =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    /** @param root a folder that exists and is durable itself */
    Folders(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        this.folders = new TrueFolders(root);
    }

    /**
     * Makes sure that no folder on the way to this one, nor itself, is a link.
     *
     * @return false when it is missing
     * @throws io.surfacefs.model.SurfaceException {@code CORRUPT_OBJECT} when one is
     */
    boolean requireTrue(Path folder) throws IOException {
        return folders.require(folder);
    }

    /**
     * Makes a folder and those above it, below the root; nothing is synced. One that was there a moment ago is not
     * looked at: who then finds it gone tells {@link #forget} and comes again.
     */
    void make(Path folder) throws IOException {
        if (folder.equals(root) || folders.isRemembered(folder)) {
            return;
        }
        make(parent(folder));
        makeOne(folder);
    }

    private void makeOne(Path folder) throws IOException {
        if (disk.makeFolder(folder)) {
            folders.remember(folder);
        } else {
            boolean _ = folders.require(folder); // remembers what it saw
        }
    }

    /** Makes a folder and those above it, and the entry of each in its parent certain to survive. */
    void makeDurable(Path folder) throws IOException {
        if (folder.equals(root)) {
            return;
        }
        folders.require(parent(folder));
        if (durable.getIfPresent(folder) != null && folders.isTrue(folder)) {
            return;
        }
        makeDurable(parent(folder));
        makeOne(folder);
        disk.syncFolder(parent(folder));
        durable.put(folder, Boolean.TRUE);
    }

    /** That a folder went, or one of those above it. */
    void forget(Path folder) {
        for (Path gone = folder; !gone.equals(root); gone = parent(gone)) {
            durable.invalidate(gone);
            folders.forget(gone);
        }
    }

    /** The folder that an entry lies in; everything here lies below the root. */
    static Path parent(Path entry) {
        return Objects.requireNonNull(entry.getParent(), "the root of the file system");
    }
}
