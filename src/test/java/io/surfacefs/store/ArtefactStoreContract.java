package io.surfacefs.store;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.SBOM;
import static io.surfacefs.store.TestArtefacts.SCAN;
import static io.surfacefs.store.TestArtefacts.filled;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.put;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Source;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of artefacts keeps to, whatever lies under it. */
public abstract class ArtefactStoreContract {
    protected static final Duration GRACE = Duration.ofHours(1);

    protected final ManualClock clock = new ManualClock();
    private ArtefactStore store;

    /** Opens an empty store with a grace of an hour and a staged time to live of two. */
    protected abstract ArtefactStore open() throws Exception;

    /** The upkeep of the store that was opened. */
    protected abstract StoreUpkeep upkeep();

    /**
     * Flips a bit of an object at rest.
     *
     * @param at 0.0 for its first byte, below 1.0 for its last
     */
    protected abstract void damage(BlobKey name, double at) throws Exception;

    /**
     * The store that takes an index just as it is given. One far away, of which this is the far end, also finds an
     * artefact under what its source names.
     */
    protected ArtefactStore innermost() {
        return store;
    }

    @BeforeEach
    void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private static void assertCode(ErrorCode code, Runnable work) {
        assertEquals(code, assertThrows(SurfaceException.class, work::run).code());
    }

    private List<ArtefactKey> listed(Kind kind, Digest image, ScanId scan) {
        List<ArtefactKey> keys = new ArrayList<>();
        String after = "";
        while (after != null) {
            ArtefactStore.Page page =
                    store.page(new ArtefactStore.Query(ACME, kind, image, scan, after, 3, Long.MAX_VALUE));
            page.manifests().forEach(m -> keys.add(m.key()));
            after = page.next();
        }
        return keys;
    }

    @Test
    void whatWasPutIsFoundByItsKeyAndUnderItsImageAndScan() {
        byte[] payload = text(1, 5_000);
        ArtefactStore.Committed<ArtefactManifest> committed = put(store, payload);
        assertTrue(committed.created());
        assertEquals(committed.manifest(), store.manifest(key(payload)));
        assertArrayEquals(payload, read(store, key(payload)));
        assertEquals(List.of(key(payload)), listed(SBOM, null, null));
        assertEquals(List.of(key(payload)), listed(null, IMAGE, null));
        assertEquals(List.of(key(payload)), listed(null, null, SCAN));
        assertEquals(List.of(key(payload)), listed(SBOM, IMAGE, SCAN));
        assertEquals(List.of(), listed(new Kind("other"), IMAGE, SCAN));
        assertEquals(List.of(), listed(null, new Digest("2".repeat(64)), null));
    }

    @Test
    void anEmptyPayloadIsAPayload() {
        put(store, new byte[0]);
        assertArrayEquals(new byte[0], read(store, key(new byte[0])));
    }

    @Test
    void theFirstWriterWinsAndTheSecondIsShownWhatIsStored() {
        byte[] payload = text(2, 3_000);
        ArtefactManifest first = put(store, payload).manifest();
        ArtefactStore.Committed<ArtefactManifest> second = store.commit(
                key(payload),
                TestArtefacts.receivedEncodedElsewhere(payload),
                filled(key(payload), null),
                ArtefactStore.Index.NONE);
        assertFalse(second.created());
        assertEquals(first, second.manifest());
        assertArrayEquals(payload, read(store, key(payload)));
    }

    @Test
    void aSecondPutExtendsAnExpiryAndNeitherShortensNorSetsOne() {
        byte[] payload = text(3, 100);
        ArtefactKey key = key(payload);
        Timestamp middle = new Timestamp("2030-01-01T00:00:00Z");
        store.commit(key, received(payload), filled(key, middle), INDEX);
        Timestamp earlier = new Timestamp("2029-01-01T00:00:00Z");
        assertEquals(
                middle,
                store.commit(key, null, filled(key, earlier), INDEX).manifest().expiresAt());
        Timestamp later = new Timestamp("2031-01-01T00:00:00Z");
        assertEquals(
                later,
                store.commit(key, null, filled(key, later), INDEX).manifest().expiresAt());
        assertEquals(later, store.manifest(key).expiresAt());

        byte[] without = text(4, 100);
        put(store, without);
        assertNull(store.commit(key(without), null, filled(key(without), later), INDEX)
                .manifest()
                .expiresAt());
    }

