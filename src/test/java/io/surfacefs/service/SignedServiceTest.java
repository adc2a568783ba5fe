package io.surfacefs.service;

import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.POOL;
import static io.surfacefs.store.TestArtefacts.SBOM;
import static io.surfacefs.store.TestArtefacts.SCAN;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.codec.UploadLimits;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Source;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.signing.MountedKey;
import io.surfacefs.signing.SigningKey;
import io.surfacefs.signing.TestKeys;
import io.surfacefs.signing.TrustFolder;
import io.surfacefs.signing.TrustFolders;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a service signs, and what it takes and gives by its policy. */
class SignedServiceTest {
    private static final String SCAN_JSON =
            "{\"artifacts\":[],\"generatedAt\":\"2026-02-01T00:00:00Z\",\"source\":{\"component\":\"c\"}}";

    private static final byte[] EXPIRING =
            "{\"kind\":\"sbom.fragment\",\"expiresAt\":\"2026-03-01T00:00:00Z\"}".getBytes(StandardCharsets.UTF_8);

    private final ManualClock clock = new ManualClock();
    private final Access access = new Access(null);
    private final TenantAccess reading = access.admit(Caller.LOCAL, "acme", Right.READ);
    private final TenantAccess writing = access.admit(Caller.LOCAL, "acme", Right.WRITE);
    private final AtomicLong nanos = new AtomicLong(1);
    private final List<String> told = new ArrayList<>();

    @TempDir
    Path folder;

    private MemoryBlobStore blobs;
    private LayoutStore store;
    private TestKeys keys;
    private TrustFolder trust;

    @BeforeEach
    void open() throws IOException {
        blobs = new MemoryBlobStore(clock);
        store = new LayoutStore(
                blobs, TestArtefacts.CODEC, TestArtefacts.VERIFIER, LayoutSettings.DEFAULT, clock, Events.NONE);
        keys = new TestKeys(folder.resolve("keys"));
        keys.make("site-a", true);
        trust = TrustFolders.open(keys.trusted(), nanos::get);
    }

    private Signing signing(String key, SignatureGate.Policy policy, boolean othersSign) throws IOException {
        Events events = new Events() {
            @Override
            public void unsigned(ArtefactKey which, String why, boolean refused) {
                told.add((refused ? "refused: " : "warned: ") + why);
            }
        };
        return new Signing(
                key == null ? null : MountedKey.open(keys.file(key), null, e -> {}),
                policy == SignatureGate.Policy.OFF
                        ? SignatureGate.OFF
                        : new SignatureGate(policy, trust, othersSign, events));
    }

    private ArtefactService service(Signing signing) {
        Intakes intakes = new Intakes(
                new UploadEncoder(POOL, UploadLimits.DEFAULT),
                new IntakeArea(new RealDisk(1), folder.resolve("intake"), 1 << 20),
                2);
        HotTier hot = new HotTier(1 << 20, Duration.ofMinutes(1));
        return new ArtefactService(
                store, TestArtefacts.CODEC, intakes, hot, POOL, DeletePolicy.ANY, clock, Events.NONE, signing);
    }

    private ArtefactService service(String key, SignatureGate.Policy policy) throws IOException {
        return service(signing(key, policy, false));
    }

    private ScanService scans(String key, SignatureGate.Policy policy) throws IOException {
        return new ScanService(store, TestArtefacts.CODEC, clock, signing(key, policy, false));
    }

    private static Upload upload(byte[] payload) {
        return new Upload(SBOM, null, null, Representation.IDENTITY, Map.of(), new ByteArrayInputStream(payload));
    }

    private static PutRequest request(byte[] manifest) {
        return new PutRequest(SBOM, null, null, new Source("b", IMAGE, null), Set.of(), Set.of(), null, null, manifest);
    }

    private ItemKey put(ArtefactService service, byte[] payload) throws IOException {
        return put(service, payload, null);
    }

    private ItemKey put(ArtefactService service, byte[] payload, byte[] manifest) throws IOException {
        try (ReceivedPayload received = service.receive(writing, upload(payload))) {
            service.put(writing, request(manifest), received);
            return new ItemKey(SBOM, received.digest());
        }
    }

    private static String refused(Executable work) {
        SurfaceException refusal = assertThrows(SurfaceException.class, work);
        assertEquals(ErrorCode.SIGNATURE_INVALID, refusal.code());
        return refusal.getMessage();
    }

    @Test
    void whatIsPutWhereThereIsAKeyIsSignedAndGivenWhereASignatureIsWanted() throws IOException {
        ItemKey key = put(service("site-a", SignatureGate.Policy.OFF), text(1, 100));
        ArtefactService strict = service(null, SignatureGate.Policy.REQUIRE);
        assertNotNull(strict.manifest(reading, key));
        strict.payload(reading, key, Representation.IDENTITY).close();
        assertEquals(
                1,
                strict.list(reading, new ArtefactService.ListRequest(SBOM, null, null, 0, "", 1 << 20))
                        .manifests()
                        .size());
    }

