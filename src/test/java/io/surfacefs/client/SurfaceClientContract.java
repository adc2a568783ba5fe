package io.surfacefs.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every client of a Surface.FS does, wherever that is. Deletes must be allowed there. */
abstract class SurfaceClientContract {
    private static final AtomicInteger TENANTS = new AtomicInteger();
    private static final Kind KIND = new Kind("sbom.fragment");
    private static final Digest IMAGE = Digests.of(bytes("image"));

    /** A tenant that no other test has. */
    private final Tenant tenant =
            new Tenant(getClass().getSimpleName().toLowerCase(Locale.ROOT) + TENANTS.incrementAndGet());

    abstract SurfaceClient client();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static SurfaceClient.NewArtefact plain() {
        return new SurfaceClient.NewArtefact(KIND, null, null, null, List.of(), List.of(), null, null);
    }

    private SurfaceClient.PutAnswer put(SurfaceClient.NewArtefact artefact, byte[] payload) throws IOException {
        return client().put(tenant, artefact, new SurfaceClient.Content(new ByteArrayInputStream(payload), -1));
    }

    private ArtefactKey key(byte[] payload) {
        return new ArtefactKey(tenant, KIND, Digests.of(payload));
    }

    private byte[] get(ArtefactKey key) throws IOException {
        try (SurfaceClient.Payload payload = client().payload(key)) {
            return payload.stream().readAllBytes();
        }
    }

    private static void assertCode(ErrorCode code, Executable call) {
        SurfaceException thrown = assertThrows(SurfaceException.class, call);
        assertEquals(code, thrown.code(), thrown.toString());
    }

    @Test
    void whatWasPutIsFoundWithAllThatWasSaidOfIt() throws IOException {
        byte[] payload = bytes("{\"a\":1}");
        SurfaceClient.PutAnswer answer = put(
                new SurfaceClient.NewArtefact(
                        KIND,
                        Digests.of(payload),
                        new MediaType("application/json"),
                        "scanner@1",
                        List.of(IMAGE, Digests.of(bytes("other image"))),
                        List.of(new ScanId("scan+1:2@3"), new ScanId("scan-2")),
                        new Timestamp("2999-01-02T03:04:05Z"),
                        null),
                payload);
        assertTrue(answer.created());
        assertEquals(key(payload), answer.manifest().key());
        ManifestDocument manifest = client().manifest(key(payload));
        assertArrayEquals(answer.manifest().json(), manifest.json());
        assertEquals(Digests.of(manifest.json()), manifest.digest());
        assertEquals("application/json+zstd", manifest.member("storage.contentType"));
        assertEquals("7", manifest.member("storage.rawSizeBytes"));
        assertEquals("scanner@1", manifest.member("source.scannerBuild"));
        assertEquals(IMAGE.toString(), manifest.member("source.imageDigest"));
        assertEquals("scan+1:2@3", manifest.member("source.scanId"));
        assertEquals("2999-01-02T03:04:05Z", manifest.member("expiresAt"));
        assertNull(manifest.member("integrity.signature"));
        assertArrayEquals(payload, get(key(payload)));
        for (String scan : new String[] {"scan+1:2@3", "scan-2"}) {
            assertEquals(
                    1,
                    list(new SurfaceClient.Query(tenant, KIND, IMAGE, new ScanId(scan), 10, ""))
                            .size(),
                    scan);
        }
    }

    @Test
    void whenItWasMadeIsKeptAsItWasGiven() throws IOException {
        byte[] payload = bytes("{\"made\":\"before\"}\r\n--\r\n");
        SurfaceClient.NewArtefact made = new SurfaceClient.NewArtefact(
                KIND,
                Digests.of(payload),
                new MediaType("application/json"),
                "scanner@1",
                List.of(IMAGE),
                List.of(),
                null,
                null,
                new Timestamp("2020-01-02T03:04:05.5Z"));
        for (long size : new long[] {payload.length, -1}) {
            ManifestDocument manifest = client().put(
                            tenant, made, new SurfaceClient.Content(new ByteArrayInputStream(payload), size))
                    .manifest();
            assertEquals("2020-01-02T03:04:05.5Z", manifest.member("createdAt"));
            assertEquals("application/json+zstd", manifest.member("storage.contentType"));
            assertEquals("scanner@1", manifest.member("source.scannerBuild"));
            assertEquals(IMAGE.toString(), manifest.member("source.imageDigest"));
            assertArrayEquals(payload, get(key(payload)));
        }
        assertCode(ErrorCode.DIGEST_MISMATCH, () -> put(made, bytes("other")));
    }