    @Test
    void aSecondPutIsAlsoFoundUnderItsOwnImageAndScan() {
        byte[] payload = text(5, 100);
        put(store, payload);
        Digest image = new Digest("3".repeat(64));
        ScanId scan = new ScanId("scan-2");
        store.commit(
                key(payload), null, filled(key(payload), null), new ArtefactStore.Index(Set.of(image), Set.of(scan)));
        assertEquals(List.of(key(payload)), listed(null, image, null));
        assertEquals(List.of(key(payload)), listed(null, null, scan));
        assertEquals(List.of(key(payload)), listed(null, IMAGE, null));
    }

    @Test
    void theIndexSaysUnderWhatEverythingIsFoundPageByPage() {
        byte[] first = text(31, 100);
        byte[] second = text(32, 100);
        Digest image = ManifestCodec.digestOf(text(33, 10));
        store.commit(key(first), received(first), filled(key(first), null), INDEX);
        store.commit(
                key(second),
                received(second),
                filled(key(second), null),
                new ArtefactStore.Index(Set.of(image), Set.of(SCAN, new ScanId("another"))));
        store.commit(
                key(new Tenant("other"), first), received(first), filled(key(new Tenant("other"), first), null), INDEX);
        List<String> places = new ArrayList<>();
        String after = "";
        while (after != null) {
            ArtefactStore.IndexPage page = store.index(ACME, after, 2);
            assertTrue(page.entries().size() <= 2);
            page.entries().forEach(entry -> places.add(entry.place()));
            after = page.next();
        }
        assertEquals(places.stream().sorted().toList(), places);
        assertTrue(
                places.containsAll(List.of(
                        "image/" + IMAGE.hex() + "/" + SBOM + "/"
                                + key(first).digest().hex(),
                        "scan/" + SCAN + "/" + SBOM + "/" + key(first).digest().hex(),
                        "image/" + image.hex() + "/" + SBOM + "/"
                                + key(second).digest().hex(),
                        "scan/" + SCAN + "/" + SBOM + "/" + key(second).digest().hex(),
                        "scan/another/" + SBOM + "/" + key(second).digest().hex())),
                places::toString);
        assertEquals(List.of(), store.index(new Tenant("nobody"), "", 10).entries());
    }

    @Test
    void theGreatestVersionOfAKitStays() {
        StoreUpkeep upkeep = upkeep();
        assertTrue(upkeep.kitVersion(ACME).isEmpty());
        assertEquals(7, upkeep.kitImported(ACME, 7));
        assertEquals(7, upkeep.kitImported(ACME, 3));
        assertEquals(7, upkeep.kitVersion(ACME).getAsLong());
        assertEquals(9, upkeep.kitImported(ACME, 9));
        assertEquals(9, upkeep.kitVersion(ACME).getAsLong());
        assertTrue(upkeep.kitVersion(new Tenant("other")).isEmpty());
    }

    @Test
    void aStagedPayloadIsReadableButNotListedUntilItsManifestComes() {
        byte[] payload = text(6, 2_000);
        ArtefactKey key = key(payload);
        assertTrue(store.stage(key, received(payload)));
        assertFalse(store.stage(key, received(payload)));
        assertArrayEquals(payload, read(store, key));
        assertNull(store.manifest(key));
        assertEquals(List.of(key), store.missing(List.of(key)));
        assertEquals(List.of(), listed(null, null, null));
        assertTrue(store.commit(key, null, filled(key, null), INDEX).created());
        assertEquals(List.of(key), listed(null, null, null));
        assertEquals(List.of(), store.missing(List.of(key)));
        clock.advance(GRACE.multipliedBy(10));
        upkeep().sweep();
        assertArrayEquals(payload, read(store, key));
    }

    @Test
    void aStagedPayloadGoesAfterItsTimeAndNotBefore() {
        byte[] payload = text(7, 100);
        store.stage(key(payload), received(payload));
        clock.advance(GRACE);
        assertEquals(0, upkeep().sweep());
        assertArrayEquals(payload, read(store, key(payload)));
        clock.advance(GRACE);
        assertEquals(1, upkeep().sweep());
        assertNull(read(store, key(payload)));
    }