    @Test
    void neitherManifestNorPayloadIsGivenThatNobodySigned() throws IOException {
        ItemKey key = put(service(null, SignatureGate.Policy.OFF), text(2, 100));
        ArtefactService strict = service(null, SignatureGate.Policy.REQUIRE);
        assertTrue(refused(() -> strict.manifest(reading, key)).contains("nobody signed it"));
        refused(() -> strict.payload(reading, key));
        refused(() -> strict.payload(reading, key, Representation.IDENTITY));
        assertNull(strict.hotManifest(reading, key));
        List<ErrorCode> codes = new ArrayList<>();
        strict.batchGet(reading, List.of(key), item -> codes.add(item.code()));
        assertEquals(List.of(ErrorCode.SIGNATURE_INVALID), codes);
        assertEquals(
                List.of(),
                strict.list(reading, new ArtefactService.ListRequest(SBOM, null, null, 0, "", 1 << 20))
                        .manifests());
        ArtefactService warned = service(null, SignatureGate.Policy.WARN);
        told.clear();
        assertNotNull(warned.manifest(reading, key));
        assertEquals(List.of("warned: nobody signed it"), told);
        warned.payload(reading, key).close();
    }

    @Test
    void whatNobodyTrustedSignedDoesNotComeInAndChangesNothing() throws IOException {
        ArtefactService strict = service(null, SignatureGate.Policy.REQUIRE);
        List<String> before = blobs.names(BlobKey.Bucket.MANIFEST);
        refused(() -> put(strict, text(3, 100)));
        keys.make("stranger", false);
        ArtefactService stranger = service("stranger", SignatureGate.Policy.REQUIRE);
        assertTrue(refused(() -> put(stranger, text(3, 100))).contains("'stranger'"));
        assertEquals(before, blobs.names(BlobKey.Bucket.MANIFEST));
        assertEquals(List.of(), blobs.names(BlobKey.Bucket.CACHE));
        put(service("site-a", SignatureGate.Policy.REQUIRE), text(3, 100));
    }

    @Test
    void aPutOntoWhatNobodyTrustedSignedIsRefusedAndAddsNothingToIt() throws IOException {
        ItemKey key = put(service(null, SignatureGate.Policy.OFF), text(3, 100), EXPIRING);
        Manifest stored = store.manifest(writing.key(SBOM, key.digest()));
        List<String> before = blobs.names(BlobKey.Bucket.MANIFEST);
        ArtefactService strict = service("site-a", SignatureGate.Policy.REQUIRE);
        assertTrue(refused(() -> putLater(strict, key)).contains("nobody signed it"));
        assertEquals(before, blobs.names(BlobKey.Bucket.MANIFEST), "the index grew");
        assertEquals(stored, store.manifest(writing.key(SBOM, key.digest())), "the expiry grew");
        assertEquals(List.of("refused: nobody signed it"), told);
        told.clear();
        putLater(service("site-a", SignatureGate.Policy.WARN), key);
        assertEquals(List.of("warned: nobody signed it"), told);
        assertNotEquals(before, blobs.names(BlobKey.Bucket.MANIFEST));
        assertNotEquals(stored, store.manifest(writing.key(SBOM, key.digest())));
    }

    /** Puts the manifest of a stored payload once more, of another image and to be kept for longer. */
    private void putLater(ArtefactService service, ItemKey key) {
        service.put(
                writing,
                new PutRequest(
                        SBOM,
                        key.digest(),
                        null,
                        new Source("b", new Digest("2".repeat(64)), null),
                        Set.of(),
                        Set.of(),
                        new Timestamp("2026-04-01T00:00:00Z"),
                        null,
                        null),
                null);
    }

    @Test
    void aCopyIsNotSignedHereAndSoRefusedWhereNobodySignedIt() throws IOException {
        ArtefactService strict = service("site-a", SignatureGate.Policy.REQUIRE);
        try (ReceivedPayload received = strict.receive(writing, upload(text(4, 100)))) {
            refused(() -> strict.copy(writing, request(null), received));
            assertTrue(strict.put(writing, request(null), received).created());
        }
    }

