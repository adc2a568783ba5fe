package io.surfacefs.store.faults;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.faults.StoreGuard.Mode;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Objects behind the guard, request by request, for work on the whole store, which is too long to be tried again as a
 * whole. It doesn't own them: closing it closes nothing.
 */
final class GuardedBlobs implements BlobStore {
    private final BlobStore blobs;
    private final StoreGuard guard;

    GuardedBlobs(BlobStore blobs, StoreGuard guard) {
        this.blobs = blobs;
        this.guard = guard;
    }

    private <T extends @Nullable Object> T call(Supplier<T> work) {
        return guard.call("upkeep", guard.settings().timeout(), Mode.RETRIED, work);
    }

    @Override
    public @Nullable Head head(BlobKey key) {
        return call(() -> blobs.head(key));
    }

    @Override
    public @Nullable Opened open(BlobKey key, long size) {
        Opened opened = call(() -> blobs.open(key, size));
        return opened == null
                ? null
                : new Opened(new GuardedBytes(opened.bytes(), guard, Duration.ZERO), opened.head());
    }

    @Override
    public @Nullable Content read(BlobKey key, int maxBytes) {
        return call(() -> blobs.read(key, maxBytes));
    }

    @Override
    public PutResult putAllIfAbsent(List<Put> puts) {
        return call(() -> blobs.putAllIfAbsent(puts));
    }

    @Override
    public boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source) {
        return call(() -> blobs.replace(key, expectedTag, source));
    }

    @Override
    public void requireDeletes() {
        blobs.requireDeletes();
    }

    @Override
    public boolean delete(BlobKey key, @Nullable String expectedTag) {
        return call(() -> blobs.delete(key, expectedTag));
    }

    @Override
    public Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        return call(() -> blobs.list(bucket, prefix, after, delimiter, limit));
    }

    @Override
    public Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
        return call(() -> blobs.sizes(bucket, prefix, after, limit));
    }

    @Override
    public void close() {}
}
