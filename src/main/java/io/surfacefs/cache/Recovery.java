package io.surfacefs.cache;

import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Brings the index back after a start, beside the serving. Until that is done a lookup that the index can't answer asks
 * the disk: file names tell everything. Nothing is admitted before it is known how many bytes there are: after an
 * orderly end the snapshot says so, after any other the folders are walked first.
 */
final class Recovery {
    private static final String CLEAN = "index.clean";
    private static final String USED = "index.snapshot";

    private final Parts parts;
    private final boolean clean;
    private final Path orderly;
    private final Path used;
    private volatile boolean admitting;
    private volatile boolean complete;
    private volatile boolean stopped;
    private volatile @Nullable IOException failure;

    private Recovery(Parts parts, boolean clean) {
        this.parts = parts;
        this.clean = clean;
        this.orderly = parts.folder().root().resolve(CLEAN);
        this.used = parts.folder().root().resolve(USED);
    }

    /** Takes the mark of an orderly end away, before anything changes. */
    static Recovery begin(Parts parts) throws IOException {
        CacheFolder folder = parts.folder();
        Path clean = folder.root().resolve(CLEAN);
        boolean wasClean = Files.exists(clean);
        if (wasClean) {
            folder.disk().move(clean, folder.root().resolve(USED));
            folder.disk().syncFolder(folder.root());
        }
        return new Recovery(parts, wasClean);
    }

    /** Whether the index knows every object, so that what it doesn't know isn't there. */
    boolean complete() {
        return complete;
    }

    /** Whether it is known how many bytes there are, so that more may come. */
    boolean admitting() {
        return admitting;
    }

    /** Why the index could not be brought back, or null. */
    @Nullable IOException failure() {
        return failure;
    }

    /** Does all of it. On a thread of its own. */
    void run() {
        try {
            parts.rooms().countQuarantine();
            boolean read = Snapshot.read(
                    used,
                    (hash, tenant, size, expires, order) ->
                            parts.ledger().enterFound(new Item(hash, tenant, size, expires, 0, 0, false), order));
            if (read) {
                parts.ledger().sort();
            }
            if (clean && read) {
                admitting = true;
                complete = true;
            }
            walk();
            if (!stopped) {
                admitting = true;
                complete = true;
                parts.rooms().trim();
            }
        } catch (IOException e) {
            failure = e;
            parts.health().failed(e);
        }
    }

    private void walk() throws IOException {
        boolean found = false;
        for (int number = 0; number < NameHash.FOLDERS && !stopped; number++) {
            for (NameHash hash : parts.folder().inFolder(number)) {
                found |= look(hash);
            }
            for (NameHash hash : parts.index().inFolder(number)) {
                forgetIfLost(hash);
            }
        }
        if (found) {
            parts.ledger().sort();
        }
    }

    /** Enters a file that the index doesn't know. {@return whether it did} */
    private boolean look(NameHash hash) throws IOException {
        Index.Found known = parts.index().find(hash);
        if (known != null && (clean || known.verified())) {
            return false;
        }
        Waits.Mutex mutex = parts.names().of(hash);
        mutex.lock();
        try (FileChannel channel = parts.folder().read(hash)) {
            CacheFile.Trailer trailer = CacheFile.read(channel);
            if (trailer == null || !trailer.name().hash().equals(hash)) {
                // Torn before it had its name, which a crash can't do, or not ours: nothing to keep as evidence.
                parts.folder().delete(hash);
                parts.ledger().remove(hash);
                return false;
            }
            if (parts.ledger().isTrue(hash, channel.size(), trailer.inserted())) {
                return false;
            }
            Item item = new Item(
                    hash,
                    trailer.name().tenant(),
                    channel.size(),
                    (int) Math.min(trailer.expires(), Integer.MAX_VALUE),
                    trailer.inserted(),
                    0,
                    false);
            parts.ledger().remove(hash); // an older one of that name
            return parts.ledger().enterFound(item, trailer.inserted() << 10);
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            mutex.unlock();
        }
    }

    private void forgetIfLost(NameHash hash) {
        if (Files.exists(parts.folder().file(hash))) {
            return;
        }
        Waits.Mutex mutex = parts.names().of(hash);
        mutex.lock();
        try {
            if (!Files.exists(parts.folder().file(hash))) {
                parts.ledger().remove(hash);
            }
        } finally {
            mutex.unlock();
        }
    }

    /** Writes a snapshot that an unclean end finds. */
    void snapshot() throws IOException {
        if (complete) {
            write(used);
        }
    }

    /** Has the walk end early. */
    void stop() {
        stopped = true;
    }

    /** Ends; an index that is whole is written as such. */
    void close() throws IOException {
        if (complete) {
            write(orderly);
        }
    }

    private void write(Path target) throws IOException {
        CacheFolder folder = parts.folder();
        Disk disk = folder.disk();
        Path temp = folder.newTemporary();
        try {
            Snapshot.write(parts.ledger(), disk, temp);
            disk.move(temp, target);
            disk.syncFolder(folder.root());
        } catch (IOException e) {
            disk.delete(temp);
            throw e;
        }
        if (target.equals(orderly)) {
            disk.delete(used);
        }
    }
}
