package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.surfacefs.grpc.v1.BatchGetManifestsRequest;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.DeleteRequest;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetRequest;
import io.surfacefs.grpc.v1.GetScanManifestRequest;
import io.surfacefs.grpc.v1.Index;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.PrefetchRequest;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutScanManifestRequest;
import io.surfacefs.grpc.v1.Source;
import io.surfacefs.grpc.v1.StatPayloadRequest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad calls: each has its code and changes nothing, and beside each stands the same call, lawful, that succeeds. */
class GrpcRefusalsIT {
    private static final byte[] CONTENT = "what a scanner found\n".repeat(500).getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = GrpcClient.digest(CONTENT);
    private static final String OTHER = "sha256:" + "0".repeat(64);
    private static final String HEX = "ab".repeat(32);
    private static final String INVALID = "INVALID_ARGUMENT INVALID_ARGUMENT";
    private static final String BAD_MANIFEST = "INVALID_MANIFEST INVALID_ARGUMENT";

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static GrpcClient client;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.start(folder.resolve("home"));
        client = new GrpcClient(server);
        client.put(header().build(), CONTENT);
        client.putEntry(entry().build(), CONTENT);
        client.surface().putScanManifest(scan().build());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static PutManifestHeader.Builder header() {
        return PutManifestHeader.newBuilder().setTenant("acme").setKind("k").setDigest(DIGEST);
    }

    private static CachePutHeader.Builder entry() {
        return CachePutHeader.newBuilder().setTenant("acme").setNamespace("n").setSha256(HEX);
    }

    private static PutScanManifestRequest.Builder scan() {
        return PutScanManifestRequest.newBuilder()
                .setTenant("acme")
                .setScanId("s")
                .setManifest("{\"artifacts\":[]}");
    }

    private static GetPayloadRequest.Builder payload() {
        return GetPayloadRequest.newBuilder().setTenant("acme").setKind("k").setDigest(DIGEST);
    }

    private static ListManifestsRequest.Builder list() {
        return ListManifestsRequest.newBuilder().setTenant("acme").setPageSize(1);
    }

    private static PutManifestRequest message(PutManifestHeader.Builder header) {
        return PutManifestRequest.newBuilder().setHeader(header).build();
    }

    private static PutManifestRequest chunk(byte[] bytes) {
        return PutManifestRequest.newBuilder()
                .setChunk(ByteString.copyFrom(bytes))
                .build();
    }

    /** A call that is refused, its code, and its lawful twin. */
    private static Arguments bad(String what, String code, Runnable bad, Runnable good) {
        return Arguments.of(what, code, bad, good);
    }

    private static Arguments put(String what, String code, Consumer<PutManifestHeader.Builder> spoil) {
        PutManifestHeader.Builder spoilt = header();
        spoil.accept(spoilt);
        return bad(what, code, () -> client.put(spoilt.build(), CONTENT), () -> client.put(header().build(), CONTENT));
    }

    private static Arguments list(String what, Consumer<ListManifestsRequest.Builder> spoil) {
        ListManifestsRequest.Builder spoilt = list();
        spoil.accept(spoilt);
        return bad(
                what,
                INVALID,
                () -> client.surface().listManifests(spoilt.build()),
                () -> client.surface().listManifests(list().build()));
    }

    private static Arguments manifest(String what, String code, String bad, String good) {
        return bad(
                what,
                code,
                () -> client.put(header().setManifestJson(bad).build(), CONTENT),
                () -> client.put(header().setManifestJson(good).build(), CONTENT));
    }

