package io.surfacefs.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.surfacefs.grpc.v1.ArtefactManifest;
import io.surfacefs.grpc.v1.BatchGetManifestsRequest;
import io.surfacefs.grpc.v1.BatchGetManifestsResponse;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.DeleteRequest;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetRequest;
import io.surfacefs.grpc.v1.GetResponse;
import io.surfacefs.grpc.v1.GetScanManifestRequest;
import io.surfacefs.grpc.v1.GetScanManifestResponse;
import io.surfacefs.grpc.v1.GetScanSurfaceRequest;
import io.surfacefs.grpc.v1.Index;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.ListManifestsResponse;
import io.surfacefs.grpc.v1.PrefetchRequest;
import io.surfacefs.grpc.v1.PrefetchResponse;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutScanManifestRequest;
import io.surfacefs.grpc.v1.PutScanManifestResponse;
import io.surfacefs.grpc.v1.Source;
import io.surfacefs.grpc.v1.StatPayloadRequest;
import io.surfacefs.grpc.v1.StatPayloadResponse;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call of both gRPC services, with what it is for. */
class GrpcArtefactsIT {
    private static final String IMAGE = "sha256:" + "cafe".repeat(16);
    private static final String OTHER_IMAGE = "sha256:" + "beef".repeat(16);
    private static final String NOWHERE = "sha256:" + "0".repeat(64);

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static GrpcClient client;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_RETENTION_DELETE", "any")
                .start();
        client = new GrpcClient(server);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static PutManifestHeader.Builder header(String kind) {
        return PutManifestHeader.newBuilder().setTenant("acme").setKind(kind);
    }