    @Test
    void aManifestWhosePayloadIsNeitherStoredNorSentIsRefusedAndChangesNothing() {
        byte[] payload = text(8, 100);
        assertCode(
                ErrorCode.PAYLOAD_MISSING, () -> store.commit(key(payload), null, filled(key(payload), null), INDEX));
        assertNull(store.manifest(key(payload)));
        assertEquals(List.of(), listed(null, IMAGE, null));
        store.stage(key(payload), received(payload));
        assertTrue(store.commit(key(payload), null, filled(key(payload), null), INDEX)
                .created());
    }

    @Test
    void whatWasDeletedIsGoneAtOnceAndItsObjectAfterTheGrace() {
        byte[] payload = text(9, 100);
        ArtefactKey key = key(payload);
        put(store, payload);
        assertTrue(store.delete(key));
        assertFalse(store.delete(key));
        assertNull(store.manifest(key));
        assertNull(read(store, key));
        assertEquals(List.of(), listed(null, IMAGE, null));
        assertCode(ErrorCode.PAYLOAD_MISSING, () -> store.commit(key, null, filled(key, null), INDEX));
        clock.advance(GRACE.minusSeconds(1));
        assertEquals(0, upkeep().sweep());
        clock.advance(Duration.ofSeconds(1));
        assertEquals(1, upkeep().sweep());
        assertTrue(put(store, payload).created());
        assertArrayEquals(payload, read(store, key));
    }

    @Test
    void whatIsPutAgainWithinTheGraceStays() {
        byte[] payload = text(10, 100);
        put(store, payload);
        store.delete(key(payload));
        assertTrue(put(store, payload).created());
        clock.advance(GRACE.multipliedBy(3));
        assertEquals(0, upkeep().sweep());
        assertArrayEquals(payload, read(store, key(payload)));
    }

    @Test
    void aDamagedPayloadIsNeverServedAndAPutHealsIt() throws Exception {
        byte[] payload = text(11, 4_000);
        ArtefactKey key = key(payload);
        put(store, payload);
        damage(BlobKey.cache(ObjectNames.payload(key)), 0.5);
        assertCode(ErrorCode.CORRUPT_OBJECT, () -> read(store, key));
        List<StoreUpkeep.Problem> problems = new ArrayList<>();
        assertEquals(1, upkeep().fsck(null, n -> {}, problems::add));
        assertEquals(1, problems.size());
        store.commit(key, TestArtefacts.receivedEncodedElsewhere(payload), filled(key, null), INDEX);
        assertArrayEquals(payload, read(store, key));
        problems.clear();
        upkeep().fsck(null, n -> {}, problems::add);
        assertEquals(List.of(), problems);
    }

    @Test
    void aDamagedManifestIsToldAsSuch() throws Exception {
        byte[] payload = text(12, 100);
        put(store, payload);
        damage(BlobKey.manifest(ObjectNames.manifest(key(payload))), 0);
        assertCode(ErrorCode.CORRUPT_OBJECT, () -> store.manifest(key(payload)));
    }

    @Test
    void aDamagedScanManifestIsMendedByAPutOfTheSame() throws Exception {
        ScanManifest manifest = scan("2026-02-03T00:00:00Z");
        store.putScan(manifest);
        damage(BlobKey.manifest(ObjectNames.manifest(manifest.key())), 0.5);
        assertCode(ErrorCode.CORRUPT_OBJECT, () -> store.manifest(manifest.key()));
        store.putScan(manifest);
        assertEquals(manifest, store.manifest(manifest.key()));
    }

    @Test
    void aDamagedManifestIsLeftOutOfPagesAndKeepsNoOtherOneFromThem() throws Exception {
        List<ArtefactKey> keys = new ArrayList<>();
        IntStream.range(0, 12)
                .forEach(i -> keys.add(put(store, text(300 + i, 50)).manifest().key()));
        keys.sort(Comparator.comparing(k -> k.digest().hex()));
        ScanManifest scan = scan("2026-02-01T00:00:00Z");
        ScanManifest damagedScan = scan("2026-02-02T00:00:00Z");
        store.putScan(scan);
        store.putScan(damagedScan);
        damage(BlobKey.manifest(ObjectNames.manifest(damagedScan.key())), 0);
        // The first one, more in a row than a page has room for, and the last one.
        List<ArtefactKey> sound = new ArrayList<>(keys);
        for (int i : List.of(11, 7, 6, 5, 4, 0)) {
            damage(BlobKey.manifest(ObjectNames.manifest(keys.get(i))), 0);
            sound.remove(i);
        }
        assertEquals(sound, listed(null, null, null));
        assertEquals(sound, listed(SBOM, null, null));
        assertEquals(sound, listed(null, IMAGE, null));
        assertEquals(sound, listed(SBOM, null, SCAN));
        assertEquals(sound, listed(null, IMAGE, SCAN));
        assertEquals(List.of(scan.key()), listed(Kind.SURFACE_MANIFEST, null, null));
        assertEquals(List.of(scan.key()), listed(Kind.SURFACE_MANIFEST, null, SCAN));
        assertCode(ErrorCode.CORRUPT_OBJECT, () -> store.manifest(keys.get(5)));
    }