    static Stream<Arguments> puts() {
        byte[] flipped = CONTENT.clone();
        flipped[7] ^= 1;
        byte[] zstd = Zstd.compress(CONTENT);
        return Stream.of(
                put("no tenant", "TENANT_REQUIRED PERMISSION_DENIED", h -> h.clearTenant()),
                put("a malformed tenant", INVALID, h -> h.setTenant("Acme")),
                put("a tenant that climbs", INVALID, h -> h.setTenant("../acme")),
                put("no kind", INVALID, h -> h.clearKind()),
                put("a kind with a slash", INVALID, h -> h.setKind("a/b")),
                put("the reserved kind", INVALID, h -> h.setKind("surface.manifest")),
                put("a digest in capitals", INVALID, h -> h.setDigest(DIGEST.toUpperCase(Locale.ROOT))),
                put("another algorithm", INVALID, h -> h.setDigest("sha512:" + HEX + HEX)),
                put("another digest", "DIGEST_MISMATCH FAILED_PRECONDITION", h -> h.setDigest(OTHER)),
                put("no content type", INVALID, h -> h.setContentType("json")),
                put("an unknown encoding", INVALID, h -> h.setEncodingValue(7)),
                put(
                        "raw bytes called zstd",
                        "MALFORMED_ENCODING FAILED_PRECONDITION",
                        h -> h.setEncoding(Encoding.ZSTD)),
                put(
                        "a malformed image",
                        INVALID,
                        h -> h.setSource(Source.newBuilder().setImageDigest("cafe"))),
                put(
                        "a malformed scan",
                        INVALID,
                        h -> h.setSource(Source.newBuilder().setScanId("a b"))),
                put(
                        "a control character",
                        INVALID,
                        h -> h.setSource(Source.newBuilder().setScannerBuild("\n"))),
                put(
                        "a malformed further image",
                        INVALID,
                        h -> h.setIndex(Index.newBuilder().addImageDigests("x"))),
                put(
                        "an empty further scan",
                        INVALID,
                        h -> h.setIndex(Index.newBuilder().addScanIds(""))),
                put("no time", INVALID, h -> h.setExpiresAt("tomorrow")),
                put("a negative ttl", INVALID, h -> h.setTtl("-P1D")),
                put("an unreadable ttl", INVALID, h -> h.setTtl("7d")),
                put("ttl and time", INVALID, h -> h.setTtl("P1D").setExpiresAt("2099-01-01T00:00:00Z")),
                put(
                        "half a sent digest",
                        INVALID,
                        h -> h.putContentDigest("sha-256", ByteString.copyFrom(new byte[16]))),
                put(
                        "another sent digest",
                        "DIGEST_MISMATCH FAILED_PRECONDITION",
                        h -> h.putContentDigest("sha-512", ByteString.copyFrom(new byte[64]))),
                bad(
                        "a flipped bit",
                        "DIGEST_MISMATCH FAILED_PRECONDITION",
                        () -> client.put(header().build(), flipped),
                        () -> client.put(header().build(), CONTENT)),
                bad(
                        "half a zstd frame",
                        "MALFORMED_ENCODING FAILED_PRECONDITION",
                        () -> client.put(
                                header().setEncoding(Encoding.ZSTD).build(), Arrays.copyOf(zstd, zstd.length / 2)),
                        () -> client.put(header().setEncoding(Encoding.ZSTD).build(), zstd)),
                bad(
                        "a payload that is nowhere",
                        "PAYLOAD_MISSING FAILED_PRECONDITION",
                        () -> client.put(header().setDigest(OTHER).build()),
                        () -> client.put(header().build())),
                bad(
                        "nothing at all",
                        INVALID,
                        () -> client.putMessages(),
                        () -> client.putMessages(message(header()), chunk(CONTENT))),
                bad(
                        "a chunk before the header",
                        INVALID,
                        () -> client.putMessages(chunk(CONTENT), message(header())),
                        () -> client.putMessages(message(header()), chunk(CONTENT))),
                bad(
                        "a second header",
                        INVALID,
                        () -> client.putMessages(message(header()), chunk(CONTENT), message(header())),
                        () -> client.putMessages(message(header()), chunk(CONTENT), chunk(new byte[0]))),
                bad(
                        "a message of nothing",
                        INVALID,
                        () -> client.putMessages(message(header()), PutManifestRequest.getDefaultInstance()),
                        () -> client.putMessages(message(header()), chunk(CONTENT))));
    }

