package io.surfacefs.store.layout;

import static io.surfacefs.store.TestArtefacts.INDEX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.HeapBytes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.TestArtefacts;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Manifest and payload of a store that is far away, asked for at a time. */
class AheadTest {
    private static final byte[] PAYLOAD = TestArtefacts.text(1, 5_000);
    private static final ArtefactKey KEY = TestArtefacts.key(PAYLOAD);

    private final AtomicInteger open = new AtomicInteger();
    private volatile Runnable beforeManifest = () -> {};
    private volatile Runnable beforePayload = () -> {};
    private volatile Runnable afterPayload = () -> {};

    private final MemoryBlobStore blobs = new MemoryBlobStore(Clock.systemUTC()) {
        @Override
        public @Nullable Content read(BlobKey key, int maxBytes) {
            if (key.name().equals(ObjectNames.manifest(KEY))) {
                beforeManifest.run();
            }
            return super.read(key, maxBytes);
        }

        @Override
        public @Nullable Opened open(BlobKey key, long size) {
            beforePayload.run();
            Opened opened = super.open(key, size);
            afterPayload.run();
            if (opened == null) {
                return null;
            }
            open.incrementAndGet();
            return new Opened(counted(opened.bytes()), opened.head());
        }
    };

    private final LayoutStore store = new LayoutStore(
            blobs,
            TestArtefacts.CODEC,
            TestArtefacts.VERIFIER,
            new LayoutSettings(Duration.ofHours(1), Duration.ofHours(2), Duration.ofSeconds(15), true, true),
            Clock.systemUTC(),
            Events.NONE);

    private StoredBytes counted(StoredBytes bytes) {
        HeapBytes heap = (HeapBytes) bytes;
        return new StoredBytes() {
            @Override
            public long size() {
                return heap.size();
            }

            @Override
            public int read(long position, byte[] target, int offset, int length) {
                return heap.read(position, target, offset, length);
            }

            @Override
            public void close() {
                open.decrementAndGet();
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new StoreFault(StoreFault.Reason.TIMEOUT, "the other was not asked for at the same time", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreFault(StoreFault.Reason.GIVEN_UP, null, e);
        }
    }

    private byte @Nullable [] read() {
        try (ArtefactStore.Artefact found = store.artefact(KEY)) {
            return found.payload() == null ? null : TestArtefacts.raw(found.payload());
        }
    }

    @Test
    void neitherWaitsForTheOther() {
        TestArtefacts.put(store, PAYLOAD);
        CountDownLatch both = new CountDownLatch(2);
        Runnable meet = () -> {
            both.countDown();
            await(both);
        };
        beforeManifest = meet;
        beforePayload = meet;
        assertArrayEquals(PAYLOAD, read());
        assertEquals(0, open.get());
    }

    @Test
    void aPayloadWithoutAManifestIsNotGivenUnlessItIsStaged() {
        TestArtefacts.put(store, PAYLOAD);
        assertTrue(store.delete(KEY));
        assertNotNull(blobs.peek(BlobKey.cache(ObjectNames.payload(KEY))), "its object goes after the grace");
        assertNull(read());
        assertEquals(0, open.get());
        store.stage(KEY, TestArtefacts.received(PAYLOAD));
        try (ArtefactStore.Artefact found = store.artefact(KEY)) {
            assertNull(found.manifest());
            assertArrayEquals(PAYLOAD, TestArtefacts.raw(found.payload()));
        }
        assertEquals(0, open.get());
    }

    @Test
    void whatWasPutBetweenTheTwoQuestionsIsFoundByItsManifest() {
        CountDownLatch looked = new CountDownLatch(1);
        afterPayload = looked::countDown;
        AtomicInteger times = new AtomicInteger();
        beforeManifest = () -> {
            if (times.getAndIncrement() == 0) {
                await(looked);
                TestArtefacts.put(store, PAYLOAD);
            }
        };
        assertArrayEquals(PAYLOAD, read());
        assertEquals(0, open.get());
    }

    @Test
    void aPayloadThatIsAnotherThanTheManifestMeansIsNotGiven() {
        TestArtefacts.put(store, PAYLOAD);
        blobs.damage(BlobKey.cache(ObjectNames.payload(KEY)), 0.5);
        assertEquals(
                ErrorCode.CORRUPT_OBJECT,
                assertThrows(SurfaceException.class, this::read).code());
        assertEquals(0, open.get());
        store.commit(KEY, TestArtefacts.received(PAYLOAD), TestArtefacts.filled(KEY, null), INDEX);
        assertArrayEquals(PAYLOAD, read());
    }

    @Test
    void whereOneCannotBeAskedForTheOtherIsGivenUp() {
        TestArtefacts.put(store, PAYLOAD);
        CountDownLatch opened = new CountDownLatch(1);
        afterPayload = opened::countDown;
        beforeManifest = () -> {
            await(opened);
            throw new StoreFault(StoreFault.Reason.TIMEOUT, "the test's outage", null);
        };
        assertThrows(StoreFault.class, this::read);
        beforeManifest = () -> {};
        beforePayload = () -> {
            throw new StoreFault(StoreFault.Reason.TIMEOUT, "the test's outage", null);
        };
        assertThrows(StoreFault.class, this::read);
        beforePayload = () -> {};
        assertArrayEquals(PAYLOAD, read());
    }
}
