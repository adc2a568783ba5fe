package io.surfacefs.cache;

import io.surfacefs.codec.HeapBytes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.store.BlobSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Puts what was just stored into the cache, behind the put's back. Bounded: what comes when enough are under way is
 * left out, and fetched by whoever asks first.
 */
final class Keeper {
    private static final int SMALL = 64;
    private static final int LARGE = 2;

    private final Executor executor;
    private final Semaphore small = new Semaphore(SMALL);
    private final Semaphore large = new Semaphore(LARGE);

    Keeper(Executor executor) {
        this.executor = executor;
    }

    /** Keeps a payload that was received; its local file may go as soon as this has returned. */
    void keep(CacheEngine engine, CacheName name, BlobSource content, StoredPayload facts, long expires) {
        Semaphore permits = content instanceof BlobSource.Bytes ? small : large;
        if (!permits.tryAcquire()) {
            return;
        }
        boolean started = false;
        try {
            long epoch = engine.epoch(name);
            int tick = engine.tick();
            Source source = new Source(open(content), facts.storedDigest(), expires, new byte[0]);
            try {
                executor.execute(() -> {
                    try (source) {
                        engine.put(name, source, epoch, tick);
                    } finally {
                        permits.release();
                    }
                });
                started = true;
            } finally {
                if (!started) {
                    source.close();
                }
            }
        } catch (IOException | RejectedExecutionException e) {
            // Not kept: it is fetched when somebody asks.
            return;
        } finally {
            if (!started) {
                permits.release();
            }
        }
    }

    /** Whether nothing is under way. */
    boolean idle() {
        return small.availablePermits() == SMALL && large.availablePermits() == LARGE;
    }

    /** Does something small; not at all when enough is under way. */
    void run(Runnable work) {
        if (!small.tryAcquire()) {
            return;
        }
        try {
            executor.execute(() -> {
                try {
                    work.run();
                } finally {
                    small.release();
                }
            });
        } catch (RejectedExecutionException e) {
            small.release();
        }
    }

    private static StoredBytes open(BlobSource content) throws IOException {
        return switch (content) {
            case BlobSource.Bytes memory -> new HeapBytes(memory.bytes());
            case BlobSource.LocalFile local ->
                new ChannelBytes(FileChannel.open(local.file(), StandardOpenOption.READ), local.size(), null);
        };
    }
}