    static Stream<Arguments> manifests() {
        String deep = "[".repeat(63) + "]".repeat(63);
        return Stream.of(
                manifest("no JSON", BAD_MANIFEST, "{", "{\"kind\":\"k\"}"),
                manifest(
                        "a member twice",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"kind\":\"k\"}",
                        "{\"kind\":\"k\",\"Kind\":\"k\"}"),
                manifest(
                        "a lone surrogate",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"a\":\"\\ud800\"}",
                        "{\"kind\":\"k\",\"a\":\"\\ud800\\udc00\"}"),
                manifest(
                        "too deep",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"a\":[" + deep + "]}",
                        "{\"kind\":\"k\",\"a\":" + deep + "}"),
                manifest(
                        "too large a number",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"a\":9007199254740992}",
                        "{\"kind\":\"k\",\"a\":9007199254740991}"),
                manifest("too long", BAD_MANIFEST, padded((1 << 20) + 1), padded(1 << 20)),
                manifest(
                        "both shapes",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"artifacts\":[]}",
                        "{\"kind\":\"k\",\"artefacts\":[]}"),
                manifest("neither shape", BAD_MANIFEST, "{}", "{\"kind\":\"k\"}"),
                manifest("another kind", BAD_MANIFEST, "{\"kind\":\"l\"}", "{\"kind\":\"k\"}"),
                manifest(
                        "another digest",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"digest\":\"" + OTHER + "\"}",
                        "{\"kind\":\"k\",\"digest\":\"" + DIGEST + "\"}"),
                manifest(
                        "another schema",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"schema\":\"x\"}",
                        "{\"kind\":\"k\",\"schema\":\"stellaops.surface.manifest@1\"}"),
                manifest(
                        "another tenant",
                        "TENANT_MISMATCH PERMISSION_DENIED",
                        "{\"kind\":\"k\",\"tenant\":\"umbrella\"}",
                        "{\"kind\":\"k\",\"tenant\":\"acme\"}"),
                bad(
                        "a scan manifest of another scan",
                        BAD_MANIFEST,
                        () -> client.surface()
                                .putScanManifest(scan().setManifest("{\"artifacts\":[],\"scanId\":\"t\"}")
                                        .build()),
                        () -> client.surface()
                                .putScanManifest(scan().setManifest("{\"artifacts\":[],\"scanId\":\"s\"}")
                                        .build())),
                bad(
                        "a scan manifest that is none",
                        BAD_MANIFEST,
                        () -> client.surface()
                                .putScanManifest(
                                        scan().setManifest("{\"kind\":\"k\"}").build()),
                        () -> client.surface().putScanManifest(scan().build())),
                bad(
                        "a scan without a name",
                        INVALID,
                        () -> client.surface()
                                .putScanManifest(scan().clearScanId().build()),
                        () -> client.surface().putScanManifest(scan().build())));
    }

    private static String padded(int length) {
        String frame = "{\"kind\":\"k\",\"a\":\"\"}";
        return frame.replace("\"\"}", "\"" + "x".repeat(length - frame.length()) + "\"}");
    }

