package io.surfacefs.store.faults;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Objects of a store that is late, fails, breaks off and gives wrong bytes on purpose, so that an operator can see on a
 * good day what a bad one is like. It stands below everything that checks, tries again or gives up. What is stored
 * stays right: only requests and reads are spoiled. Thread-safe.
 */
public final class RehearsedBlobs implements BlobStore {
    private final BlobStore blobs;
    private final RehearsalSettings settings;
    private final Random dice;

    /** Spoils what comes from {@code blobs}, and closes it when it is closed. */
    public RehearsedBlobs(BlobStore blobs, RehearsalSettings settings) {
        this.blobs = blobs;
        this.settings = settings;
        this.dice = new Random(settings.seed());
    }

    private boolean falls(double share) {
        return share > 0 && dice.nextDouble() < share;
    }

    private <T extends @Nullable Object> T spoiled(Supplier<T> work) {
        delay(settings.latency());
        if (falls(settings.errors())) {
            throw new StoreFault(StoreFault.Reason.SERVER, "this is a rehearsal", null);
        }
        return work.get();
    }

    private static void delay(Duration latency) {
        if (!latency.isPositive()) {
            return;
        }
        try {
            Thread.sleep(latency);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreFault(StoreFault.Reason.TIMEOUT, "this is a rehearsal", e);
        }
    }

    /** A look at the same store, spoiled as any request. */
    public StoreProbe probe(StoreProbe probe) {
        return () -> spoiled(() -> {
            probe.look();
            return Boolean.TRUE;
        });
    }

    /** Bytes of which reads break off, or come wrong. */
    private final class SpoiledBytes implements StoredBytes {
        private final StoredBytes bytes;

        SpoiledBytes(StoredBytes bytes) {
            this.bytes = bytes;
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
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            if (falls(settings.cuts())) {
                throw new StoreFault(StoreFault.Reason.PARTIAL_BODY, "this is a rehearsal", null);
            }
            int n = bytes.read(position, target, offset, length);
            if (n > 0 && falls(settings.torn())) {
                target[offset + n / 2] ^= 1;
            }
            return n;
        }

        @Override
        public void close() {
            bytes.close();
        }
    }

    @Override
    public @Nullable Head head(BlobKey key) {
        return spoiled(() -> blobs.head(key));
    }

    @Override
    public @Nullable Opened open(BlobKey key, long size) {
        Opened opened = spoiled(() -> blobs.open(key, size));
        return opened == null ? null : new Opened(new SpoiledBytes(opened.bytes()), opened.head());
    }

    @Override
    public @Nullable Content read(BlobKey key, int maxBytes) {
        return spoiled(() -> blobs.read(key, maxBytes));
    }

    @Override
    public PutResult putAllIfAbsent(List<Put> puts) {
        return spoiled(() -> blobs.putAllIfAbsent(puts));
    }

    @Override
    public boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source) {
        return spoiled(() -> blobs.replace(key, expectedTag, source));
    }

    @Override
    public void requireDeletes() {
        blobs.requireDeletes();
    }

    @Override
    public boolean delete(BlobKey key, @Nullable String expectedTag) {
        return spoiled(() -> blobs.delete(key, expectedTag));
    }

    @Override
    public Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        return spoiled(() -> blobs.list(bucket, prefix, after, delimiter, limit));
    }

    @Override
    public Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
        return spoiled(() -> blobs.sizes(bucket, prefix, after, limit));
    }

    @Override
    public void close() {
        blobs.close();
    }
}
