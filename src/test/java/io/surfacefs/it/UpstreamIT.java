package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.PutManifestHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar in front of a service over a bucket: three processes, and the command line beside them. */
@Tag("versitygw")
class UpstreamIT {
    private static final String KIND = "runtime.delta";

    @TempDir
    static Path folder;

    private static Versitygw s3;
    private static SurfaceProcess service;
    private static SurfaceProcess sidecar;
    private static Rest there;
    private static Rest here;
    private static GrpcClient grpc;

    @BeforeAll
    static void start() {
        s3 = Versitygw.start(folder.resolve("s3"));
        service = SurfaceProcess.server(folder.resolve("service"))
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("SURFACE_STORE_CREATE_BUCKETS", "true")
                .env("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY)
                .env("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY)
                .env("SURFACE_RETENTION_DELETE", "any")
                .env("SURFACE_CACHE_TYPE", "none")
                .jvm("-Xmx128m")
                .start();
        sidecar = sidecar("sidecar", Map.of("SURFACE_CACHE_TYPE", "none")).start();
        there = new Rest(service);
        here = new Rest(sidecar);
        grpc = new GrpcClient(sidecar);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SURFACE_STORE_TYPE", "upstream");
        environment.put("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort());
        environment.put("SURFACE_RETENTION_DELETE", "any");
        return environment;
    }

    private static SurfaceProcess.Builder sidecar(String home, Map<String, String> more) {
        SurfaceProcess.Builder server =
                SurfaceProcess.server(folder.resolve(home)).jvm("-Xmx128m");
        environment().forEach(server::env);
        more.forEach(server::env);
        return server;
    }

    private static SurfaceProcess.Result cli(byte[] stdin, String... arguments) {
        return SurfaceProcess.run(folder.resolve("cli"), environment(), stdin, arguments);
    }

    @AfterAll
    static void stop() {
        grpc.close();
        here.close();
        there.close();
        sidecar.close();
        service.close();
        s3.close();
    }

    private static byte[] got(String digest) {
        return grpc.get(GetPayloadRequest.newBuilder()
                        .setTenant(Rest.TENANT)
                        .setKind(KIND)
                        .setDigest(digest)
                        .build())
                .bytes();
    }

    @Test
    void whatIsPutOverAnyEdgeOfTheSidecarIsTheServices() throws IOException {
        String image = "sha256:" + "cd".repeat(32);
        byte[] overRest = Rest.noise(3_000, 1);
        byte[] overGrpc = Rest.noise(400_000, 2);
        byte[] byHand = Rest.noise(2_000_000, 3);
        here.stored(KIND, overRest, "Surface-Image-Digest", image);
        PutManifestHeader.Builder header =
                PutManifestHeader.newBuilder().setTenant(Rest.TENANT).setKind(KIND);
        header.getSourceBuilder().setImageDigest(image);
        assertTrue(grpc.put(header.build(), overGrpc).getCreated());
        SurfaceProcess.Result put =
                cli(byHand, "put", "--tenant", Rest.TENANT, "--kind", KIND, "--image-digest", image, "-");
        assertEquals(0, put.exit(), put::stderr);
        Set<String> digests = new HashSet<>();
        for (byte[] bytes : new byte[][] {overRest, overGrpc, byHand}) {
            String digest = Rest.digest(bytes);
            digests.add(digest);
            assertArrayEquals(bytes, here.payload(KIND, digest).body());
            assertArrayEquals(bytes, there.payload(KIND, digest).body());
            assertArrayEquals(bytes, got(digest));
            assertEquals(
                    there.manifest(KIND, digest).text(),
                    here.manifest(KIND, digest).text());
        }
        assertEquals(digests, here.listed(image));
        assertEquals(digests, there.listed(image));
        SurfaceProcess.Result get =
                cli(new byte[0], "get", "--tenant", Rest.TENANT, "--kind", KIND, Rest.digest(byHand));
        assertArrayEquals(byHand, get.stdout(), get::stderr);
        SurfaceProcess.Result rm = cli(new byte[0], "rm", "--tenant", Rest.TENANT, "--kind", KIND, Rest.digest(byHand));
        assertEquals(0, rm.exit(), rm::stderr);
        assertEquals(404, there.manifest(KIND, Rest.digest(byHand)).status());
        assertEquals(204, here.delete(KIND, Rest.digest(overRest)).status());
        assertEquals(404, here.delete(KIND, Rest.digest(overRest)).status());
        assertEquals(404, here.payload(KIND, Rest.digest(overRest)).status());
        FindMissingRequest.Builder question = FindMissingRequest.newBuilder().setTenant(Rest.TENANT);
        for (byte[] bytes : new byte[][] {overRest, overGrpc, byHand}) {
            question.addKeys(Key.newBuilder().setKind(KIND).setDigest(Rest.digest(bytes)));
        }
        assertEquals(
                Set.of(Rest.digest(overRest), Rest.digest(byHand)),
                Set.copyOf(grpc.surface().findMissing(question.build()).getMissingList().stream()
                        .map(Key::getDigest)
                        .toList()));
    }

    @Test
    void encodedBytesPassUntouchedBothWaysAndPartsOfThemToo() throws IOException {
        byte[] bytes = new byte[9_000_000];
        System.arraycopy(Rest.noise(4_000_000, 5), 0, bytes, 3_000_000, 4_000_000);
        byte[] theirs = Zstd.compress(bytes, 7);
        assertEquals(201, here.put(KIND, theirs, "Content-Encoding", "zstd").status(), sidecar::output);
        String digest = Rest.digest(bytes);
        assertArrayEquals(
                theirs, here.payload(KIND, digest, "Accept-Encoding", "zstd").body());
        assertArrayEquals(
                theirs, there.payload(KIND, digest, "Accept-Encoding", "zstd").body());
        byte[] ours = Rest.noise(9_000_000, 6);
        String seekable = here.stored(KIND, ours);
        assertTrue(there.manifest(KIND, seekable).text().contains("\"seekable\":true"));
        for (int from : new int[] {0, 262_143, 5_000_000, 8_999_990}) {
            int to = Math.min(ours.length, from + 300_000);
            String range = "bytes=" + from + "-" + (to - 1);
            assertArrayEquals(
                    Arrays.copyOfRange(ours, from, to),
                    here.payload(KIND, seekable, "Range", range).body());
            assertArrayEquals(
                    Arrays.copyOfRange(bytes, from, to),
                    here.payload(KIND, digest, "Range", range).body());
        }
        byte[] stored = here.payload(KIND, seekable, "Accept-Encoding", "zstd").body();
        assertArrayEquals(
                Arrays.copyOfRange(stored, 1_000_000, 1_500_000),
                here.payload(KIND, seekable, "Accept-Encoding", "zstd", "Range", "bytes=1000000-1499999")
                        .body());
    }

    @Test
    void scansAndCacheEntriesAreTheServicesToo() throws IOException {
        String entry = "/api/v1/tenants/" + Rest.TENANT + "/cache/entrytrace.graph/" + "6d".repeat(32);
        for (byte[] value : new byte[][] {Rest.noise(100, 1), Rest.noise(900_000, 2)}) {
            assertEquals(204, here.send("PUT", entry, value).status());
            Rest.Answer answer = here.send("GET", entry, null);
            assertArrayEquals(value, answer.body());
            assertArrayEquals(value, there.send("GET", entry, null).body());
        }
        assertEquals(204, here.send("DELETE", entry, null).status());
        assertEquals(404, there.send("GET", entry, null).status());
        String scan = "/api/v1/tenants/" + Rest.TENANT + "/scans/scan-up@1/manifest";
        String digest = here.stored(KIND, Rest.noise(100, 7));
        byte[] json = ("{\"artifacts\":[{\"kind\":\"" + KIND + "\",\"digest\":\"" + digest + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        for (int status : new int[] {201, 200}) {
            assertEquals(
                    status,
                    here.send("PUT", scan, json, "Content-Type", "application/json")
                            .status());
        }
        assertEquals(
                there.send("GET", scan, null).text(),
                here.send("GET", scan, null).text());
        assertTrue(here.listedBy("scan_id=scan-up@1").contains(digest));
    }

    @Test
    void aPayloadOf256MiBGoesThroughBothWithoutEitherHoldingIt() throws Exception {
        Path file = folder.resolve("large");
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        byte[] block = Rest.noise(1 << 20, 9);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < 256; i++) {
                block[i] ^= 1;
                sha.update(block);
                out.write(block);
            }
        }
        String digest = "sha256:" + HexFormat.of().formatHex(sha.digest());
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            assertEquals(
                    201,
                    http.send(
                                    HttpRequest.newBuilder(sidecar.http(Rest.putPath(KIND)))
                                            .POST(HttpRequest.BodyPublishers.ofFile(file))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode());
            HttpResponse<InputStream> answer = http.send(
                    HttpRequest.newBuilder(sidecar.http(Rest.payloadPath(KIND, digest)))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (DigestInputStream body = new DigestInputStream(answer.body(), sha)) {
                body.transferTo(OutputStream.nullOutputStream());
            }
            assertEquals(digest, "sha256:" + HexFormat.of().formatHex(sha.digest()));
        }
        Files.delete(file);
    }

    @Test
    void theOperatorsWorkIsDoneAtTheUpstream() throws IOException {
        Rest.Answer gc = here.send("POST", "/api/v1/admin/gc", new byte[0]);
        assertEquals(400, gc.status(), gc::text);
        assertTrue(gc.text().contains("another Surface.FS"), gc::text);
        SurfaceProcess.Result fsck = cli(new byte[0], "fsck");
        assertEquals(11, fsck.exit(), fsck::stderr);
        assertTrue(fsck.stderr().contains("--endpoint"), fsck::stderr);
    }
}
