package io.surfacefs.store;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.noise;
import static io.surfacefs.store.TestArtefacts.received;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of quotas over every blob store; several layouts over one are several replicas. */
public abstract class QuotaContract {
    /** Room for ten payloads of {@link #SIZE} and something. */
    protected static final long QUOTA = 105_000;

    protected static final int SIZE = 10_000;
    protected static final Duration GRACE = Duration.ofMinutes(10);
    protected static final Tenant FREE = new Tenant("free");
    private static final Pattern BYTES = Pattern.compile("\"bytes\":([0-9]+),\"(count|open)");

    protected final ManualClock clock = new ManualClock();
    protected BlobStore blobs;
    private final List<LayoutStore> replicas = new ArrayList<>();

    /** Opens an empty store. */
    protected abstract BlobStore openBlobs() throws IOException;

    /** Whether puts are conditional in one step, for any number of writers. */
    protected boolean forManyAtOnce() {
        return true;
    }

    @BeforeEach
    void openStore() throws IOException {
        blobs = openBlobs();
    }

    @AfterEach
    void closeStore() {
        blobs.close();
    }

    /** A replica whose tenant {@code acme} has this quota; the other tenant has none. */
    protected LayoutStore replica(long quota) {
        BlobStore shared = new Borrowed(blobs);
        LayoutStore replica = new LayoutStore(
                shared,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(60), true, false)
                        .withQuotas(Map.of(ACME, quota)),
                clock,
                Events.NONE);
        replicas.add(replica);
        return replica;
    }

    /** What is stored of the tenant, in bytes, by looking. */
    protected long stored() {
        long bytes = 0;
        for (String prefix : List.of("tenants/acme/", "cache/")) {
            for (BlobStore.Sized object :
                    blobs.sizes(BlobKey.Bucket.CACHE, prefix, "", 10_000).objects()) {
                boolean counts = object.name().endsWith(".zst")
                        && (prefix.startsWith("tenants/") || object.name().contains("/acme/"));
                bytes += counts ? object.size() : 0;
            }
        }
        return bytes;
    }

    /** What the store believes that the tenant has. */
    protected long believed() {
        BlobStore.Content usage = blobs.read(BlobKey.manifest("system/usage/acme.json"), 1 << 20);
        assertNotNull(usage);
        Matcher bytes = BYTES.matcher(new String(usage.bytes(), StandardCharsets.UTF_8));
        assertTrue(bytes.find());
        return Long.parseLong(bytes.group(1));
    }

    protected static void assertRefused(Runnable put) {
        SurfaceException refused = assertThrows(SurfaceException.class, put::run);
        assertEquals(ErrorCode.QUOTA_EXCEEDED, refused.code());
    }

    private static int fill(ArtefactStore store, int from) {
        int n = from;
        while (true) {
            try {
                TestArtefacts.put(store, noise(n, SIZE));
            } catch (SurfaceException e) {
                assertEquals(ErrorCode.QUOTA_EXCEEDED, e.code());
                return n;
            }
            n++;
            assertTrue(n < from + 100, "nothing is refused");
        }
    }

    private static CacheKey entry(Tenant tenant, int n) {
        return new CacheKey(tenant, new Namespace("memo"), new Digest(String.format("%064d", n)));
    }

    @Test
    void whatPassesTheQuotaIsRefusedAndLeavesNothingAndWhatFitsIsTaken() {
        LayoutStore store = replica(QUOTA);
        assertEquals(10, fill(store, 0));
        long before = stored();
        byte[] large = noise(99, SIZE);
        assertRefused(() -> store.stage(key(large), received(large)));
        assertRefused(() -> store.putCacheEntry(entry(ACME, 1), received(large)));
        assertEquals(before, stored());
        assertNull(store.manifest(key(large)));
        assertNull(store.facts(key(large)));
        assertNull(store.cacheEntry(entry(ACME, 1)));
        byte[] small = noise(100, 1_000);
        assertTrue(TestArtefacts.put(store, small).created());
        assertArrayEquals(small, TestArtefacts.read(store, key(small)));
        assertTrue(stored() <= QUOTA);
        assertTrue(store.commit(
                        key(FREE, large),
                        received(large),
                        TestArtefacts.filled(key(FREE, large), null),
                        ArtefactStore.Index.NONE)
                .created());
    }

    @Test
    void whatAddsNothingIsTakenAlsoWhenTheQuotaIsUsedUp() {
        LayoutStore store = replica(QUOTA);
        byte[] staged = noise(50, SIZE);
        assertTrue(store.stage(key(staged), received(staged)));
        store.putCacheEntry(entry(ACME, 1), received(noise(51, SIZE)));
        fill(store, 0);
        byte[] known = noise(0, SIZE);
        Timestamp later = new Timestamp("2099-01-01T00:00:00Z");
        assertFalse(TestArtefacts.put(store, known).created());
        assertFalse(store.commit(
                        key(known), received(known), TestArtefacts.filled(key(known), later), ArtefactStore.Index.NONE)
                .created());
        assertFalse(store.stage(key(staged), received(staged)));
        assertTrue(store.commit(key(staged), null, TestArtefacts.filled(key(staged), null), ArtefactStore.Index.NONE)
                .created());
        store.putCacheEntry(entry(ACME, 1), received(noise(52, SIZE)));
        assertRefused(() -> store.putCacheEntry(entry(ACME, 1), received(noise(53, 2 * SIZE))));
        store.upkeep().settleQuotas();
        assertEquals(stored(), believed());
    }

    @Test
    void whatIsDroppedMakesRoomAsSoonAsItsBytesAreGone() {
        LayoutStore store = replica(QUOTA);
        int next = fill(store, 0);
        store.delete(key(noise(0, SIZE)));
        assertRefused(() -> TestArtefacts.put(store, noise(next, SIZE)));
        clock.advance(GRACE);
        assertEquals(1, store.upkeep().sweep());
        assertTrue(TestArtefacts.put(store, noise(next, SIZE)).created());
        assertRefused(() -> TestArtefacts.put(store, noise(next + 1, SIZE)));
    }

    @Test
    void aCacheEntryThatIsDeletedOrShrinksMakesRoom() {
        LayoutStore store = replica(QUOTA);
        store.putCacheEntry(entry(ACME, 1), received(noise(51, SIZE)));
        store.putCacheEntry(entry(ACME, 2), received(noise(52, SIZE)));
        int next = fill(store, 0);
        assertTrue(store.deleteCacheEntry(entry(ACME, 1)));
        store.putCacheEntry(entry(ACME, 2), received(noise(53, 10)));
        store.upkeep().settleQuotas();
        assertEquals(stored(), believed());
        assertEquals(next + 2, fill(store, next));
    }

    @Test
    void whatACountHasMissedAlreadyIsNotSubtractedFromItAgain() {
        LayoutStore drops = replica(QUOTA);
        LayoutStore counts = replica(QUOTA);
        for (int n = 0; n < 3; n++) {
            drops.putCacheEntry(entry(ACME, n), received(noise(50 + n, SIZE)));
        }
        drops.upkeep().settleQuotas();
        assertTrue(drops.deleteCacheEntry(entry(ACME, 0))); // and is not told yet
        counts.upkeep().countQuotas();
        drops.upkeep().settleQuotas();
        assertEquals(stored(), believed());
        assertTrue(drops.deleteCacheEntry(entry(ACME, 1)));
        drops.upkeep().settleQuotas();
        assertEquals(stored(), believed(), "what is dropped after it is");
        LayoutStore fresh = replica(QUOTA);
        assertTrue(fresh.deleteCacheEntry(entry(ACME, 2)));
        fresh.upkeep().settleQuotas();
        assertEquals(stored(), believed(), "also by who has only just come");
    }

    @Test
    void replicasShareOneQuotaAndWhoStartsAgainKnowsWhatThereIs() {
        LayoutStore first = replica(QUOTA);
        LayoutStore second = replica(QUOTA);
        for (int n = 0; n < 8; n++) {
            TestArtefacts.put(n % 2 == 0 ? first : second, noise(n, SIZE));
        }
        first.close();
        second.close();
        assertEquals(stored(), believed());
        LayoutStore again = replica(QUOTA);
        assertEquals(10, fill(again, 8));
        assertRefused(() -> TestArtefacts.put(replica(QUOTA), noise(10, SIZE)));
    }

    @Test
    void whatAProcessDiesWithIsRoomAgainAfterCounts() {
        LayoutStore dies = replica(QUOTA);
        TestArtefacts.put(dies, noise(0, SIZE));
        TestArtefacts.put(dies, noise(1, 50));
        LayoutStore lives = replica(QUOTA);
        lives.upkeep().countQuotas();
        assertTrue(believed() > stored(), "what the dead one took ahead");
        clock.advance(Duration.ofHours(1));
        lives.upkeep().countQuotas();
        assertEquals(stored(), believed());
    }

    @Test
    void aStoreThatIsGivenAQuotaLaterIsCountedAndNotAgainBeforeItIsTime() {
        LayoutStore unbounded = replica(Long.MAX_VALUE);
        fill(replica(QUOTA), 0);
        unbounded.putCacheEntry(entry(ACME, 1), received(noise(50, SIZE)));
        unbounded.putCacheEntry(entry(FREE, 1), received(noise(50, SIZE)));
        blobs.delete(BlobKey.manifest("system/usage/acme.json"), null);
        LayoutStore store = replica(QUOTA);
        store.upkeep().countQuotas();
        assertEquals(stored(), believed());
        assertRefused(() -> TestArtefacts.put(store, noise(99, SIZE)));
        blobs.delete(BlobKey.cache(io.surfacefs.model.ObjectNames.cacheEntry(entry(ACME, 1))), null);
        store.upkeep().countQuotas();
        assertTrue(believed() > stored(), "nobody looks again yet");
        clock.advance(Duration.ofHours(1));
        store.upkeep().countQuotas();
        assertEquals(stored(), believed());
    }

    @Test
    void aUsageObjectThatCantBeReadIsCountedAnew() {
        LayoutStore store = replica(QUOTA);
        fill(store, 0);
        store.close();
        blobs.replace(BlobKey.manifest("system/usage/acme.json"), null, new BlobSource.Bytes(new byte[] {'{'}));
        LayoutStore again = replica(QUOTA);
        again.upkeep().countQuotas();
        assertEquals(stored(), believed());
        assertRefused(() -> TestArtefacts.put(again, noise(99, SIZE)));
    }

    @Test
    void manyPutsAtOnceOnSeveralReplicasNeverPassTheQuotaAndUseItUp() throws Exception {
        if (!forManyAtOnce()) {
            return;
        }
        List<LayoutStore> three = List.of(replica(QUOTA), replica(QUOTA), replica(QUOTA));
        int taken = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            List<Callable<Boolean>> puts = new ArrayList<>();
            for (int n = 0; n < 60; n++) {
                LayoutStore replica = three.get(n % 3);
                byte[] payload = noise(n / 2, SIZE / 2); // each twice, on two replicas
                puts.add(() -> {
                    try {
                        return TestArtefacts.put(replica, payload).created();
                    } catch (SurfaceException e) {
                        assertEquals(ErrorCode.QUOTA_EXCEEDED, e.code());
                        return false;
                    }
                });
            }
            for (Future<Boolean> put : threads.invokeAll(puts)) {
                taken += put.get() ? 1 : 0;
            }
        }
        assertTrue(stored() <= QUOTA, () -> stored() + " bytes");
        assertTrue(taken > 0);
        three.forEach(LayoutStore::close);
        assertEquals(stored(), believed());
        fill(replica(QUOTA), 1_000);
        assertTrue(stored() <= QUOTA && stored() > QUOTA - 2 * SIZE, () -> stored() + " bytes");
    }

    /** Objects that a replica doesn't close when it ends. */
    private record Borrowed(BlobStore blobs) implements BlobStore {
        @Override
        public Head head(BlobKey key) {
            return blobs.head(key);
        }

        @Override
        public Opened open(BlobKey key, long size) {
            return blobs.open(key, size);
        }

        @Override
        public Content read(BlobKey key, int maxBytes) {
            return blobs.read(key, maxBytes);
        }

        @Override
        public PutResult putAllIfAbsent(List<Put> puts) {
            return blobs.putAllIfAbsent(puts);
        }

        @Override
        public boolean replace(BlobKey key, String expectedTag, BlobSource source) {
            return blobs.replace(key, expectedTag, source);
        }

        @Override
        public boolean delete(BlobKey key, String expectedTag) {
            return blobs.delete(key, expectedTag);
        }

        @Override
        public Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
            return blobs.list(bucket, prefix, after, delimiter, limit);
        }

        @Override
        public Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
            return blobs.sizes(bucket, prefix, after, limit);
        }

        @Override
        public void close() {}
    }
}
