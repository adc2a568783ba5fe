package io.surfacefs.service;

import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.POOL;
import static io.surfacefs.store.TestArtefacts.SBOM;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.codec.UploadLimits;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Representation;
import io.surfacefs.model.Source;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.IntakeArea;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.fs.RealDisk;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ArtefactServiceTest {
    private final ManualClock clock = new ManualClock();
    private final Access access = new Access(null);
    private final TenantAccess reading = access.admit(Caller.LOCAL, "acme", Right.READ);
    private final TenantAccess writing = access.admit(Caller.LOCAL, "acme", Right.WRITE);
    private final TenantAccess deleting = access.admit(Caller.LOCAL, "acme", Right.DELETE);

    @TempDir
    Path folder;

    private final List<String> tellings = new ArrayList<>();
    private final Events told = new Events() {
        @Override
        public void timed(Op op, Tenant tenant, String outcome, long nanos) {
            tellings.add(op + " " + tenant + " " + outcome);
        }

        @Override
        public void manifestLookup(Tier tier, Tenant tenant, boolean hit) {
            tellings.add(tier + " " + tenant + " " + hit);
        }
    };

    private MemoryBlobStore blobs;
    private ArtefactService service;

    @BeforeEach
    void open() {
        blobs = new MemoryBlobStore(clock);
        service = service(DeletePolicy.ANY, 2);
    }

    private ArtefactService service(DeletePolicy deletes, int concurrentPuts) {
        LayoutStore store = new LayoutStore(
                blobs, TestArtefacts.CODEC, TestArtefacts.VERIFIER, LayoutSettings.DEFAULT, clock, Events.NONE);
        Intakes intakes = new Intakes(
                new UploadEncoder(POOL, UploadLimits.DEFAULT),
                new IntakeArea(new RealDisk(1), folder, 1 << 20),
                concurrentPuts);
        HotTier hot = new HotTier(1 << 20, Duration.ofMinutes(1));
        return new ArtefactService(store, TestArtefacts.CODEC, intakes, hot, POOL, deletes, clock, told);
    }

    private static void assertCode(ErrorCode code, Executable work) {
        assertEquals(code, assertThrows(SurfaceException.class, work).code());
    }

    private static Upload upload(byte[] payload, Digest declared) {
        return new Upload(SBOM, declared, null, Representation.IDENTITY, Map.of(), new ByteArrayInputStream(payload));
    }

    private static PutRequest request(Timestamp expiresAt, Duration ttl, byte[] manifest) {
        return new PutRequest(
                SBOM, null, null, new Source("b", IMAGE, null), Set.of(), Set.of(), expiresAt, ttl, manifest);
    }

    private ItemKey put(byte[] payload) throws IOException {
        try (ReceivedPayload received = service.receive(writing, upload(payload, null))) {
            service.put(writing, request(null, null, null), received);
            return new ItemKey(SBOM, received.digest());
        }
    }

    @Test
    void bytesThatHashToAnotherDigestAreRefusedAndKeepNothing() throws IOException {
        byte[] payload = text(1, 100);
        Digest other = new Digest("0".repeat(64));
        assertCode(ErrorCode.DIGEST_MISMATCH, () -> service.receive(writing, upload(payload, other)));
        assertEquals(List.of(), blobs.names(BlobKey.Bucket.CACHE));
        try (ReceivedPayload received = service.receive(writing, upload(payload, ManifestCodec.digestOf(payload)))) {
            assertTrue(service.put(writing, request(null, null, null), received).created());
            assertCode(ErrorCode.DIGEST_MISMATCH, () -> service.putPayload(writing, SBOM, other, received));
        }
    }

    @Test
    void whatIsDeletedIsGoneFromMemoryTooAtOnce() throws IOException {
        ItemKey key = put(text(2, 100));
        assertNotNull(service.hotManifest(reading, key));
        service.payload(reading, key, Representation.IDENTITY).close();
        assertArrayEquals(
                text(2, 100),
                service.hotPayload(reading, key, Representation.IDENTITY).copy());
        service.delete(deleting, key);
        assertNull(service.hotManifest(reading, key));
        assertNull(service.hotPayload(reading, key, Representation.IDENTITY));
        assertCode(ErrorCode.NOT_FOUND, () -> service.manifest(reading, key));
        assertCode(ErrorCode.NOT_FOUND, () -> service.payload(reading, key));
        assertCode(ErrorCode.NOT_FOUND, () -> service.delete(deleting, key));
    }

    @Test
    void aReadThatMemoryAnswersIsToldLikeAnyOther() throws IOException {
        ItemKey key = put(text(2, 100));
        service.payload(reading, key, Representation.IDENTITY).close();
        tellings.clear();
        assertNotNull(service.hotManifest(reading, key));
        assertNotNull(service.hotPayload(reading, key, Representation.IDENTITY));
        assertEquals(
                List.of("MEMORY acme true", "MANIFEST_GET acme ok", "MEMORY acme true", "PAYLOAD_GET acme ok"),
                tellings);
    }

    @Test
    void whatMemoryDoesNotHaveIsToldOnceByWhoLooksFurther() {
        ItemKey absent = new ItemKey(SBOM, new Digest("0".repeat(64)));
        assertNull(service.hotManifest(reading, absent));
        assertEquals(List.of(), tellings);
        assertCode(ErrorCode.NOT_FOUND, () -> service.manifest(reading, absent));
        assertEquals(List.of("MEMORY acme false", "STORE acme false", "MANIFEST_GET acme not_found"), tellings);
    }

    @Test
    void aPayloadThatIsBeingSentOutlivesItsEviction() throws IOException {
        ItemKey key = put(text(12, 100));
        service.payload(reading, key, Representation.IDENTITY).close();
        HotObject found = service.hotPayload(reading, key, Representation.IDENTITY);
        assertTrue(found.take());
        ByteBuf sent = found.slice(0, 100);
        service.delete(deleting, key);
        ItemKey next = put(text(14, 100));
        service.payload(reading, next, Representation.IDENTITY).close();
        assertArrayEquals(text(12, 100), ByteBufUtil.getBytes(sent));
        found.giveBack();
        assertFalse(found.take(), "its memory may be another's by now");
        assertNull(found.copy());
        assertArrayEquals(
                text(14, 100),
                service.hotPayload(reading, next, Representation.IDENTITY).copy());
    }

    @Test
    void whatIsKnownToBeThereIsAskedForAgainWhenItIsOld() {
        AtomicLong time = new AtomicLong();
        HotTier hot = new HotTier(1 << 20, Duration.ofSeconds(30), time::get);
        ArtefactKey key = TestArtefacts.key(text(13, 100));
        hot.keepPresent(key, hot.now(), Duration.ZERO, hot.epoch(key));
        time.addAndGet(Duration.ofSeconds(30).toNanos());
        assertTrue(hot.present(key));
        time.addAndGet(1);
        assertFalse(hot.present(key));
        long before = hot.epoch(key);
        hot.forget(key);
        hot.keepPresent(key, hot.now(), Duration.ZERO, before);
        assertFalse(hot.present(key), "the store was asked before the delete");
        hot.keepPresent(key, hot.now(), Duration.ZERO, hot.epoch(key));
        assertTrue(hot.present(key));
    }

    @Test
    void whatWasOldWhenItWasReadIsOlderInMemory() {
        AtomicLong time = new AtomicLong();
        HotTier hot = new HotTier(1 << 20, Duration.ofSeconds(30), time::get);
        ArtefactKey key = TestArtefacts.key(text(16, 100));
        hot.keepPresent(key, hot.now(), Duration.ofSeconds(20), hot.epoch(key));
        time.addAndGet(Duration.ofSeconds(10).toNanos());
        assertTrue(hot.present(key));
        time.addAndGet(1);
        assertFalse(hot.present(key));
        hot.keepPresent(key, hot.now(), Duration.ofDays(36_500), hot.epoch(key));
        assertTrue(hot.present(key), "what was too old was asked for anew");
        ArtefactManifest manifest = TestArtefacts.filled(key, null)
                .make(TestArtefacts.received(text(16, 100)).facts());
        hot.forget(key);
        hot.keep(manifest, hot.now() - Duration.ofDays(36_500).toNanos(), hot.epoch(key));
        assertNull(hot.manifest(key));
        assertFalse(hot.present(key), "what is given in an outage however old it is proves nothing");
    }

    @Test
    void aReaderThatReadBeforeADeleteKeepsNothingAfterIt() {
        HotTier hot = new HotTier(1 << 20, Duration.ofMinutes(1));
        byte[] payload = text(3, 100);
        ArtefactKey key = TestArtefacts.key(payload);
        ArtefactManifest manifest = TestArtefacts.filled(key, null)
                .make(TestArtefacts.received(payload).facts());
        long before = hot.epoch(key);
        hot.forget(key);
        hot.keep(manifest, hot.now(), before);
        assertNull(hot.manifest(key));
        hot.keep(manifest, hot.now(), hot.epoch(key));
        assertEquals(manifest, hot.manifest(key));
    }

    @Test
    void whatMayBeDeletedIsWhatRetentionSays() throws IOException {
        ItemKey key = put(text(4, 100));
        assertCode(
                ErrorCode.RETENTION_FORBIDS,
                () -> service(DeletePolicy.NEVER, 1).delete(deleting, key));
        ArtefactService expired = service(DeletePolicy.EXPIRED, 1);
        assertCode(ErrorCode.RETENTION_FORBIDS, () -> expired.delete(deleting, key));
        try (ReceivedPayload received = service.receive(writing, upload(text(5, 100), null))) {
            service.put(writing, request(null, Duration.ofHours(1), null), received);
            ItemKey limited = new ItemKey(SBOM, received.digest());
            assertCode(ErrorCode.RETENTION_FORBIDS, () -> expired.delete(deleting, limited));
            clock.advance(Duration.ofHours(2));
            expired.delete(deleting, limited);
            assertCode(ErrorCode.NOT_FOUND, () -> service(DeletePolicy.NEVER, 1).delete(deleting, limited));
        }
    }

    @Test
    void aPageTokenCountsOnlyForItsTenantAndFilters() throws IOException {
        for (int i = 0; i < 4; i++) {
            put(text(10 + i, 50));
        }
        ArtefactService.ListRequest first = list(SBOM, null, "");
        String token = service.list(reading, first).nextPageToken();
        assertNotNull(token);
        assertEquals(
                2, service.list(reading, list(SBOM, null, token)).manifests().size());
        TenantAccess other = access.admit(Caller.LOCAL, "other", Right.READ);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.list(other, list(SBOM, null, token)));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.list(reading, list(null, null, token)));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.list(reading, list(SBOM, IMAGE, token)));
        String all = service.list(reading, list(null, null, "")).nextPageToken();
        assertNotNull(all);
        assertEquals(2, service.list(reading, list(null, null, all)).manifests().size());
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.list(reading, list(new Kind("null"), null, all)));
        for (String forged : List.of("x", "AAAA", token + "A", token.substring(1), "%%%", "A".repeat(5000))) {
            assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.list(reading, list(SBOM, null, forged)));
        }
    }

    @Test
    void aPageTokenIsGoodAtEveryReplicaOfAStoreAndAtNoOtherStore() throws IOException {
        MemoryBlobStore shared = blobs;
        ArtefactService replica = service(DeletePolicy.NEVER, 1);
        blobs = new MemoryBlobStore(clock);
        ArtefactService elsewhere = service(DeletePolicy.NEVER, 1);
        for (int i = 0; i < 3; i++) {
            put(text(30 + i, 50));
        }
        String token = service.list(reading, list(SBOM, null, "")).nextPageToken();
        assertNotNull(token);
        assertEquals(
                1, replica.list(reading, list(SBOM, null, token)).manifests().size());
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> elsewhere.list(reading, list(SBOM, null, token)));
        blobs = shared;
        ArtefactService restarted = service(DeletePolicy.NEVER, 1);
        assertEquals(
                1, restarted.list(reading, list(SBOM, null, token)).manifests().size());
    }

    @Test
    void aListingBeginsBehindAPlaceAndBehindNothingElse() throws IOException {
        ItemKey first = put(text(40, 50));
        ArtefactService.ListRequest all = list(SBOM, null, "");
        assertEquals(1, service.list(reading, all).manifests().size());
        String place = SBOM + "/" + first.digest().hex();
        assertEquals(List.of(), service.list(reading, all.behind(place)).manifests());
        for (String other : List.of(
                "x", "../acme", SBOM + "/", place + "0", "/" + first.digest().hex())) {
            assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.list(reading, all.behind(other)));
        }
    }

    private static ArtefactService.ListRequest list(Kind kind, Digest image, String token) {
        return new ArtefactService.ListRequest(kind, image, null, 2, token, Long.MAX_VALUE);
    }

    @Test
    void pagesAndBatchesHaveBounds() throws IOException {
        ItemKey key = put(text(20, 50));
        for (int size : new int[] {-1, 501}) {
            assertCode(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> service.list(
                            reading, new ArtefactService.ListRequest(null, null, null, size, "", Long.MAX_VALUE)));
        }
        List<ItemKey> keys =
                new ArrayList<>(IntStream.range(0, 1_000).mapToObj(i -> key).toList());
        assertEquals(List.of(), service.findMissing(reading, keys));
        keys.add(key);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.findMissing(reading, keys));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.batchGet(reading, keys, item -> {}));
        assertCode(
                ErrorCode.INVALID_ARGUMENT,
                () -> new PrefetchService(service, null, Events.NONE).prefetch(reading, keys));
        assertCode(
                ErrorCode.INVALID_ARGUMENT,
                () -> new PrefetchService(service, none -> List.of(), Events.NONE).prefetch(reading, keys));
    }

    @Test
    void aPointerToAnotherTenantsKeyIsRefused() throws IOException {
        byte[] payload = text(21, 50);
        put(payload);
        ArtefactKey mine = TestArtefacts.key(payload);
        assertEquals(
                mine, service.resolve(reading, ObjectNames.payloadUri(mine)).key());
        ArtefactKey theirs = new ArtefactKey(new Tenant("other"), SBOM, mine.digest());
        assertCode(ErrorCode.PERMISSION_DENIED, () -> service.resolve(reading, ObjectNames.manifestUri(theirs)));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.resolve(reading, "cas://surface-cache/format.json"));
    }

    @Test
    void noMorePutsThanAllowedAreTakenInAtATime() throws IOException {
        ReceivedPayload one = service.receive(writing, upload(text(22, 50), null));
        ReceivedPayload two = service.receive(writing, upload(text(23, 50), null));
        assertCode(ErrorCode.OVERLOADED, () -> service.receive(writing, upload(text(24, 50), null)));
        one.close();
        service.receive(writing, upload(text(24, 50), null)).close();
        two.close();
    }

    @Test
    void anUploadThatBreaksOffGivesItsPlaceBack() throws IOException {
        for (int i = 0; i < 5; i++) {
            Upload broken = new Upload(
                    SBOM, null, null, Representation.ZSTD, Map.of(), new ByteArrayInputStream(new byte[] {1, 2, 3}));
            assertCode(ErrorCode.MALFORMED_ENCODING, () -> service.receive(writing, broken));
        }
        assertTrue(service.receive(writing, upload(text(25, 50), null)).facts().rawSize() == 50);
    }

    @Test
    void anExpiryIsGivenInOneWayAndInTheFuture() throws IOException {
        try (ReceivedPayload received = service.receive(writing, upload(text(26, 50), null))) {
            Timestamp at = new Timestamp("2030-01-01T00:00:00Z");
            assertCode(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> service.put(writing, request(at, Duration.ofDays(1), null), received));
            assertCode(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> service.put(writing, request(null, Duration.ZERO, null), received));
            assertEquals(
                    "2026-01-02T00:00:00Z",
                    String.valueOf(service.put(writing, request(null, Duration.ofDays(1), null), received)
                            .manifest()
                            .expiresAt()));
        }
    }

    @Test
    void theKindOfScanManifestsTakesNoPayload() throws IOException {
        Upload upload = new Upload(
                Kind.SURFACE_MANIFEST,
                null,
                null,
                Representation.IDENTITY,
                Map.of(),
                new ByteArrayInputStream(new byte[1]));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> service.receive(writing, upload));
        try (ReceivedPayload received = service.receive(writing, upload(text(27, 50), null))) {
            assertCode(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> service.putPayload(writing, Kind.SURFACE_MANIFEST, received.digest(), received));
            assertTrue(service.putPayload(writing, SBOM, received.digest(), received));
        }
    }

    @Test
    void theManifestsOwnWordsGoBeforeTheRequests() throws IOException {
        byte[] payload = text(28, 50);
        String json = "{\"tenant\":\"acme\",\"kind\":\"sbom.fragment\",\"digest\":\"" + ManifestCodec.digestOf(payload)
                + "\",\"storage\":{\"contentType\":\"application/x+zstd\"},\"mine\":{\"b\":1}}";
        try (ReceivedPayload received = service.receive(writing, upload(payload, null))) {
            ArtefactManifest manifest = (ArtefactManifest)
                    service.put(writing, request(null, null, json.getBytes(StandardCharsets.UTF_8)), received)
                            .manifest();
            assertEquals("application/x", manifest.payload().contentType().value());
            assertTrue(new String(manifest.canonical(), StandardCharsets.UTF_8).contains("\"mine\":{\"b\":1}"));
            String wrong = json.replace("acme", "other");
            assertCode(
                    ErrorCode.TENANT_MISMATCH,
                    () -> service.put(writing, request(null, null, wrong.getBytes(StandardCharsets.UTF_8)), received));
        }
    }

    @Test
    void oneInstanceOfOneTenantServesNoOther() {
        Access pinned = new Access(new Tenant("acme"));
        assertEquals(
                "acme", pinned.admit(Caller.LOCAL, "acme", Right.READ).tenant().value());
        assertCode(ErrorCode.TENANT_MISMATCH, () -> pinned.admit(Caller.LOCAL, "other", Right.READ));
        assertCode(ErrorCode.TENANT_REQUIRED, () -> access.admit(Caller.LOCAL, "", Right.READ));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> access.admit(Caller.LOCAL, "../acme", Right.READ));
        assertCode(
                ErrorCode.TENANT_MISMATCH, () -> access.admit(Caller.LOCAL, "acme", List.of("acme", "x"), Right.READ));
        assertFalse(access.admit(Caller.LOCAL, "acme", List.of("acme"), Right.READ)
                .tenant()
                .value()
                .isEmpty());
    }
}
