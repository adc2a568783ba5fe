package io.surfacefs.cache;

import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** A store of objects by name, that may fail, break off and lie. */
class FakeStore {
    final Map<CacheName, byte[]> objects = new ConcurrentHashMap<>();
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    volatile ErrorCode failure;
    volatile long breakAt = Long.MAX_VALUE;
    volatile boolean lies;
    volatile long expires;
    volatile Runnable beforeOpen = () -> {};
    volatile LongConsumer beforeRead = at -> {};

    Source.Origin origin(CacheName name) {
        return () -> open(name);
    }

    Source source(CacheName name) {
        return open(name);
    }

    /** An object at hand. */
    static Source source(byte[] bytes) {
        FakeStore store = new FakeStore();
        CacheName name = CacheRig.name(0);
        store.objects.put(name, bytes);
        return store.source(name);
    }

    private Source open(CacheName name) {
        opened.incrementAndGet();
        beforeOpen.run();
        if (failure != null) {
            throw new SurfaceException(failure, "the test's store fails");
        }
        byte[] bytes = objects.get(name);
        if (bytes == null) {
            return null;
        }
        open.incrementAndGet();
        Digest digest = Hashes.sha256(bytes);
        return new Source(new Bytes(bytes), digest, expires, new byte[] {7, 7});
    }

    private final class Bytes implements StoredBytes {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            beforeRead.accept(position);
            if (position >= breakAt) {
                throw new IOException("connection reset");
            }
            if (position >= bytes.length) {
                return -1;
            }
            int n = (int) Math.min(length, bytes.length - position);
            System.arraycopy(bytes, (int) position, target, offset, n);
            if (lies && position + n == bytes.length && n > 0) {
                target[offset + n / 2] ^= 1;
            }
            return n;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody came");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