    @Test
    void aSecondPutMakesNothingAndExtendsTheExpiry() throws IOException {
        byte[] payload = bytes("twice");
        assertTrue(put(plain(), payload).created());
        SurfaceClient.PutAnswer again = put(
                new SurfaceClient.NewArtefact(KIND, null, null, null, List.of(), List.of(), null, Duration.ofDays(1)),
                payload);
        assertFalse(again.created());
        assertNull(again.manifest().member("expiresAt"), "an absent expiry stays absent");
    }

    @Test
    void aTimeToLiveBecomesAnExpiry() throws IOException {
        SurfaceClient.PutAnswer answer = put(
                new SurfaceClient.NewArtefact(KIND, null, null, null, List.of(), List.of(), null, Duration.ofDays(7)),
                bytes("mortal"));
        Timestamp created = new Timestamp(answer.manifest().member("createdAt"));
        Timestamp expires = new Timestamp(answer.manifest().member("expiresAt"));
        assertEquals(Duration.ofDays(7), Duration.between(created.instant(), expires.instant()));
    }

    @Test
    void anEmptyPayloadIsOne() throws IOException {
        byte[] nothing = new byte[0];
        assertTrue(put(plain(), nothing).created());
        assertArrayEquals(nothing, get(key(nothing)));
        assertEquals(0, client().stat(key(nothing)).rawSize());
    }

    @Test
    void aPayloadOfMegabytesComesBackByteForByte() throws IOException {
        byte[] payload = new byte[5_000_001];
        new Random(7).nextBytes(payload);
        SurfaceClient.Content content = new SurfaceClient.Content(new ByteArrayInputStream(payload), payload.length);
        assertTrue(client().put(tenant, plain(), content).created());
        assertArrayEquals(payload, get(key(payload)));
        SurfaceClient.PayloadFacts facts = client().stat(key(payload));
        assertEquals(payload.length, facts.rawSize());
        assertTrue(facts.storedSize() > payload.length / 2, facts.toString());
        assertEquals(MediaType.OCTET_STREAM, facts.contentType());
    }

    @Test
    void aPayloadThatIsLeftHalfReadLeavesTheClientUsable() throws IOException {
        byte[] payload = new byte[3_000_000];
        new Random(8).nextBytes(payload);
        put(plain(), payload);
        try (SurfaceClient.Payload open = client().payload(key(payload))) {
            assertEquals(10, open.stream().readNBytes(10).length);
        }
        assertArrayEquals(payload, get(key(payload)));
    }

    @Test
    void bytesOfAnotherDigestAreRefusedAndNotKept() {
        byte[] payload = bytes("not what was declared");
        SurfaceClient.NewArtefact declared =
                new SurfaceClient.NewArtefact(KIND, IMAGE, null, null, List.of(), List.of(), null, null);
        assertCode(ErrorCode.DIGEST_MISMATCH, () -> put(declared, payload));
        assertCode(ErrorCode.NOT_FOUND, () -> client().manifest(new ArtefactKey(tenant, KIND, IMAGE)));
        assertCode(ErrorCode.NOT_FOUND, () -> client().manifest(key(payload)));
    }