    @Test
    void aClientsOwnSignatureIsKeptAndASecondPutChangesNothing() throws IOException {
        SigningKey other = keys.make("site-b", true);
        nanos.addAndGet(2_000_000_000L);
        ItemKey key = put(service("site-a", SignatureGate.Policy.OFF), text(5, 100));
        ArtefactService service = service("site-b", SignatureGate.Policy.OFF);
        Manifest stored = service.manifest(reading, key);
        put(service, text(5, 100));
        assertArrayEquals(stored.canonical(), service.manifest(reading, key).canonical());
        assertTrue(new String(stored.canonical(), StandardCharsets.UTF_8).contains("\"keyid\":\"site-a\""));
        byte[] payload = text(6, 100);
        String unsigned = "{\"digest\":\"" + TestArtefacts.key(payload).digest()
                + "\",\"kind\":\"sbom.fragment\",\"schema\":\"stellaops.surface.manifest@1\",\"source\":{"
                + "\"imageDigest\":\"" + IMAGE + "\",\"scannerBuild\":\"b\"},\"tenant\":\"acme\"}";
        String envelope = new String(
                other.sign(SignedForm.TYPE, unsigned.getBytes(StandardCharsets.UTF_8))
                        .json(),
                StandardCharsets.UTF_8);
        String signed =
                unsigned.substring(0, unsigned.length() - 1) + ",\"integrity\":{\"signature\":" + envelope + "}}";
        ItemKey mine =
                put(service("site-a", SignatureGate.Policy.REQUIRE), payload, signed.getBytes(StandardCharsets.UTF_8));
        assertTrue(new String(
                        service(null, SignatureGate.Policy.REQUIRE)
                                .manifest(reading, mine)
                                .canonical(),
                        StandardCharsets.UTF_8)
                .contains(envelope));
    }

    @Test
    void aSignatureOfAnotherManifestDoesNotCount() throws IOException {
        ItemKey key = put(service("site-a", SignatureGate.Policy.OFF), text(7, 100));
        String stored = new String(
                service(null, SignatureGate.Policy.OFF).manifest(reading, key).canonical(), StandardCharsets.UTF_8);
        String envelope = stored.substring(stored.indexOf("\"signature\":") + 12, stored.indexOf("},\"kind\""));
        byte[] payload = text(8, 100);
        String forged = "{\"kind\":\"sbom.fragment\",\"integrity\":{\"signature\":" + envelope + "}}";
        byte[] manifest = forged.getBytes(StandardCharsets.UTF_8);
        String why = refused(() -> put(service(null, SignatureGate.Policy.REQUIRE), payload, manifest));
        assertTrue(why.contains("'site-a' is something else"), why);
        put(service(null, SignatureGate.Policy.OFF), payload, manifest);
    }

    @Test
    void aKeyThatIsTakenAwayCountsNoLongerAlsoForWhatIsInMemory() throws IOException {
        keys.make("site-b", true);
        nanos.addAndGet(2_000_000_000L);
        ArtefactService service = service("site-a", SignatureGate.Policy.REQUIRE);
        ItemKey key = put(service, text(9, 100));
        assertNotNull(service.hotManifest(reading, key));
        service.payload(reading, key, Representation.IDENTITY).close();
        assertNotNull(service.hotPayload(reading, key, Representation.IDENTITY));
        keys.distrust("site-a");
        nanos.addAndGet(2_000_000_000L);
        assertNull(service.hotManifest(reading, key), "what was verified long ago is looked at again");
        assertNull(service.hotPayload(reading, key, Representation.IDENTITY));
        assertTrue(refused(() -> service.manifest(reading, key)).contains("not among those trusted here: [site-b]"));
        refused(() -> service.payload(reading, key, Representation.IDENTITY));
    }

    @Test
    void whatIsKnownOfAPayloadIsToldOnlyWhereItMayBeRead() throws IOException {
        ItemKey unsigned = put(service(null, SignatureGate.Policy.OFF), text(20, 100));
        ArtefactService strict = service("site-a", SignatureGate.Policy.REQUIRE);
        assertTrue(refused(() -> strict.stat(reading, unsigned)).contains("nobody signed it"));
        ItemKey signed = put(strict, text(21, 100));
        assertEquals(100, strict.stat(reading, signed).rawSize());
        ItemKey staged;
        try (ReceivedPayload received = strict.receive(writing, upload(text(22, 100)))) {
            staged = new ItemKey(SBOM, received.digest());
            assertTrue(strict.putPayload(writing, SBOM, received.digest(), received));
        }
        assertEquals(100, strict.stat(reading, staged).rawSize());
    }

    @Test
    void whatOthersSignMayBePutAgainWhileItWaitsUnsignedAndIsNotGivenMeanwhile() throws IOException {
        ArtefactService passing = service(signing(null, SignatureGate.Policy.REQUIRE, true));
        ItemKey key = put(passing, text(23, 100));
        assertEquals(key, put(passing, text(23, 100)));
        assertTrue(refused(() -> passing.manifest(reading, key)).contains("nobody signed it"));
        assertTrue(refused(() -> put(service(null, SignatureGate.Policy.REQUIRE), text(23, 100)))
                .contains("nobody signed it"));
    }