    @Test
    void pagesComeInTheOrderOfTheBytesOfKindAndHexAndLoseNothing() {
        List<ArtefactKey> keys = new ArrayList<>();
        for (String kind : List.of("a", "a-b", "a.b", "ab", "a0")) {
            for (int i = 0; i < 4; i++) {
                byte[] payload = text(100 + i, 50);
                ArtefactKey key = new ArtefactKey(ACME, new Kind(kind), ManifestCodec.digestOf(payload));
                store.commit(key, received(payload), filled(key, null), INDEX);
                keys.add(key);
            }
        }
        keys.sort(Comparator.comparing(k -> k.kind() + "/" + k.digest().hex()));
        assertEquals(keys, listed(null, null, null));
        assertEquals(keys, listed(null, IMAGE, null));
        assertEquals(keys, listed(null, IMAGE, SCAN));
        assertEquals(
                keys.stream().filter(k -> k.kind().value().equals("a-b")).toList(),
                listed(new Kind("a-b"), null, null));
    }

    @Test
    void aPageEndsBeforeItsBytesPassTheLimitButHoldsAtLeastOne() {
        IntStream.range(0, 5).forEach(i -> put(store, text(200 + i, 50)));
        ArtefactStore.Page page = store.page(new ArtefactStore.Query(ACME, SBOM, null, null, "", 100, 10));
        assertEquals(1, page.manifests().size());
        assertNotNull(page.next());
        ArtefactStore.Page all = store.page(new ArtefactStore.Query(ACME, SBOM, null, null, "", 5, Long.MAX_VALUE));
        assertEquals(5, all.manifests().size());
        assertNull(all.next());
    }

    @Test
    void oneTenantNeverSeesAnothers() {
        byte[] payload = text(13, 100);
        put(store, payload);
        ArtefactKey other = key(new Tenant("acme.other"), payload);
        assertNull(store.manifest(other));
        assertNull(read(store, other));
        assertEquals(List.of(other), store.missing(List.of(other)));
        assertEquals(
                List.of(),
                store.page(new ArtefactStore.Query(other.tenant(), null, IMAGE, null, "", 10, Long.MAX_VALUE))
                        .manifests());
        assertTrue(store.commit(other, received(payload), filled(other, null), INDEX)
                .created());
    }

    @Test
    void missingAnswersInTheOrderOfTheQuestion() {
        List<ArtefactKey> keys =
                IntStream.range(0, 6).mapToObj(i -> key(text(300 + i, 40))).toList();
        put(store, text(301, 40));
        put(store, text(304, 40));
        List<ArtefactKey> asked = keys.reversed();
        assertEquals(
                asked.stream()
                        .filter(k -> !k.equals(keys.get(1)) && !k.equals(keys.get(4)))
                        .toList(),
                store.missing(asked));
    }

    private static ScanManifest scan(String generatedAt, ArtefactKey... listed) {
        StringBuilder json = new StringBuilder(
                "{\"imageDigest\":\"" + IMAGE + "\",\"generatedAt\":\"" + generatedAt + "\",\"artifacts\":[");
        for (ArtefactKey key : listed) {
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append("{\"kind\":\"" + key.kind() + "\",\"digest\":\"" + key.digest() + "\"}");
        }
        byte[] bytes = json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
        return TestArtefacts.CODEC
                .fillScan(TestArtefacts.CODEC.parse(bytes), ACME, SCAN, Instant.parse("2026-01-01T00:00:00Z"))
                .manifest();
    }