    static Stream<Arguments> reads() {
        List<Key> many = Collections.nCopies(
                1001, Key.newBuilder().setKind("k").setDigest(DIGEST).build());
        Key broken = Key.newBuilder().setKind("k").setDigest("sha256:12").build();
        FindMissingRequest.Builder missing = FindMissingRequest.newBuilder().setTenant("acme");
        BatchGetManifestsRequest.Builder batch =
                BatchGetManifestsRequest.newBuilder().setTenant("acme");
        PrefetchRequest.Builder prefetch = PrefetchRequest.newBuilder().setTenant("acme");
        GetManifestRequest.Builder manifest =
                GetManifestRequest.newBuilder().setTenant("acme").setKind("k").setDigest(DIGEST);
        Runnable wholePayload = () -> client.get(payload().build());
        return Stream.of(
                bad(
                        "an unknown manifest",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.surface()
                                .getManifest(manifest.clone().setDigest(OTHER).build()),
                        () -> client.surface().getManifest(manifest.build())),
                bad(
                        "another tenant's manifest",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.surface()
                                .getManifest(
                                        manifest.clone().setTenant("umbrella").build()),
                        () -> client.surface().getManifest(manifest.build())),
                bad(
                        "a manifest of no tenant",
                        "TENANT_REQUIRED PERMISSION_DENIED",
                        () -> client.surface()
                                .getManifest(manifest.clone().clearTenant().build()),
                        () -> client.surface().getManifest(manifest.build())),
                bad(
                        "an unknown payload",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.get(payload().setDigest(OTHER).build()),
                        wholePayload),
                bad(
                        "a payload of no kind",
                        INVALID,
                        () -> client.get(payload().clearKind().build()),
                        wholePayload),
                bad(
                        "an offset beyond the end",
                        "RANGE_NOT_SATISFIABLE OUT_OF_RANGE",
                        () -> client.get(payload().setOffset(CONTENT.length + 1).build()),
                        () -> client.get(payload().setOffset(CONTENT.length).build())),
                bad(
                        "a negative offset",
                        INVALID,
                        () -> client.get(payload().setOffset(-1).build()),
                        wholePayload),
                bad(
                        "a negative limit",
                        INVALID,
                        () -> client.get(payload().setLimit(-1).build()),
                        wholePayload),
                bad(
                        "an unknown encoding",
                        INVALID,
                        () -> client.get(payload().setEncodingValue(9).build()),
                        wholePayload),
                bad(
                        "facts of an unknown payload",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.surface()
                                .statPayload(StatPayloadRequest.newBuilder()
                                        .setTenant("acme")
                                        .setKind("k")
                                        .setDigest(OTHER)
                                        .build()),
                        () -> client.surface()
                                .statPayload(StatPayloadRequest.newBuilder()
                                        .setTenant("acme")
                                        .setKind("k")
                                        .setDigest(DIGEST)
                                        .build())),
                list("a page of -1", r -> r.setPageSize(-1)),
                list("a page of 501", r -> r.setPageSize(501)),
                list("a token of ours it isn't", r -> r.setPageToken("bm90IGEgdG9rZW4")),
                list("a malformed kind", r -> r.setKind("K")),
                list("a malformed image", r -> r.setImageDigest("x")),
                list("a malformed scan", r -> r.setScanId("/")),
                bad(
                        "too many keys",
                        INVALID,
                        () -> client.surface()
                                .findMissing(missing.clone().addAllKeys(many).build()),
                        () -> client.surface()
                                .findMissing(missing.clone()
                                        .addAllKeys(many.subList(0, 1000))
                                        .build())),
                bad(
                        "one broken key",
                        INVALID,
                        () -> client.surface()
                                .findMissing(missing.clone()
                                        .addKeys(many.get(0))
                                        .addKeys(broken)
                                        .build()),
                        () -> client.surface()
                                .findMissing(
                                        missing.clone().addKeys(many.get(0)).build())),
                bad(
                        "a batch with a broken key",
                        INVALID,
                        () -> client.surface()
                                .batchGetManifests(batch.clone()
                                        .addKeys(many.get(0))
                                        .addKeys(broken)
                                        .build())
                                .next(),
                        () -> client.surface()
                                .batchGetManifests(
                                        batch.clone().addKeys(many.get(0)).build())
                                .next()),
                bad(
                        "a batch of too many",
                        INVALID,
                        () -> client.surface()
                                .batchGetManifests(
                                        batch.clone().addAllKeys(many).build())
                                .next(),
                        () -> client.surface()
                                .batchGetManifests(
                                        batch.clone().addKeys(many.get(0)).build())
                                .next()),
                bad(
                        "too many to warm",
                        INVALID,
                        () -> client.surface()
                                .prefetch(prefetch.clone().addAllKeys(many).build()),
                        () -> client.surface()
                                .prefetch(prefetch.clone().addKeys(many.get(0)).build())),
                bad(
                        "an unknown scan",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.surface()
                                .getScanManifest(GetScanManifestRequest.newBuilder()
                                        .setTenant("acme")
                                        .setScanId("nobody")
                                        .build()),
                        () -> client.surface()
                                .getScanManifest(GetScanManifestRequest.newBuilder()
                                        .setTenant("acme")
                                        .setScanId("s")
                                        .build())));
    }

