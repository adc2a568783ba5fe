package io.surfacefs.spool;

import io.surfacefs.store.Disk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Makes the names in one folder certain to survive, with one wait for the medium for all that ask meanwhile.
 * Thread-safe.
 */
final class FolderSync {
    private static final long LOOK = TimeUnit.SECONDS.toNanos(1);

    private final Disk disk;
    private final Path folder;
    private final Gate gate;
    private long asked;
    private long done;
    private boolean running;

    FolderSync(Disk disk, Path folder, Gate gate) {
        this.disk = disk;
        this.folder = folder;
        this.gate = gate;
    }

    /** Returns when each change that was made before the call is certain to survive. */
    void sync() throws IOException {
        long mine = 0;
        while (true) {
            long upTo;
            gate.lock();
            try {
                mine = mine == 0 ? ++asked : mine;
                while (running && done < mine) {
                    gate.await(LOOK);
                }
                if (done >= mine) {
                    return;
                }
                running = true;
                upTo = asked;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while syncing");
            } finally {
                gate.unlock();
            }
            boolean synced = false;
            try {
                disk.syncFolder(folder);
                synced = true;
            } finally {
                gate.lock();
                try {
                    running = false;
                    done = synced ? Math.max(done, upTo) : done;
                    gate.changed();
                } finally {
                    gate.unlock();
                }
            }
        }
    }
}