    @Test
    void ofSeveralScanManifestsTheLatestIsCurrentAndWhatTheyListIsIndexed() {
        byte[] payload = text(14, 100);
        ArtefactKey key = key(payload);
        innermost().commit(key, received(payload), filled(key, null), ArtefactStore.Index.NONE);
        assertEquals(List.of(), listed(null, null, SCAN));
        ScanManifest later = scan("2026-02-02T00:00:00Z", key);
        ScanManifest earlier = scan("2026-02-01T00:00:00Z", key, key(text(15, 1)));
        assertTrue(store.putScan(later).created());
        assertTrue(store.putScan(earlier).created());
        assertFalse(store.putScan(later).created());
        assertEquals(later, store.currentScan(ACME, SCAN));
        assertEquals(earlier, store.manifest(earlier.key()));
        assertEquals(List.of(key), listed(null, null, SCAN));
        assertEquals(
                List.of(earlier.key(), later.key()).stream()
                        .sorted(Comparator.comparing(k -> k.digest().hex()))
                        .toList(),
                listed(Kind.SURFACE_MANIFEST, null, SCAN));
        assertEquals(2, listed(Kind.SURFACE_MANIFEST, null, null).size());
        assertTrue(store.delete(later.key()));
        assertEquals(earlier, store.currentScan(ACME, SCAN));
        assertNull(store.currentScan(ACME, new ScanId("no-such-scan")));
    }

    @Test
    void aScanManifestKeepsWhoSignedItFirstUntilItGoes() throws Exception {
        byte[] byA = "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"AAAA\"}]}".getBytes(StandardCharsets.UTF_8);
        byte[] byB = "{\"signatures\":[{\"keyid\":\"b\",\"sig\":\"AAAA\"}]}".getBytes(StandardCharsets.UTF_8);
        ScanManifest scan = scan("2026-02-02T00:00:00Z");
        ScanManifest signed = scan.withSignatures(byA);
        assertEquals(signed, store.putScan(signed).manifest());
        assertEquals(signed, store.manifest(scan.key()));
        assertEquals(signed, store.currentScan(ACME, SCAN));
        ScanManifest again = store.putScan(scan.withSignatures(byB)).manifest();
        assertEquals(scan.digest(), again.digest());
        assertEquals(signed, store.manifest(scan.key()));
        assertEquals(List.of(scan.key()), listed(Kind.SURFACE_MANIFEST, null, null));
        List<StoreUpkeep.Problem> problems = new ArrayList<>();
        upkeep().fsck(null, seen -> {}, problems::add);
        assertEquals(List.of(), problems);
        assertTrue(store.delete(scan.key()));
        assertNull(store.manifest(scan.key()));
        ScanManifest unsigned = scan("2026-02-03T00:00:00Z");
        store.putScan(unsigned);
        assertEquals(unsigned, store.manifest(unsigned.key()));
    }