    @Test
    void aPayloadThatIsOnlyStagedIsNotGivenWhereASignatureIsWanted() throws IOException {
        ArtefactService strict = service("site-a", SignatureGate.Policy.REQUIRE);
        byte[] payload = text(10, 100);
        ItemKey key;
        try (ReceivedPayload received = strict.receive(writing, upload(payload))) {
            key = new ItemKey(SBOM, received.digest());
            assertTrue(strict.putPayload(writing, SBOM, received.digest(), received));
        }
        assertTrue(refused(() -> strict.payload(reading, key)).contains("no manifest"));
        ItemKey none = new ItemKey(SBOM, IMAGE);
        assertEquals(
                ErrorCode.NOT_FOUND,
                assertThrows(SurfaceException.class, () -> strict.payload(reading, none))
                        .code());
        service(null, SignatureGate.Policy.WARN).payload(reading, key).close();
        strict.put(
                writing,
                new PutRequest(SBOM, key.digest(), null, Source.NONE, Set.of(), Set.of(), null, null, null),
                null);
        strict.payload(reading, key).close();
    }

    @Test
    void whatIsPassedOnToOneWhoSignsMayComeUnsignedButNotWronglySigned() throws IOException {
        ArtefactService sidecar = service(signing(null, SignatureGate.Policy.REQUIRE, true));
        put(sidecar, text(11, 100));
        byte[] forged =
                ("{\"kind\":\"sbom.fragment\",\"integrity\":{\"signature\":{\"payloadType\":\"x\",\"payload\":\"\","
                                + "\"signatures\":[{\"sig\":\"AAAA\"}]}}}")
                        .getBytes(StandardCharsets.UTF_8);
        refused(() -> put(sidecar, text(12, 100), forged));
    }

    @Test
    void aScanManifestHasItsEnvelopeBesideItAndIsGivenAndTakenByThat() throws IOException {
        byte[] json = SCAN_JSON.getBytes(StandardCharsets.UTF_8);
        refused(() -> scans(null, SignatureGate.Policy.REQUIRE).put(writing, SCAN, json));
        ScanManifest signed = scans("site-a", SignatureGate.Policy.REQUIRE)
                .put(writing, SCAN, json)
                .manifest();
        assertTrue(blobs.names(BlobKey.Bucket.MANIFEST).stream().anyMatch(name -> name.endsWith(".json.dsse")));
        assertEquals(signed, scans(null, SignatureGate.Policy.REQUIRE).current(reading, SCAN));
        ArtefactService strict = service(null, SignatureGate.Policy.REQUIRE);
        ItemKey key = new ItemKey(Kind.SURFACE_MANIFEST, signed.digest());
        assertEquals(signed, strict.manifest(reading, key));
        assertArrayEquals(signed.signatures(), strict.hotManifest(reading, key).signatures());
        assertEquals(
                1,
                strict.list(reading, new ArtefactService.ListRequest(Kind.SURFACE_MANIFEST, null, null, 0, "", 1 << 20))
                        .manifests()
                        .size());
        keys.distrust("site-a");
        nanos.addAndGet(2_000_000_000L);
        refused(() -> scans(null, SignatureGate.Policy.REQUIRE).current(reading, SCAN));
        refused(() -> strict.manifest(reading, key));
    }

    @Test
    void aScanManifestThatWasPutUnsignedIsSignedByALaterPutAndAnUnsignedPutShowsThat() throws IOException {
        byte[] json = SCAN_JSON.getBytes(StandardCharsets.UTF_8);
        assertNull(scans(null, SignatureGate.Policy.OFF)
                .put(writing, SCAN, json)
                .manifest()
                .signatures());
        ScanManifest signed = scans("site-a", SignatureGate.Policy.OFF)
                .put(writing, SCAN, json)
                .manifest();
        assertNotNull(signed.signatures());
        assertEquals(
                signed,
                scans(null, SignatureGate.Policy.OFF).put(writing, SCAN, json).manifest());
    }

    @Test
    void aScanManifestIsTakenWithItsClientsEnvelopeButNotWithThatOfAnother() throws IOException {
        byte[] json = SCAN_JSON.getBytes(StandardCharsets.UTF_8);
        ScanManifest filled = scans("site-a", SignatureGate.Policy.OFF)
                .put(writing, SCAN, json)
                .manifest();
        byte[] envelope = SignedForm.envelope(filled);
        byte[] later = SCAN_JSON.replace("02-01", "02-02").getBytes(StandardCharsets.UTF_8);
        // generatedAt is signed, so that it is another manifest's.
        assertTrue(refused(() -> scans(null, SignatureGate.Policy.OFF).put(writing, SCAN, later, envelope))
                .contains("something else than this manifest"));
        assertFalse(scans(null, SignatureGate.Policy.REQUIRE)
                .put(writing, SCAN, json, envelope)
                .created());
    }
}
