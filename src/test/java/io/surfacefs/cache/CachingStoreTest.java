package io.surfacefs.cache;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.Prefetch;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the cache gives while the store is there, gone, and changed by another. */
class CachingStoreTest {
    private static final byte[] PAYLOAD = TestArtefacts.text(1, 5_000);
    private static final ArtefactKey KEY = TestArtefacts.key(PAYLOAD);
    private static final CacheKey MEMO = new CacheKey(ACME, new Namespace("entrytrace.graph"), KEY.digest());

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private volatile ErrorCode outage;
    private volatile Runnable onCall = () -> {};
    private CacheRig rig;
    private final List<String> looked = new CopyOnWriteArrayList<>();
    private LayoutStore truth;
    private CachingStore store;

    @BeforeEach
    void open() throws Exception {
        rig = new CacheRig();
        truth = new LayoutStore(
                new MemoryBlobStore(rig.clock),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(Duration.ofHours(1), Duration.ofHours(2), Duration.ofSeconds(15), true),
                rig.clock,
                Events.NONE);
        openCache();
    }

    private void openCache() throws Exception {
        store = new CachingStore(
                watched(truth),
                rig.open(CacheSettings.of(64L * CacheRig.KIB * CacheRig.KIB)),
                TestArtefacts.CODEC,
                CacheRig.POLICY,
                new Events() {
                    @Override
                    public void manifestLookup(Tier tier, Tenant tenant, boolean hit) {
                        looked.add(tier + " " + hit);
                    }
                });
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        rig.remove();
    }

