package io.surfacefs.store.faults;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an open object. They are read straight from the store, also while the circuit is open: a body that is on
 * its way is not given up because others fail. Where a read fails it counts into the circuit, and is tried again
 * through it, from the same position: none of its bytes were given to anybody.
 */
final class GuardedBytes implements StoredBytes {
    private static final Duration LEAST = Duration.ofMillis(100);

    private final StoredBytes bytes;
    private final StoreGuard guard;
    private volatile Duration left;

    /** @param spent how long it took to open them: the wait for the first byte has begun before */
    GuardedBytes(StoredBytes bytes, StoreGuard guard, Duration spent) {
        this.bytes = bytes;
        this.guard = guard;
        this.left = guard.settings().timeout().minus(spent);
    }

    @Override
    public long size() {
        return bytes.size();
    }

    @Override
    public void expect(long from, long to) {
        bytes.expect(from, to);
    }

    @Override
    public @Nullable Path file() {
        return bytes.file();
    }

    @Override
    public byte @Nullable [] inMemory() {
        return bytes.inMemory();
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        long begun = System.nanoTime();
        int n;
        try {
            n = bytes.read(position, target, offset, length);
        } catch (StoreFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw fault; // whoever reads has gone, which says nothing of the store
            }
            guard.circuit().failed(fault);
            if (!fault.mayBeRetried() || guard.settings().attempts() < 2) {
                throw fault;
            }
            n = again(position, target, offset, length, left.minusNanos(System.nanoTime() - begun));
        }
        left = guard.settings().timeout();
        return n;
    }

    private int again(long position, byte[] target, int offset, int length, Duration limit) throws IOException {
        try {
            return guard.call("read", limit.compareTo(LEAST) < 0 ? LEAST : limit, StoreGuard.Mode.AGAIN, () -> {
                try {
                    return bytes.read(position, target, offset, length);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** @throws SurfaceException never */
    @Override
    public void close() {
        bytes.close();
    }
}