    @Test
    void aSourceThatFailsIsThrownAsItIsAndNothingIsKept() {
        byte[] begun = new byte[100_000];
        InputStream torn = new FilterInputStream(new ByteArrayInputStream(begun)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int n = super.read(target, offset, length);
                if (n < 0) {
                    throw new IOException("the tape tore");
                }
                return n;
            }
        };
        IOException thrown = assertThrows(
                IOException.class, () -> client().put(tenant, plain(), new SurfaceClient.Content(torn, -1)));
        assertEquals("the tape tore", thrown.getMessage());
        assertCode(ErrorCode.NOT_FOUND, () -> client().manifest(key(begun)));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        ArtefactKey missing = key(bytes("never put"));
        assertCode(ErrorCode.NOT_FOUND, () -> client().manifest(missing));
        assertCode(ErrorCode.NOT_FOUND, () -> client().payload(missing).close());
        assertCode(ErrorCode.NOT_FOUND, () -> client().stat(missing));
        assertCode(ErrorCode.NOT_FOUND, () -> client().delete(missing));
        assertCode(ErrorCode.NOT_FOUND, () -> client().scan(tenant, new ScanId("none")));
        assertCode(ErrorCode.NOT_FOUND, () -> client().surface(tenant, new ScanId("none")));
    }

    @Test
    void aListPagesThroughEverythingInKeyOrder() throws IOException {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            expected.add(put(plain(), bytes("artefact " + i))
                    .manifest()
                    .key()
                    .digest()
                    .hex());
        }
        expected.sort(null);
        for (int pageSize : new int[] {1, 3, 7, SurfaceClient.MAX_PAGE}) {
            List<String> found = list(new SurfaceClient.Query(tenant, null, null, null, pageSize, "")).stream()
                    .map(manifest -> manifest.key().digest().hex())
                    .toList();
            assertEquals(expected, found, "pages of " + pageSize);
        }
        assertEquals(List.of(), list(new SurfaceClient.Query(tenant, new Kind("other"), null, null, 3, "")));
        assertCode(
                ErrorCode.INVALID_ARGUMENT,
                () -> client().list(new SurfaceClient.Query(tenant, null, null, null, 3, "no token")));
    }

    private List<ManifestDocument> list(SurfaceClient.Query query) {
        List<ManifestDocument> all = new ArrayList<>();
        String token = "";
        while (token != null) {
            SurfaceClient.Page page = client().list(new SurfaceClient.Query(
                    query.tenant(), query.kind(), query.image(), query.scan(), query.pageSize(), token));
            assertTrue(page.manifests().size() <= query.pageSize());
            all.addAll(page.manifests());
            token = page.nextPageToken();
        }
        return all;
    }

    @Test
    void whatWasDeletedIsGone() throws IOException {
        byte[] payload = bytes("short-lived");
        put(plain(), payload);
        client().delete(key(payload));
        assertCode(ErrorCode.NOT_FOUND, () -> client().manifest(key(payload)));
        assertCode(ErrorCode.NOT_FOUND, () -> client().payload(key(payload)).close());
    }

    @Test
    void allAttemptsOfAScanAreListedUnderItsImageAndItsScanAndTheLatestIsCurrent() {
        ScanId scan = new ScanId("many");
        List<String> times = List.of("2025-01-01T00:00:01Z", "2025-01-01T00:00:02Z", "2025-01-01T00:00:00Z");
        List<ArtefactKey> attempts = new ArrayList<>();
        for (String time : times) {
            attempts.add(client().putScan(
                            tenant,
                            scan,
                            bytes("{\"artifacts\":[],\"imageDigest\":\"" + IMAGE + "\",\"generatedAt\":\"" + time
                                    + "\"}"))
                    .manifest()
                    .key());
        }
        assertEquals(attempts.get(1), client().scan(tenant, scan).key());
        for (SurfaceClient.Query query : List.of(
                new SurfaceClient.Query(tenant, Kind.SURFACE_MANIFEST, IMAGE, null, 10, ""),
                new SurfaceClient.Query(tenant, Kind.SURFACE_MANIFEST, null, scan, 10, ""))) {
            assertEquals(
                    Set.copyOf(attempts),
                    list(query).stream().map(ManifestDocument::key).collect(Collectors.toSet()));
        }
        assertEquals(List.of(), list(new SurfaceClient.Query(tenant, null, IMAGE, scan, 10, "")));
    }

    @Test
    void aScanManifestIsFoundByItsScanAndByItsDigest() {
        ScanId scan = new ScanId("scan+a:b@c");
        byte[] json = bytes("{\"artifacts\":[],\"unknown\":{\"x\":1}}");
        SurfaceClient.PutAnswer answer = client().putScan(tenant, scan, json);
        assertTrue(answer.created());
        assertFalse(client().putScan(tenant, scan, json).created(), "a retry makes nothing new");
        ManifestDocument current = client().scan(tenant, scan);
        assertArrayEquals(answer.manifest().json(), current.json());
        assertEquals(scan.value(), current.member("scanId"));
        assertEquals("1", current.member("unknown.x"));
        assertTrue(current.key().isScanManifest());
        assertArrayEquals(current.json(), client().manifest(current.key()).json());
        String block = new String(client().surface(tenant, scan), StandardCharsets.UTF_8);
        assertEquals(
                "{\"manifest\":" + current.text() + ",\"manifestDigest\":\"" + current.digest()
                        + "\",\"manifestUri\":\""
                        + ObjectNames.manifestUri(current.key()) + "\"}",
                block);
    }

    @Test
    void aMalformedScanManifestIsRefusedWithItsCode() {
        assertCode(
                ErrorCode.INVALID_MANIFEST,
                () -> client().putScan(tenant, new ScanId("scan-x"), bytes("{\"artifacts\":1}")));
        assertCode(
                ErrorCode.INVALID_MANIFEST,
                () -> client().putScan(tenant, new ScanId("scan-x"), bytes("not json at all")));
    }

    @Test
    void theReservedKindTakesNoPayload() {
        SurfaceClient.NewArtefact reserved = new SurfaceClient.NewArtefact(
                Kind.SURFACE_MANIFEST, null, null, null, List.of(), List.of(), null, null);
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> put(reserved, bytes("x")));
    }

    @Test
    void whatOneSiteStoredIsCopiedToAnotherAsItIs() throws IOException {
        byte[] payload = new byte[300_000];
        new Random(5).nextBytes(payload);
        ScanId scan = new ScanId("scan-1");
        SurfaceClient.PutAnswer first = put(
                new SurfaceClient.NewArtefact(
                        KIND, null, new MediaType("text/plain"), null, List.of(IMAGE), List.of(scan), null, null),
                payload);
        byte[] stored;
        try (SurfaceClient.Payload open = client().stored(key(payload))) {
            stored = open.stream().readAllBytes();
            assertEquals(stored.length, open.size());
        }
        assertEquals(
                first.manifest().member("storage.sha256"), Digests.of(stored).toString());
        // The other site is another tenant here, so its manifest names that.
        Tenant site = new Tenant(tenant + "-site");
        byte[] manifest = first.manifest()
                .text()
                .replace("\"" + tenant + "\"", "\"" + site + "\"")
                .replace("tenants/" + tenant + "/", "tenants/" + site + "/")
                .getBytes(StandardCharsets.UTF_8);
        ArtefactKey there = new ArtefactKey(site, KIND, Digests.of(payload));
        SurfaceClient.CopiedArtefact copied = new SurfaceClient.CopiedArtefact(
                there, manifest, List.of(IMAGE, Digests.of(bytes("other"))), List.of(scan, new ScanId("other")));
        assertEquals(List.of(there), client().missing(site, List.of(there)));
        assertCode(ErrorCode.PAYLOAD_MISSING, () -> client().copy(copied, null));
        byte[] flipped = stored.clone();
        flipped[stored.length / 2] ^= 1;
        SurfaceException refused = assertThrows(
                SurfaceException.class,
                () -> client().copy(
                                copied, new SurfaceClient.Content(new ByteArrayInputStream(flipped), stored.length)));
        assertTrue(
                refused.code() == ErrorCode.DIGEST_MISMATCH || refused.code() == ErrorCode.MALFORMED_ENCODING,
                refused.toString());
        assertEquals(List.of(there), client().missing(site, List.of(there)));

        SurfaceClient.PutAnswer answer =
                client().copy(copied, new SurfaceClient.Content(new ByteArrayInputStream(stored), stored.length));
        assertTrue(answer.created());
        assertEquals(
                new String(manifest, StandardCharsets.UTF_8), answer.manifest().text());
        assertArrayEquals(payload, get(there));
        assertEquals(List.of(), client().missing(site, List.of(there)));
        assertFalse(client().copy(copied, null).created());
        List<String> places = client().index(site, "").entries().stream()
                .map(IndexEntry::place)
                .toList();
        String name = "/" + KIND + "/" + there.digest().hex();
        assertEquals(
                Stream.of(
                                "image/" + IMAGE.hex() + name,
                                "image/" + Digests.of(bytes("other")).hex() + name,
                                "scan/other" + name,
                                "scan/scan-1" + name)
                        .sorted()
                        .toList(),
                places);
        assertEquals(
                places.subList(1, 4),
                client().index(site, places.getFirst()).entries().stream()
                        .map(IndexEntry::place)
                        .toList());
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> client().index(site, "image/../x"));
    }

    @Test
    void theGreatestVersionOfAKitStaysAndNoneIsLessThanOneOrMoreThanJsonTellsExactly() {
        long most = (1L << 53) - 1;
        assertTrue(client().kitVersion(tenant).isEmpty());
        for (long bad : new long[] {0, -1, most + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertCode(ErrorCode.INVALID_ARGUMENT, () -> client().kitImported(tenant, bad));
        }
        assertTrue(client().kitVersion(tenant).isEmpty());
        assertEquals(7, client().kitImported(tenant, 7));
        assertEquals(7, client().kitImported(tenant, 6));
        assertEquals(7, client().kitVersion(tenant).getAsLong());
        assertEquals(most, client().kitImported(tenant, most));
        assertEquals(most, client().kitVersion(tenant).getAsLong());
    }

    @Test
    void aScanManifestIsCopiedUnderItsDigest() throws IOException {
        byte[] json = ("{\"artifacts\":[],\"generatedAt\":\"2026-01-02T03:04:05Z\",\"scanId\":\"s\",\"schema\":"
                        + "\"stellaops.surface.manifest@1\",\"tenant\":\"" + tenant + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        ArtefactKey key = new ArtefactKey(tenant, Kind.SURFACE_MANIFEST, Digests.of(json));
        SurfaceClient.CopiedArtefact copied = new SurfaceClient.CopiedArtefact(key, json, List.of(), List.of());
        assertTrue(client().copy(copied, null).created());
        assertFalse(client().copy(copied, null).created());
        assertArrayEquals(json, client().scan(tenant, new ScanId("s")).json());
    }
}