    @Test
    void anEnvelopeThatRottedIsToldKeepsItsManifestFromNobodyAndIsMendedByAPut() throws Exception {
        byte[] byA = "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"AAAA\"}]}".getBytes(StandardCharsets.UTF_8);
        ScanManifest scan = scan("2026-02-04T00:00:00Z");
        store.putScan(scan.withSignatures(byA));
        damage(BlobKey.manifest(ObjectNames.signature(scan.key())), 0);
        List<StoreUpkeep.Problem> problems = new ArrayList<>();
        upkeep().fsck(null, seen -> {}, problems::add);
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().toString().contains("SIGNATURE_INVALID"), problems::toString);
        assertNotNull(store.manifest(scan.key()));
        store.putScan(scan.withSignatures(byA));
        problems.clear();
        upkeep().fsck(null, seen -> {}, problems::add);
        assertEquals(List.of(), problems);
    }

    @Test
    void ofACacheEntryTheLastWriterWins() {
        CacheKey key = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);
        assertNull(store.cacheEntry(key));
        store.putCacheEntry(key, received(text(16, 300)));
        store.putCacheEntry(key, received(text(17, 400)));
        try (ArtefactStore.OpenEntry entry = store.cacheEntry(key)) {
            assertEquals(ManifestCodec.digestOf(text(17, 400)), entry.raw());
            assertEquals(400, entry.facts().rawSize());
        }
        assertTrue(store.deleteCacheEntry(key));
        assertFalse(store.deleteCacheEntry(key));
        assertNull(store.cacheEntry(key));
    }

    @Test
    void aDamagedCacheEntryIsAsGoodAsAbsent() throws Exception {
        CacheKey key = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);
        store.putCacheEntry(key, received(text(18, 300)));
        damage(BlobKey.cache(ObjectNames.cacheEntry(key)), 0.5);
        assertNull(store.cacheEntry(key));
        store.putCacheEntry(key, received(text(18, 300)));
        try (ArtefactStore.OpenEntry entry = store.cacheEntry(key)) {
            assertEquals(300, entry.facts().rawSize());
        }
    }

    @Test
    void ofManyWritersOfOneDigestInDifferentEncodingsExactlyOneCreatesIt() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 20; round++) {
                byte[] payload = text(400 + round, 600);
                ArtefactKey key = key(payload);
                List<Callable<Boolean>> writers = new ArrayList<>();
                for (int w = 0; w < 8; w++) {
                    ArtefactStore.Received upload =
                            w % 2 == 0 ? received(payload) : TestArtefacts.receivedEncodedElsewhere(payload);
                    String build = "writer-" + w;
                    writers.add(() -> store.commit(
                                    key,
                                    upload,
                                    facts -> TestArtefacts.CODEC.fill(
                                            null, key, new Source(build, IMAGE, SCAN), null, facts, clock.instant()),
                                    INDEX)
                            .created());
                }
                int created = 0;
                for (Future<Boolean> writer : threads.invokeAll(writers)) {
                    created += writer.get() ? 1 : 0;
                }
                assertEquals(1, created, "round " + round);
                assertArrayEquals(payload, read(store, key));
            }
        }
    }

    @Test
    void reindexAddsWhatManifestsNameAndDropsWhatDangles() {
        byte[] payload = text(19, 100);
        ArtefactKey key = key(payload);
        innermost().commit(key, received(payload), filled(key, null), ArtefactStore.Index.NONE);
        assertEquals(List.of(), listed(null, IMAGE, null));
        assertEquals(new StoreUpkeep.ReindexResult(1, 2, 0), upkeep().reindex(n -> {}));
        assertEquals(List.of(key), listed(null, IMAGE, null));
        store.delete(key);
        assertEquals(0, upkeep().reindex(n -> {}).dropped());
        clock.advance(Duration.ofDays(36_500));
        assertEquals(2, upkeep().reindex(n -> {}).dropped());
    }

    private long artefacts() {
        return upkeep().usage(ACME, n -> {})
                .getOrDefault(ACME.value(), StoreUpkeep.Usage.NONE)
                .artefacts();
    }

    @Test
    void retentionDropsWhatHasBeenExpiredForTheGraceAndNothingElse() {
        byte[] expiring = text(21, 100);
        byte[] lasting = text(22, 100);
        byte[] endless = text(23, 100);
        store.commit(
                key(expiring), received(expiring), filled(key(expiring), new Timestamp("2030-01-01T00:00:00Z")), INDEX);
        store.commit(
                key(lasting), received(lasting), filled(key(lasting), new Timestamp("2999-01-01T00:00:00Z")), INDEX);
        put(store, endless);
        assertEquals(0, upkeep().expire(Map.of(SBOM, Duration.ofDays(99_999)), n -> {}));
        clock.advance(Duration.ofDays(36_500));
        assertEquals(1, upkeep().expire(Map.of(SBOM, Duration.ZERO), n -> {}));
        assertEquals(2, artefacts());
        assertEquals(1, upkeep().expire(Map.of(SBOM, Duration.ofDays(30)), n -> {}));
        assertEquals(1, artefacts());
        assertEquals(0, upkeep().sweep(), "their payloads stay for the grace");
        clock.advance(GRACE);
        assertEquals(2, upkeep().sweep());
        assertArrayEquals(lasting, read(store, key(lasting)));
        assertEquals(0, upkeep().expire(Map.of(SBOM, Duration.ofDays(30)), n -> {}));
    }

    @Test
    void gcTouchesNothingThatHasAManifestOrIsYoung() {
        byte[] kept = text(20, 100);
        put(store, kept);
        clock.advance(Duration.ofDays(36_500));
        assertEquals(new StoreUpkeep.GcResult(0, 0), upkeep().gc(false, n -> {}));
        assertArrayEquals(kept, read(store, key(kept)));
    }

    @Test
    void usageIsToldByTenant() {
        put(store, text(21, 1_000));
        ArtefactKey other = key(new Tenant("other"), text(22, 2_000));
        store.commit(other, received(text(22, 2_000)), filled(other, null), INDEX);
        assertEquals(1_000, upkeep().usage(null, n -> {}).get("acme").rawBytes());
        assertEquals(2_000, upkeep().usage(null, n -> {}).get("other").rawBytes());
        assertEquals(Set.of("other"), upkeep().usage(other.tenant(), n -> {}).keySet());
    }
}
