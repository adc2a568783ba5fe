package io.surfacefs.store.layout;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Leave to do what one replica at a time may do: an object that its holder changes again and again, every change
 * conditional on the one before. Who finds it held watches it; when it has not changed for the length of the lease, by
 * the watcher's own stopwatch, its holder is dead and is replaced. So no clock is ever compared with another one. A
 * holder that could not renew its lease stops in time, since its own stopwatch began before its last change.
 * Thread-safe.
 */
final class Lease {
    static final BlobKey NAME = BlobKey.manifest("system/jobs/sweep.json");
    private static final int MAX_BYTES = 1024;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final BlobStore blobs;
    private final long lengthNanos;
    private final LongSupplier stopwatch;
    private @Nullable String watchedTag;
    private long watchedSince;

    /**
     * @param length how long a holder may be silent; a step of its work must take less than half of this
     * @param stopwatch nanoseconds from any origin
     */
    Lease(BlobStore blobs, Duration length, LongSupplier stopwatch) {
        this.blobs = blobs;
        this.lengthNanos = length.toNanos();
        this.stopwatch = stopwatch;
    }

    /** The lease, held. Must be closed. For one thread. */
    final class Held implements AutoCloseable {
        private String tag;
        private long renewed;

        private Held(String tag, long renewed) {
            this.tag = tag;
            this.renewed = renewed;
        }

        /**
         * To be called before each step that nobody else may take at the same time: renews the lease where it is due.
         *
         * @throws SurfaceException {@code STORE_UNAVAILABLE} when it is somebody else's now
         */
        void keep() {
            long now = stopwatch.getAsLong();
            if (now - renewed < lengthNanos / 4) {
                return;
            }
            String written = now - renewed > lengthNanos / 2 ? null : content().write(blobs, tag);
            if (written == null) {
                throw lost();
            }
            tag = written;
            renewed = now;
        }

        @Override
        public void close() {
            try {
                blobs.delete(NAME, tag);
            } catch (SurfaceException e) {
                return; // it runs out by itself
            }
        }
    }

    /**
     * Takes the lease where it is free or its holder is dead.
     *
     * @param patient whether to watch a held one for its whole length, for who looks but once
     * @return null when somebody else holds it
     */
    @Nullable Held take(boolean patient) {
        while (true) {
            long begun = stopwatch.getAsLong();
            BlobStore.Content there = blobs.read(NAME, MAX_BYTES);
            if (there == null || isDead(there.head().tag())) {
                return begin(there == null ? null : there.head().tag(), begun);
            }
            if (!patient) {
                return null;
            }
            String seen = there.head().tag();
            LockSupport.parkNanos(Math.min(LOOK_NANOS, lengthNanos / 10));
            BlobStore.Head now = blobs.head(NAME);
            if (now != null && !now.tag().equals(seen)) {
                return null; // its holder lives
            }
        }
    }

    private synchronized boolean isDead(String tag) {
        long now = stopwatch.getAsLong();
        if (!tag.equals(watchedTag)) {
            watchedTag = tag;
            watchedSince = now;
        }
        return now - watchedSince >= lengthNanos;
    }

    private @Nullable Held begin(@Nullable String dead, long begun) {
        String tag = content().write(blobs, dead);
        return tag == null ? null : new Held(tag, begun);
    }

    private static Claim content() {
        return new Claim(
                NAME,
                CanonicalJson.write(
                        new TreeMap<>(Map.of("nonce", UUID.randomUUID().toString()))));
    }

    private static SurfaceException lost() {
        return new SurfaceException(
                ErrorCode.STORE_UNAVAILABLE, "another replica has taken this work over", "it goes on there");
    }
}