    /** The store, each call written down, and failing while there is an outage. */
    private ArtefactStore watched(ArtefactStore real) {
        return (ArtefactStore) Proxy.newProxyInstance(
                ArtefactStore.class.getClassLoader(), new Class<?>[] {ArtefactStore.class}, (proxy, method, args) -> {
                    if (outage != null && !method.getName().equals("close")) {
                        throw new SurfaceException(outage, "the test's outage");
                    }
                    onCall.run();
                    asked.add(method.getName());
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void settle() {
        while (!store.idle()) {
            Thread.onSpinWait();
        }
        rig.settle();
    }

    /** Time passes; what is just being written is done before, or the disk would look stuck. */
    private void pass(Duration time) {
        settle();
        rig.nanos.addAndGet(time.toNanos());
    }

    private static ErrorCode code(Runnable work) {
        return assertThrows(SurfaceException.class, work::run).code();
    }

    @Test
    void whatWasPutHereIsReadHereWithoutTheStore() {
        TestArtefacts.put(store, PAYLOAD);
        settle();
        asked.clear();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        assertNotNull(store.manifest(KEY));
        assertEquals(List.of(), store.missing(List.of(KEY)));
        assertEquals(List.of(), List.copyOf(asked));
    }

    @Test
    void whatAnotherPutIsFetchedOnceAndThenReadHere() {
        TestArtefacts.put(truth, PAYLOAD);
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        settle();
        asked.clear();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        assertEquals(List.of(), List.copyOf(asked));
    }

    @ParameterizedTest
    @ValueSource(ints = {1_025, SignedForm.MAX_SIGNATURES})
    void aScanManifestIsKeptWithAllSignaturesThatItMayHave(int bytes) {
        ScanManifest scan = signed(bytes);
        truth.putScan(scan);
        assertEquals(scan, store.manifest(scan.key()));
        assertEquals(scan, store.currentScan(ACME, TestArtefacts.SCAN));
        settle();
        asked.clear();
        assertEquals(scan, store.manifest(scan.key()));
        assertEquals(scan, store.currentScan(ACME, TestArtefacts.SCAN));
        assertEquals(List.of(), List.copyOf(asked));
    }

    /** A scan manifest whose signatures have so many bytes. */
    private static ScanManifest signed(int bytes) {
        String json = "{\"imageDigest\":\"" + TestArtefacts.IMAGE
                + "\",\"generatedAt\":\"2026-02-02T00:00:00Z\",\"artifacts\":[]}";
        ScanManifest scan = TestArtefacts.CODEC
                .fillScan(
                        TestArtefacts.CODEC.parse(json.getBytes(StandardCharsets.UTF_8)),
                        ACME,
                        TestArtefacts.SCAN,
                        Instant.parse("2026-02-02T00:00:00Z"))
                .manifest();
        String begin = "{\"signatures\":[{\"keyid\":\"";
        String end = "\",\"sig\":\"AAAA\"}]}";
        String keyId = "k".repeat(bytes - begin.length() - end.length());
        return scan.withSignatures((begin + keyId + end).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theDiskAndTheStoreEachTellOnceWhatTheyHad() {
        TestArtefacts.put(truth, PAYLOAD);
        assertNotNull(store.manifest(KEY));
        settle();
        assertEquals(List.of("DISK false", "STORE true"), looked);
        looked.clear();
        assertNotNull(store.manifest(KEY));
        assertEquals(List.of("DISK true"), looked);
        looked.clear();
        pass(Duration.ofSeconds(31));
        assertNotNull(store.manifest(KEY));
        settle();
        assertEquals(List.of("DISK false", "STORE true"), looked);
        looked.clear();
        ArtefactKey absent = new ArtefactKey(ACME, KEY.kind(), new Digest("0".repeat(64)));
        assertNull(store.manifest(absent));
        assertEquals(List.of("DISK false", "STORE false"), looked);
    }

    @Test
    void afterItsAgeAManifestIsAskedForAgainAndNotFetchedIfItIsTheSame() {
        TestArtefacts.put(truth, PAYLOAD);
        TestArtefacts.read(store, KEY);
        settle();
        pass(Duration.ofSeconds(31));
        asked.clear();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        settle();
        assertEquals(List.of("manifest"), List.copyOf(asked));
        asked.clear();
        assertNotNull(store.manifest(KEY));
        assertEquals(List.of(), List.copyOf(asked));
    }

    @Test
    void whatAnotherDeletedIsServedForItsAgeAtMost() {
        TestArtefacts.put(store, PAYLOAD);
        settle();
        truth.delete(KEY);
        pass(Duration.ofSeconds(31));
        assertEquals(List.of(KEY), store.missing(List.of(KEY)));
        assertNull(store.manifest(KEY));
        assertNull(TestArtefacts.read(store, KEY));
        settle();
        assertEquals(0, rig.engine().stat().entries());
    }

    /** A clock that jumps hours back, years back, and forward again counts for nobody's age. */
    @ParameterizedTest
    @ValueSource(longs = {-6, -24 * 365 * 30, 6})
    void whereTheClockJumpsNothingIsServedTooLongAndNothingGoes(long hours) throws Exception {
        byte[] other = TestArtefacts.text(3, 4_000);
        lasting(truth);
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        settle();
        assertNull(store.manifest(TestArtefacts.key(other)));
        int entries = rig.engine().stat().entries();
        rig.clock.advance(Duration.ofHours(hours));

        asked.clear();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        assertNull(store.manifest(TestArtefacts.key(other)));
        assertEquals(List.of(), List.copyOf(asked), "what is young stays young");
        rig.engine().maintain();
        assertEquals(entries, rig.engine().stat().entries());

        TestArtefacts.put(truth, other);
        pass(Fills.ABSENT_FOR.plusMillis(1));
        assertNotNull(store.manifest(TestArtefacts.key(other)));
        truth.delete(KEY);
        pass(Duration.ofSeconds(31));
        assertNull(store.manifest(KEY));
        assertNull(TestArtefacts.read(store, KEY));
        settle();

        lasting(store);
        settle();
        rig.clock.advance(Duration.ofHours(-hours));
        rig.engine().maintain();
        asked.clear();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        assertEquals(List.of(), List.copyOf(asked));
        rig.engine().close();
        openCache();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        settle();
        assertEquals(0, rig.quarantined.get());
    }

    private static void lasting(ArtefactStore into) {
        Timestamp end = new Timestamp("2090-01-01T00:00:00Z");
        into.commit(KEY, TestArtefacts.received(PAYLOAD), TestArtefacts.filled(KEY, end), INDEX);
    }

    private byte[] readBoth(ArtefactKey key) {
        try (ArtefactStore.Artefact found = store.artefact(key)) {
            assertEquals(found.manifest() == null, found.payload() == null);
            return found.payload() == null ? null : TestArtefacts.raw(found.payload());
        }
    }

    @Test
    void whoMissesBothAsksOneQuestionHoweverManyTheyAreAndBothAreKept() throws Exception {
        TestArtefacts.put(truth, PAYLOAD);
        List<Future<byte[]>> read = new ArrayList<>();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                read.add(readers.submit(() -> readBoth(KEY)));
            }
        }
        for (Future<byte[]> one : read) {
            assertArrayEquals(PAYLOAD, one.get());
        }
        settle();
        assertArrayEquals(PAYLOAD, readBoth(KEY));
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        assertEquals(List.of("artefact"), List.copyOf(asked));
        assertEquals(2, rig.engine().stat().entries());
    }

    @Test
    void ofWhatTheStoreHasNotNothingIsGivenAndAStagedPayloadIs() {
        assertNull(readBoth(KEY));
        settle();
        pass(Duration.ofMillis(1001));
        truth.stage(KEY, TestArtefacts.received(PAYLOAD));
        try (ArtefactStore.Artefact found = store.artefact(KEY)) {
            assertNull(found.manifest());
            assertArrayEquals(PAYLOAD, TestArtefacts.raw(found.payload()));
        }
    }

    @Test
    void wrongBytesThatCameWithTheirManifestAreNeitherGivenNorKept() throws Exception {
        store.close();
        MemoryBlobStore blobs = new MemoryBlobStore(rig.clock);
        truth = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(Duration.ofHours(1), Duration.ofHours(2), Duration.ofSeconds(15), false, true),
                rig.clock,
                Events.NONE);
        openCache();
        TestArtefacts.put(truth, PAYLOAD);
        blobs.damage(BlobKey.cache(ObjectNames.payload(KEY)), 0.5);
        assertEquals(ErrorCode.CORRUPT_OBJECT, code(() -> readBoth(KEY)));
        settle();
        assertEquals(0, rig.engine().stat().entries());
    }

    @Test
    void whatIsDeletedHereIsGoneAtOnce() {
        TestArtefacts.put(store, PAYLOAD);
        settle();
        assertTrue(store.delete(KEY));
        assertNull(store.manifest(KEY));
        assertNull(TestArtefacts.read(store, KEY));
        assertEquals(List.of(KEY), store.missing(List.of(KEY)));
        TestArtefacts.put(store, PAYLOAD);
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
    }

    @Test
    void aLaterExpiryIsSeenAtOnce() {
        Timestamp first = new Timestamp("2030-01-01T00:00:00Z");
        store.commit(KEY, TestArtefacts.received(PAYLOAD), TestArtefacts.filled(KEY, first), INDEX);
        settle();
        Timestamp later = new Timestamp("2031-01-01T00:00:00Z");
        store.commit(KEY, null, TestArtefacts.filled(KEY, later), INDEX);
        assertEquals(later, ((ArtefactManifest) store.manifest(KEY)).expiresAt());
    }

    @Test
    void inAnOutageWhatIsHereIsGivenHoweverOldAndTheRestFailsWithTheStoresCode() throws Exception {
        TestArtefacts.put(truth, PAYLOAD);
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        settle();
        rig.engine().close();
        openCache();
        pass(Duration.ofHours(3));
        byte[] unknown = TestArtefacts.text(2, 100);
        for (ErrorCode code : new ErrorCode[] {ErrorCode.STORE_UNAVAILABLE, ErrorCode.STORE_TIMEOUT}) {
            outage = code;
            assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
            assertEquals(code, code(() -> store.manifest(TestArtefacts.key(unknown))));
            assertEquals(code, code(() -> store.payload(TestArtefacts.key(unknown))));
            assertEquals(code, code(() -> store.missing(List.of(KEY))), "never from older knowledge");
        }
        outage = null;
        assertEquals(List.of(), store.missing(List.of(KEY)));
    }

    @Test
    void aManifestWhosePayloadIsNowhereIsDroppedAndNotFound() {
        TestArtefacts.put(truth, PAYLOAD);
        assertNotNull(store.manifest(KEY));
        settle();
        truth.delete(KEY);
        rig.clock.advance(Duration.ofHours(3));
        truth.upkeep().sweep();
        assertNull(TestArtefacts.read(store, KEY));
        assertNull(store.manifest(KEY));
    }

    @Test
    void thatThereIsNoneIsAskedOnceASecond() {
        assertNull(store.manifest(KEY));
        settle();
        asked.clear();
        assertNull(store.manifest(KEY));
        assertEquals(List.of(), List.copyOf(asked));
        pass(Duration.ofMillis(1001));
        TestArtefacts.put(truth, PAYLOAD);
        assertNotNull(store.manifest(KEY));
    }

    @Test
    void memosAreKeptAskedForAgainAndAbsentInAnOutage() throws Exception {
        truth.putCacheEntry(MEMO, TestArtefacts.received(PAYLOAD));
        readMemo();
        settle();
        asked.clear();
        readMemo();
        assertEquals(List.of(), List.copyOf(asked));
        pass(Duration.ofSeconds(31));
        readMemo();
        assertEquals(List.of("cacheEntry"), List.copyOf(asked));
        outage = ErrorCode.STORE_UNAVAILABLE;
        pass(Duration.ofSeconds(31));
        readMemo();
        assertNull(store.cacheEntry(new CacheKey(ACME, new Namespace("other"), KEY.digest())));
        outage = null;
        byte[] newer = TestArtefacts.text(9, 700);
        store.putCacheEntry(MEMO, TestArtefacts.received(newer));
        try (ArtefactStore.OpenEntry entry = store.cacheEntry(MEMO)) {
            assertNotNull(entry);
            assertEquals(newer.length, entry.facts().rawSize());
            assertEquals(TestArtefacts.key(newer).digest(), entry.raw());
        }
        assertTrue(store.deleteCacheEntry(MEMO));
        assertNull(store.cacheEntry(MEMO));
    }

    @Test
    void aMemoIsNotGivenToWhomTheStoreRefuses() {
        truth.putCacheEntry(MEMO, TestArtefacts.received(PAYLOAD));
        readMemo();
        pass(Duration.ofSeconds(31));
        for (ErrorCode refusal : List.of(ErrorCode.PERMISSION_DENIED, ErrorCode.OVERLOADED)) {
            outage = refusal;
            assertEquals(refusal, code(() -> store.cacheEntry(MEMO)));
        }
        outage = null;
        readMemo();
    }

    @Test
    void whoJoinsAQuestionIsNotRefusedForWhoAskedIt() throws Exception {
        TestArtefacts.put(truth, PAYLOAD);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        onCall = () -> {
            if (OnBehalf.authorization().equals(Optional.of("stranger"))) {
                begun.countDown();
                FakeStore.await(go);
                throw new SurfaceException(ErrorCode.PERMISSION_DENIED, "the test's refusal");
            }
        };
        AtomicReference<ErrorCode> refused = new AtomicReference<>();
        AtomicReference<Manifest> given = new AtomicReference<>();
        Thread stranger = Thread.ofPlatform().start(() -> {
            OnBehalf.of("stranger");
            refused.set(code(() -> store.manifest(KEY)));
        });
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        Thread known = Thread.ofPlatform().start(() -> {
            OnBehalf.of("known");
            given.set(store.manifest(KEY));
        });
        while (known.getState() != Thread.State.TIMED_WAITING && known.isAlive()) {
            Thread.onSpinWait();
        }
        go.countDown();
        stranger.join();
        known.join();
        assertEquals(ErrorCode.PERMISSION_DENIED, refused.get());
        assertEquals(KEY, given.get().key());
    }

    private void readMemo() {
        try (ArtefactStore.OpenEntry entry = store.cacheEntry(MEMO)) {
            assertNotNull(entry);
            assertEquals(KEY.digest(), entry.raw());
            assertEquals(PAYLOAD.length, entry.facts().rawSize());
        }
    }

    @Test
    void prefetchBringsWhatIsNotHere() {
        TestArtefacts.put(truth, PAYLOAD);
        byte[] unknown = TestArtefacts.text(2, 100);
        List<ArtefactKey> keys = List.of(KEY, TestArtefacts.key(unknown));
        Prefetch prefetch = store.prefetch(2);
        assertEquals(List.of(Prefetch.Result.FETCHED, Prefetch.Result.MISSING), prefetch.prefetch(keys));
        settle();
        assertEquals(List.of(Prefetch.Result.PRESENT, Prefetch.Result.MISSING), prefetch.prefetch(keys));
        asked.clear();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
        assertFalse(asked.contains("payload"));
    }

    @Test
    void bytesThatTheStoreReplacedAreNotTakenForTheOldOnes() {
        TestArtefacts.put(truth, PAYLOAD);
        TestArtefacts.read(store, KEY);
        settle();
        truth.delete(KEY);
        rig.clock.advance(Duration.ofHours(3));
        truth.upkeep().sweep();
        ArtefactStore.Received other = TestArtefacts.receivedEncodedElsewhere(PAYLOAD);
        truth.commit(KEY, other, TestArtefacts.filled(KEY, null), INDEX);
        pass(Duration.ofSeconds(31));
        try (ArtefactStore.OpenPayload open = store.payload(KEY)) {
            assertNotNull(open);
            assertEquals(other.facts().storedDigest(), open.facts().storedDigest());
        }
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY));
    }
}