    static Stream<Arguments> entries() {
        GetRequest.Builder get =
                GetRequest.newBuilder().setTenant("acme").setNamespace("n").setSha256(HEX);
        Runnable good = () -> client.cache().get(get.build()).next();
        Runnable goodPut = () -> client.putEntry(entry().build(), CONTENT);
        return Stream.of(
                bad(
                        "an unknown entry",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.cache()
                                .get(get.clone().setSha256("0".repeat(64)).build())
                                .next(),
                        good),
                bad(
                        "a digest where hex belongs",
                        INVALID,
                        () -> client.cache()
                                .get(get.clone().setSha256("sha256:" + HEX).build())
                                .next(),
                        good),
                bad(
                        "a malformed namespace",
                        INVALID,
                        () -> client.cache()
                                .get(get.clone().setNamespace("N").build())
                                .next(),
                        good),
                bad(
                        "an entry of no tenant",
                        "TENANT_REQUIRED PERMISSION_DENIED",
                        () -> client.cache()
                                .get(get.clone().clearTenant().build())
                                .next(),
                        good),
                bad(
                        "a value for no inputs",
                        INVALID,
                        () -> client.putEntry(entry().clearSha256().build(), CONTENT),
                        goodPut),
                bad(
                        "a value of bad zstd",
                        "MALFORMED_ENCODING FAILED_PRECONDITION",
                        () -> client.putEntry(entry().setEncoding(Encoding.ZSTD).build(), CONTENT),
                        goodPut),
                bad(
                        "an unknown entry to delete",
                        "NOT_FOUND NOT_FOUND",
                        () -> client.cache()
                                .delete(DeleteRequest.newBuilder()
                                        .setTenant("acme")
                                        .setNamespace("n")
                                        .setSha256("0".repeat(64))
                                        .build()),
                        goodPut),
                bad(
                        "a payload of another digest",
                        "DIGEST_MISMATCH FAILED_PRECONDITION",
                        () -> client.putPayload(
                                PutPayloadHeader.newBuilder()
                                        .setTenant("acme")
                                        .setKind("k")
                                        .setDigest(OTHER)
                                        .build(),
                                CONTENT),
                        () -> client.putPayload(
                                PutPayloadHeader.newBuilder()
                                        .setTenant("acme")
                                        .setKind("k")
                                        .setDigest(DIGEST)
                                        .build(),
                                CONTENT)),
                bad(
                        "a payload of no digest",
                        INVALID,
                        () -> client.putPayload(
                                PutPayloadHeader.newBuilder()
                                        .setTenant("acme")
                                        .setKind("k")
                                        .build(),
                                CONTENT),
                        () -> client.putPayload(
                                PutPayloadHeader.newBuilder()
                                        .setTenant("acme")
                                        .setKind("k")
                                        .setDigest(DIGEST)
                                        .build(),
                                CONTENT)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"puts", "manifests", "reads", "entries"})
    void aBadCallHasItsCodeAndChangesNothingAndItsTwinSucceeds(String what, String code, Runnable bad, Runnable good) {
        int before = held();
        StatusRuntimeException error = assertThrows(StatusRuntimeException.class, bad::run);
        assertEquals(code, GrpcClient.code(error));
        assertEquals("surface-fs", GrpcClient.info(error).getDomain());
        assertFalse(String.valueOf(error.getStatus().getDescription()).isEmpty());
        assertEquals(before, held());
        good.run();
    }

    /** Manifests that the server lists, of both tenants. */
    private static int held() {
        int held = 0;
        for (String tenant : List.of("acme", "umbrella")) {
            for (String kind : List.of("", "surface.manifest")) {
                held += client.surface()
                        .listManifests(ListManifestsRequest.newBuilder()
                                .setTenant(tenant)
                                .setKind(kind)
                                .build())
                        .getManifestsCount();
            }
        }
        return held;
    }

    /** Sends bytes that no generated client would send. */
    private static StatusRuntimeException raw(String method, byte[] request) {
        MethodDescriptor.Marshaller<byte[]> bytes = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                return new byte[0];
            }
        };
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.newBuilder(bytes, bytes)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method)
                .build();
        return assertThrows(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        client.channel(),
                        descriptor,
                        CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                        request));
    }

    @Test
    void bytesThatAreNoMessageAreRefusedAndTheServerGoesOn() {
        byte[] notUtf8 = scan().setManifest("~").build().toByteArray();
        notUtf8[notUtf8.length - 1] = (byte) 0xff;
        assertEquals(INVALID, GrpcClient.code(raw("surfacefs.v1.SurfaceFs/PutScanManifest", notUtf8)));
        assertEquals(INVALID, GrpcClient.code(raw("surfacefs.v1.SurfaceFs/FindMissing", new byte[] {(byte) 0xff, 1})));
        assertEquals(INVALID, GrpcClient.code(raw("surfacefs.v1.SurfaceFs/PutManifest", notUtf8)));
        assertEquals(INVALID, GrpcClient.code(raw("surfacefs.v1.SurfaceCache/Get", notUtf8)));
        assertEquals(
                Status.Code.RESOURCE_EXHAUSTED,
                raw("surfacefs.v1.SurfaceFs/FindMissing", new byte[5 << 20])
                        .getStatus()
                        .getCode());
        assertEquals(
                Status.Code.UNIMPLEMENTED,
                raw("surfacefs.v1.SurfaceFs/NoSuchCall", new byte[0])
                        .getStatus()
                        .getCode());
        client.get(payload().build());
    }

    @Test
    void deletingIsForbiddenUnlessRetentionAllowsItAndUnknownComesFirst() {
        DeleteManifestRequest known = DeleteManifestRequest.newBuilder()
                .setTenant("acme")
                .setKind("k")
                .setDigest(DIGEST)
                .build();
        StatusRuntimeException forbidden = assertThrows(
                StatusRuntimeException.class, () -> client.surface().deleteManifest(known));
        assertEquals("RETENTION_FORBIDS PERMISSION_DENIED", GrpcClient.code(forbidden));
        StatusRuntimeException unknown = assertThrows(
                StatusRuntimeException.class,
                () -> client.surface()
                        .deleteManifest(known.toBuilder().setDigest(OTHER).build()));
        assertEquals("NOT_FOUND NOT_FOUND", GrpcClient.code(unknown));
        client.get(payload().build());
    }
}
