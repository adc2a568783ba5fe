package io.surfacefs.store.fs;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Makes changes of one name exclude each other, among threads and among processes. Thread-safe. */
final class ChangeLocks implements AutoCloseable {
    private static final int STRIPES = 64;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    interface Change<T> {
        T run() throws IOException;
    }

    private final ReentrantLock[] threads = new ReentrantLock[STRIPES];
    private final FileChannel file;

    /** @param file held open; each stripe locks one byte of it */
    ChangeLocks(Path file) throws IOException {
        for (int i = 0; i < STRIPES; i++) {
            threads[i] = new ReentrantLock();
        }
        this.file = FolderStore.lockFile(file);
    }

    /** Runs a change of a name alone; waits for its turn within a limit. */
    <T> T alone(String name, Change<T> change) throws IOException {
        int stripe = Math.floorMod(name.hashCode(), STRIPES);
        ReentrantLock lock = threads[stripe];
        long deadline = System.nanoTime() + WAIT_NANOS;
        try {
            if (!lock.tryLock(WAIT_NANOS, TimeUnit.NANOSECONDS)) {
                throw timeout();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            FileLock held = lockByte(stripe, deadline);
            try {
                return change.run();
            } finally {
                held.release();
            }
        } finally {
            lock.unlock();
        }
    }

    private FileLock lockByte(int stripe, long deadline) throws IOException {
        while (true) {
            FileLock held = file.tryLock(stripe, 1, false);
            if (held != null) {
                return held;
            }
            if (System.nanoTime() > deadline) {
                throw timeout();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static SurfaceException timeout() {
        return new SurfaceException(ErrorCode.STORE_TIMEOUT, "another change of the same object did not end in time");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