    private static byte[] text(int size, long seed) {
        byte[] words = new byte[size];
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            words[i] = (byte) (random.nextInt(8) == 0 ? '\n' : 'a' + random.nextInt(6));
        }
        return words;
    }

    private static GetPayloadRequest payload(String kind, byte[] content) {
        return GetPayloadRequest.newBuilder()
                .setTenant("acme")
                .setKind(kind)
                .setDigest(GrpcClient.digest(content))
                .build();
    }

    private static ArtefactManifest manifest(String tenant, String kind, String digest) {
        return client.surface()
                .getManifest(GetManifestRequest.newBuilder()
                        .setTenant(tenant)
                        .setKind(kind)
                        .setDigest(digest)
                        .build())
                .getManifest();
    }

    private static String refused(Executable call) {
        return GrpcClient.code(assertThrows(StatusRuntimeException.class, call));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, 262_144, 262_145, 5_000_000})
    void anArtefactComesBackAsItWasPutWhateverItsSize(int size) {
        byte[] content = text(size, size);
        PutManifestHeader header = header("sbom.fragment")
                .setContentType("application/json")
                .setSource(Source.newBuilder()
                        .setScannerBuild("scanner@1")
                        .setImageDigest(IMAGE)
                        .setScanId("scan-" + size))
                .setExpiresAt("2099-01-01T00:00:00Z")
                .build();
        PutManifestResponse first = client.put(header, content);
        assertTrue(first.getCreated());
        ArtefactManifest manifest = first.getManifest();
        assertEquals(GrpcClient.digest(content), manifest.getDigest());
        assertEquals("scan-" + size, manifest.getSource().getScanId());
        assertEquals("2099-01-01T00:00:00Z", manifest.getExpiresAt());
        assertEquals(size, manifest.getStorage().getRawSizeBytes());
        assertEquals("application/json+zstd", manifest.getStorage().getContentType());
        assertEquals(manifest.getDigest(), manifest.getIntegrity().getHash());
        assertFalse(manifest.getIntegrity().hasSignature());

        PutManifestResponse again = client.put(header, content);
        assertFalse(again.getCreated());
        assertEquals(manifest, again.getManifest());
        assertEquals(manifest, manifest("acme", "sbom.fragment", manifest.getDigest()));

        GrpcClient.Download raw = client.get(payload("sbom.fragment", content));
        assertArrayEquals(content, raw.bytes());
        assertEquals(size, raw.info().getTotalSize());
        assertEquals("application/json", raw.info().getContentType());
        assertEquals(manifest.getDigest(), raw.info().getDigest());

        GrpcClient.Download stored = client.get(payload("sbom.fragment", content).toBuilder()
                .setEncoding(Encoding.ZSTD)
                .build());
        assertEquals(Encoding.ZSTD, stored.info().getEncoding());
        assertEquals(manifest.getStorage().getSizeBytes(), stored.info().getTotalSize());
        assertEquals(manifest.getStorage().getSha256(), GrpcClient.digest(stored.bytes()));
        assertArrayEquals(content, size == 0 ? new byte[0] : Zstd.decompress(stored.bytes(), size));
    }

    @Test
    void aPartOfAPayloadIsThatPartInEitherEncoding() {
        byte[] content = text(3_000_000, 7);
        client.put(header("layer.fragments").build(), content);
        byte[] stored = client.get(payload("layer.fragments", content).toBuilder()
                        .setEncoding(Encoding.ZSTD)
                        .build())
                .bytes();
        Random random = new Random(7);
        for (Encoding encoding : List.of(Encoding.IDENTITY, Encoding.ZSTD)) {
            byte[] whole = encoding == Encoding.ZSTD ? stored : content;
            for (int i = 0; i < 20; i++) {
                int offset = i == 0 ? whole.length : random.nextInt(whole.length);
                int limit = i == 1 ? 0 : random.nextInt(600_000);
                GrpcClient.Download part = client.get(payload("layer.fragments", content).toBuilder()
                        .setEncoding(encoding)
                        .setOffset(offset)
                        .setLimit(limit)
                        .build());
                int end = limit == 0 ? whole.length : Math.min(whole.length, offset + limit);
                assertArrayEquals(Arrays.copyOfRange(whole, offset, end), part.bytes());
                assertEquals(whole.length, part.info().getTotalSize());
            }
        }
    }

    @Test
    void aZstdUploadIsStoredAsItCame() {
        byte[] content = text(400_000, 3);
        byte[] sent = Zstd.compress(content, 9);
        PutManifestResponse put = client.put(
                header("entrytrace.graph")
                        .setEncoding(Encoding.ZSTD)
                        .setDigest(GrpcClient.digest(content))
                        .putContentDigest(
                                "sha-256",
                                ByteString.fromHex(GrpcClient.digest(sent).substring(7)))
                        .build(),
                sent);
        assertEquals(GrpcClient.digest(sent), put.getManifest().getStorage().getSha256());
        assertArrayEquals(
                content, client.get(payload("entrytrace.graph", content)).bytes());
    }

    @Test
    void aStagedPayloadIsReadableButMissingUntilItsManifestComes() {
        byte[] content = text(50_000, 11);
        String digest = GrpcClient.digest(content);
        Key key = Key.newBuilder().setKind("runtime.delta").setDigest(digest).build();
        FindMissingRequest missing =
                FindMissingRequest.newBuilder().setTenant("acme").addKeys(key).build();
        PutManifestHeader header = header("runtime.delta").setDigest(digest).build();
        assertEquals("PAYLOAD_MISSING FAILED_PRECONDITION", refused(() -> client.put(header)));

        PutPayloadHeader staged = PutPayloadHeader.newBuilder()
                .setTenant("acme")
                .setKind("runtime.delta")
                .setDigest(digest)
                .setContentType("application/x-ndjson")
                .build();
        assertTrue(client.putPayload(staged, content).getCreated());
        assertFalse(client.putPayload(staged, content).getCreated());
        StatPayloadResponse stat = client.surface()
                .statPayload(StatPayloadRequest.newBuilder()
                        .setTenant("acme")
                        .setKind("runtime.delta")
                        .setDigest(digest)
                        .build());
        assertEquals(content.length, stat.getRawSize());
        assertEquals("application/x-ndjson", stat.getContentType());
        assertArrayEquals(content, client.get(payload("runtime.delta", content)).bytes());
        assertEquals(List.of(key), client.surface().findMissing(missing).getMissingList());

        PutManifestResponse put = client.put(header);
        assertTrue(put.getCreated());
        assertEquals(stat.getStoredSize(), put.getManifest().getStorage().getSizeBytes());
        assertEquals(stat.getSha256(), put.getManifest().getStorage().getSha256());
        assertEquals(List.of(), client.surface().findMissing(missing).getMissingList());
    }

    @Test
    void theClientsManifestStandsInForTheTypedFieldsAndKeepsWhatNobodyKnows() {
        byte[] content = text(1_000, 13);
        PutManifestResponse put = client.put(
                header("sbom.fragment")
                        .setManifestJson("{\"kind\":\"sbom.fragment\",\"x-note\":{\"a\":[1,null]},"
                                + "\"source\":{\"scanId\":\"mine\",\"pod\":\"p1\"},"
                                + "\"integrity\":{\"signature\":{\"payloadType\":\"t\",\"signatures\":[{}]}}}")
                        .setSource(Source.newBuilder().setScanId("other").setImageDigest(IMAGE))
                        .build(),
                content);
        String json = put.getManifest().getJson();
        assertTrue(json.contains("\"x-note\":{\"a\":[1,null]}"), json);
        assertTrue(json.contains("\"pod\":\"p1\",\"scanId\":\"mine\""), json);
        assertEquals(IMAGE, put.getManifest().getSource().getImageDigest());
        assertEquals(
                "{\"payloadType\":\"t\",\"signatures\":[{}]}",
                put.getManifest().getIntegrity().getSignature());
    }

    @Test
    void listsAreInKeyOrderFilteredAndPaged() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            byte[] content = text(100 + i, 100 + i);
            client.put(
                    header(i % 2 == 0 ? "listed.a" : "listed.b")
                            .setTenant("lister")
                            .setTtl("P1D")
                            .setIndex(Index.newBuilder()
                                    .addImageDigests(OTHER_IMAGE)
                                    .addScanIds("scan-x"))
                            .build(),
                    content);
            expected.add((i % 2 == 0 ? "listed.a/" : "listed.b/") + GrpcClient.digest(content));
        }
        expected.sort(null);
        ListManifestsRequest.Builder request =
                ListManifestsRequest.newBuilder().setTenant("lister").setPageSize(3);
        for (ListManifestsRequest.Builder filtered : List.of(
                request.clone(),
                request.clone().setImageDigest(OTHER_IMAGE),
                request.clone().setScanId("scan-x"))) {
            assertEquals(expected, listed(filtered));
        }
        assertEquals(
                expected.stream().filter(key -> key.startsWith("listed.b/")).collect(Collectors.toList()),
                listed(request.clone().setKind("listed.b").setScanId("scan-x")));
        assertEquals(List.of(), listed(request.clone().setImageDigest(IMAGE)));
    }

    private static List<String> listed(ListManifestsRequest.Builder request) {
        List<String> keys = new ArrayList<>();
        do {
            ListManifestsResponse page = client.surface().listManifests(request.build());
            assertTrue(page.getManifestsCount() <= 3);
            page.getManifestsList().forEach(m -> keys.add(m.getKind() + "/" + m.getDigest()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());
        return keys;
    }

    @Test
    void batchesAnswerInTheOrderOfTheRequest() {
        byte[] one = text(200, 21);
        byte[] two = text(200, 22);
        client.put(header("batched").build(), one);
        client.put(header("batched").build(), two);
        List<Key> keys = List.of(
                Key.newBuilder()
                        .setKind("batched")
                        .setDigest(GrpcClient.digest(two))
                        .build(),
                Key.newBuilder().setKind("batched").setDigest(NOWHERE).build(),
                Key.newBuilder()
                        .setKind("batched")
                        .setDigest(GrpcClient.digest(one))
                        .build());
        Iterator<BatchGetManifestsResponse> answers = client.surface()
                .batchGetManifests(BatchGetManifestsRequest.newBuilder()
                        .setTenant("acme")
                        .addAllKeys(keys)
                        .build());
        List<String> seen = new ArrayList<>();
        answers.forEachRemaining(answer -> {
            assertEquals(keys.get(seen.size()), answer.getKey());
            seen.add(answer.hasManifest() ? answer.getManifest().getDigest() : answer.getCode());
        });
        assertEquals(List.of(GrpcClient.digest(two), "NOT_FOUND", GrpcClient.digest(one)), seen);
        assertEquals(
                List.of(keys.get(1)),
                client.surface()
                        .findMissing(FindMissingRequest.newBuilder()
                                .setTenant("acme")
                                .addAllKeys(keys)
                                .build())
                        .getMissingList());
        PrefetchResponse counts = client.surface()
                .prefetch(PrefetchRequest.newBuilder()
                        .setTenant("acme")
                        .addAllKeys(keys)
                        .build());
        assertEquals(1, counts.getMissing());
        assertEquals(2, counts.getPresent() + counts.getFetched());
    }

    @Test
    void aDeletedArtefactIsGone() {
        byte[] content = text(300, 31);
        client.put(header("doomed").build(), content);
        DeleteManifestRequest delete = DeleteManifestRequest.newBuilder()
                .setTenant("acme")
                .setKind("doomed")
                .setDigest(GrpcClient.digest(content))
                .build();
        client.surface().deleteManifest(delete);
        assertEquals("NOT_FOUND NOT_FOUND", refused(() -> client.surface().deleteManifest(delete)));
        assertEquals("NOT_FOUND NOT_FOUND", refused(() -> manifest("acme", "doomed", delete.getDigest())));
        assertEquals("NOT_FOUND NOT_FOUND", refused(() -> client.get(payload("doomed", content))));
    }

    @Test
    void theLatestScanManifestOfAScanIsCurrent() {
        String artefacts = "\"artifacts\":[{\"kind\":\"b\",\"digest\":\"%s\"},{\"kind\":\"a\",\"digest\":\"%s\"}]"
                .formatted(NOWHERE, IMAGE);
        PutScanManifestRequest undated = PutScanManifestRequest.newBuilder()
                .setTenant("acme")
                .setScanId("scan-7")
                .setManifest("{" + artefacts + ",\"imageDigest\":\"" + IMAGE + "\"}")
                .build();
        PutScanManifestResponse first = client.surface().putScanManifest(undated);
        assertTrue(first.getCreated());
        assertTrue(first.getManifest().startsWith("{\"artifacts\":[{\"digest\":\"" + IMAGE), first.getManifest());
        assertEquals(GrpcClient.digest(first.getManifest().getBytes(UTF_8)), first.getManifestDigest());
        assertFalse(client.surface().putScanManifest(undated).getCreated());

        PutScanManifestResponse later = client.surface()
                .putScanManifest(undated.toBuilder()
                        .setManifest("{" + artefacts + ",\"generatedAt\":\"2099-01-01T00:00:00Z\"}")
                        .build());
        GetScanManifestResponse current = client.surface()
                .getScanManifest(GetScanManifestRequest.newBuilder()
                        .setTenant("acme")
                        .setScanId("scan-7")
                        .build());
        assertEquals(later.getManifestDigest(), current.getManifestDigest());
        assertEquals(later.getManifest(), current.getManifest());
        assertEquals(
                current.getManifestUri(),
                client.surface()
                        .getScanSurface(GetScanSurfaceRequest.newBuilder()
                                .setTenant("acme")
                                .setScanId("scan-7")
                                .build())
                        .getManifestUri());
        String hex = current.getManifestDigest().substring(7);
        assertEquals(
                "cas://surface-manifests/manifests/acme/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/" + hex
                        + ".json",
                current.getManifestUri());

        ArtefactManifest byDigest = manifest("acme", "surface.manifest", first.getManifestDigest());
        assertEquals(first.getManifest(), byDigest.getJson());
        assertEquals("scan-7", byDigest.getSource().getScanId());
        assertFalse(byDigest.hasStorage());
        PutManifestHeader exact = header("surface.manifest")
                .setTenant("other")
                .setDigest(first.getManifestDigest())
                .setManifestJson(first.getManifest())
                .build();
        assertEquals("TENANT_MISMATCH PERMISSION_DENIED", refused(() -> client.put(exact)));
        assertFalse(client.put(exact.toBuilder().setTenant("acme").build()).getCreated());
        assertEquals(
                "INVALID_ARGUMENT INVALID_ARGUMENT",
                refused(() -> client.put(exact.toBuilder().setTenant("acme").build(), new byte[1])));
    }

    @Test
    void aScanManifestOfThreeMebibytesFitsAMessage() {
        String pad = "x".repeat(3 * (1 << 20) - 100);
        PutScanManifestResponse put = client.surface()
                .putScanManifest(PutScanManifestRequest.newBuilder()
                        .setTenant("acme")
                        .setScanId("scan-large")
                        .setManifest("{\"artifacts\":[],\"pad\":\"" + pad + "\"}")
                        .build());
        assertEquals(
                put.getManifestDigest(),
                client.surface()
                        .getScanSurface(GetScanSurfaceRequest.newBuilder()
                                .setTenant("acme")
                                .setScanId("scan-large")
                                .build())
                        .getManifestDigest());
    }

    @Test
    void aChunkMayBeFourMebibytes() {
        byte[] content = text(4 << 20, 41);
        PutManifestResponse put = client.putMessages(
                PutManifestRequest.newBuilder().setHeader(header("big.chunk")).build(),
                PutManifestRequest.newBuilder()
                        .setChunk(ByteString.copyFrom(content))
                        .build());
        assertEquals(GrpcClient.digest(content), put.getManifest().getDigest());
    }

    @Test
    void cacheEntriesAreOverwrittenAndDeleted() {
        CachePutHeader header = CachePutHeader.newBuilder()
                .setTenant("acme")
                .setNamespace("entrytrace.graph")
                .setSha256("12".repeat(32))
                .setContentType("text/plain")
                .build();
        GetRequest get = GetRequest.newBuilder()
                .setTenant("acme")
                .setNamespace("entrytrace.graph")
                .setSha256("12".repeat(32))
                .build();
        assertEquals("NOT_FOUND NOT_FOUND", refused(() -> entry(get)));
        client.putEntry(header, text(10, 1));
        client.putEntry(header, text(600_000, 2));
        GrpcClient.Download value = entry(get);
        assertArrayEquals(text(600_000, 2), value.bytes());
        assertArrayEquals(
                Arrays.copyOfRange(text(600_000, 2), 300_000, 300_010),
                entry(get.toBuilder().setOffset(300_000).setLimit(10).build()).bytes());
        DeleteRequest delete = DeleteRequest.newBuilder()
                .setTenant("acme")
                .setNamespace("entrytrace.graph")
                .setSha256("12".repeat(32))
                .build();
        client.cache().delete(delete);
        assertEquals("NOT_FOUND NOT_FOUND", refused(() -> client.cache().delete(delete)));
        assertEquals("NOT_FOUND NOT_FOUND", refused(() -> entry(get)));
    }

    private static GrpcClient.Download entry(GetRequest request) {
        return GrpcClient.download(client.cache().get(request), GetResponse::getInfo, GetResponse::getChunk);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tomcat.sbom.json", "tomcat.entrytrace.ndjson", "jre.fragments.json"})
    void realArtefactsComeBackByteForByte(String sample) throws Exception {
        byte[] content;
        try (InputStream in = GrpcArtefactsIT.class.getResourceAsStream("/samples/" + sample)) {
            content = in.readAllBytes();
        }
        client.put(header("sample").build(), content);
        assertArrayEquals(content, client.get(payload("sample", content)).bytes());
    }

    @Test
    void aTenantHeaderMustAgreeWithTheRequest() {
        byte[] content = text(100, 51);
        client.put(header("asserted").build(), content);
        GetManifestRequest request = GetManifestRequest.newBuilder()
                .setTenant("acme")
                .setKind("asserted")
                .setDigest(GrpcClient.digest(content))
                .build();
        for (String name : List.of("x-stella-tenant", "x-stellaops-tenant")) {
            Metadata same = new Metadata();
            same.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), "acme");
            client.surface()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(same))
                    .getManifest(request);
            Metadata other = new Metadata();
            other.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), "umbrella");
            assertEquals(
                    "TENANT_MISMATCH PERMISSION_DENIED",
                    refused(() -> client.surface()
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(other))
                            .getManifest(request)));
        }
    }

    @Test
    void healthAndReflectionAnswer() {
        HealthCheckResponse health = HealthGrpc.newBlockingStub(client.channel())
                .check(HealthCheckRequest.newBuilder()
                        .setService("surfacefs.v1.SurfaceFs")
                        .build());
        assertEquals(HealthCheckResponse.ServingStatus.SERVING, health.getStatus());
        ServerReflectionResponse listed = GrpcClient.send(
                answer -> ServerReflectionGrpc.newStub(client.channel()).serverReflectionInfo(answer),
                ServerReflectionRequest.newBuilder().setListServices("").build());
        List<String> names = listed.getListServicesResponse().getServiceList().stream()
                .map(ServiceResponse::getName)
                .toList();
        assertTrue(names.containsAll(List.of("surfacefs.v1.SurfaceFs", "surfacefs.v1.SurfaceCache")), names.toString());
        ServerReflectionResponse described = GrpcClient.send(
                answer -> ServerReflectionGrpc.newStub(client.channel()).serverReflectionInfo(answer),
                ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol("surfacefs.v1.SurfaceFs.GetPayload")
                        .build());
        assertEquals(1, described.getFileDescriptorResponse().getFileDescriptorProtoCount());
    }
}
