package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.PutManifestHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers and the command line over the buckets of one real S3 server, each with a data folder of its own. */
@Tag("versitygw")
class S3ServiceIT {
    private static final String KIND = "runtime.delta";

    @TempDir
    static Path folder;

    private static Versitygw s3;
    private static SurfaceProcess first;
    private static SurfaceProcess second;
    private static Rest one;
    private static Rest two;
    private static GrpcClient grpc;

    @BeforeAll
    static void start() {
        s3 = Versitygw.start(folder.resolve("s3"));
        s3.makeBucket("surface-cache");
        s3.makeBucket("surface-manifests");
        first = server("first");
        second = server("second");
        one = new Rest(first);
        two = new Rest(second);
        grpc = new GrpcClient(second);
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SURFACE_STORE_TYPE", "s3");
        environment.put("SURFACE_STORE_ENDPOINT", s3.endpoint().toString());
        environment.put("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY);
        environment.put("SURFACE_RETENTION_DELETE", "any");
        // Else what the other one deletes is remembered for a while.
        environment.put("SURFACE_CACHE_TYPE", "none");
        return environment;
    }

    private static SurfaceProcess server(String home) {
        SurfaceProcess.Builder server = SurfaceProcess.server(folder.resolve(home));
        environment().forEach(server::env);
        return server.start();
    }

    private static SurfaceProcess.Result cli(Map<String, String> more, byte[] stdin, String... arguments) {
        Map<String, String> environment = environment();
        environment.putAll(more);
        return SurfaceProcess.run(folder.resolve("cli"), environment, stdin, arguments);
    }

    @AfterAll
    static void stop() {
        grpc.close();
        one.close();
        two.close();
        first.close();
        second.close();
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

    private static List<Path> samples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/samples"))) {
            return files.sorted().toList();
        }
    }

    /** Text of many samples, so that it compresses as real payloads do. */
    private static byte[] large(int size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int round = 0; out.size() < size; round++) {
            for (Path sample : samples()) {
                out.writeBytes((round + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                out.writeBytes(Files.readAllBytes(sample));
            }
        }
        return Arrays.copyOf(out.toByteArray(), size);
    }

    @Test
    void whatIsPutOverOneEdgeOfOneReplicaIsReadOverTheOthersOfTheOther() throws IOException {
        String image = "sha256:" + "ab".repeat(32);
        Set<String> put = new HashSet<>();
        int turn = 0;
        for (Path sample : samples()) {
            byte[] bytes = Files.readAllBytes(sample);
            String digest = Rest.digest(bytes);
            switch (turn++ % 3) {
                case 0 -> one.stored(KIND, bytes, "Surface-Image-Digest", image);
                case 1 -> {
                    PutManifestHeader.Builder header = PutManifestHeader.newBuilder()
                            .setTenant(Rest.TENANT)
                            .setKind(KIND);
                    header.getSourceBuilder().setImageDigest(image);
                    assertTrue(grpc.put(header.build(), bytes).getCreated());
                }
                default -> {
                    SurfaceProcess.Result result = cli(
                            Map.of(),
                            bytes,
                            "put",
                            "--tenant",
                            Rest.TENANT,
                            "--kind",
                            KIND,
                            "--image-digest",
                            image,
                            "-");
                    assertEquals(0, result.exit(), result::stderr);
                }
            }
            put.add(digest);
            assertArrayEquals(bytes, one.payload(KIND, digest).body());
            assertArrayEquals(bytes, two.payload(KIND, digest).body());
            assertArrayEquals(bytes, got(digest));
            assertEquals(
                    one.manifest(KIND, digest).text(),
                    two.manifest(KIND, digest).text());
        }
        assertEquals(put, one.listed(image));
        assertEquals(put, two.listed(image));
        String digest = put.iterator().next();
        SurfaceProcess.Result get = cli(Map.of(), new byte[0], "get", "--tenant", Rest.TENANT, "--kind", KIND, digest);
        assertEquals(0, get.exit(), get::stderr);
        assertEquals(digest, Rest.digest(get.stdout()));
        SurfaceProcess.Result ls = cli(Map.of(), new byte[0], "ls", "--tenant", Rest.TENANT, "--image-digest", image);
        assertEquals(put.size(), ls.out().lines().count(), ls::out);
    }

    @Test
    void aLargePayloadGoesInPartsAndComesBackWholeInPartsAndEncoded() throws IOException {
        // Half of it doesn't compress, so its stored form takes several parts.
        byte[] bytes = new byte[60_000_000];
        System.arraycopy(large(20_000_000), 0, bytes, 0, 20_000_000);
        System.arraycopy(Rest.noise(40_000_000, 77), 0, bytes, 20_000_000, 40_000_000);
        String digest = one.stored(KIND, bytes);
        assertArrayEquals(bytes, two.payload(KIND, digest).body());
        byte[] stored = one.payload(KIND, digest, "Accept-Encoding", "zstd").body();
        assertTrue(one.manifest(KIND, digest).text().contains("\"sha256\":\"" + Rest.digest(stored)));
        assertEquals(bytes.length, Zstd.decompress(stored, bytes.length).length);
        for (int from : new int[] {0, 1, 262_143, 262_144, 5_000_000, 33_333_333, 59_999_990}) {
            int to = Math.min(bytes.length, from + 300_000);
            Rest.Answer part = two.payload(KIND, digest, "Range", "bytes=" + from + "-" + (to - 1));
            assertEquals(206, part.status(), part::text);
            assertArrayEquals(Arrays.copyOfRange(bytes, from, to), part.body());
            byte[] chunk = grpc.get(GetPayloadRequest.newBuilder()
                            .setTenant(Rest.TENANT)
                            .setKind(KIND)
                            .setDigest(digest)
                            .setEncoding(Encoding.ZSTD)
                            .setOffset(Math.min(from, stored.length))
                            .setLimit(100_000)
                            .build())
                    .bytes();
            int storedFrom = Math.min(from, stored.length);
            assertArrayEquals(
                    Arrays.copyOfRange(stored, storedFrom, Math.min(stored.length, storedFrom + 100_000)), chunk);
        }
        assertEquals(416, two.payload(KIND, digest, "Range", "bytes=60000000-").status());
    }

    @Test
    void ofTwoReplicasThatPutOneDigestOneCreatesItAndBothTellOfThatOne() throws Exception {
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 12; i++) {
                byte[] bytes = Rest.noise(i % 3 == 0 ? 1_300_000 : 10_000 * i, 4_000 + i);
                Callable<Rest.Answer> plain = () -> one.put(KIND, bytes);
                Callable<Rest.Answer> encoded =
                        () -> two.put(KIND, Zstd.compress(bytes, 7), "Content-Encoding", "zstd");
                List<Integer> statuses = new ArrayList<>();
                for (Future<Rest.Answer> answer : both.invokeAll(List.of(plain, encoded))) {
                    statuses.add(answer.get().status());
                }
                statuses.sort(null);
                assertEquals(List.of(200, 201), statuses);
                String digest = Rest.digest(bytes);
                String manifest = one.manifest(KIND, digest).text();
                assertEquals(manifest, two.manifest(KIND, digest).text());
                byte[] stored =
                        two.payload(KIND, digest, "Accept-Encoding", "zstd").body();
                assertTrue(manifest.contains("\"sha256\":\"" + Rest.digest(stored) + "\""), manifest);
                assertArrayEquals(bytes, one.payload(KIND, digest).body());
            }
        }
    }

    private static boolean objectExists(String digest) {
        String hex = digest.substring("sha256:".length());
        return Files.exists(s3.bucket("surface-cache")
                .resolve("tenants/" + Rest.TENANT + "/" + KIND + "/sha256/" + hex.substring(0, 2) + "/"
                        + hex.substring(2, 4) + "/" + hex + "/payload.json.zst"));
    }

    @Test
    void whatOneReplicaDeletesIsGoneFromTheOtherAtOnceAndItsObjectIsSwept() throws IOException {
        byte[] bytes = Rest.noise(300_000, 5);
        String digest = one.stored(KIND, bytes);
        byte[] kept = Rest.noise(300_000, 6);
        String keptDigest = one.stored(KIND, kept);
        assertEquals(204, two.delete(KIND, digest).status());
        assertEquals(404, one.manifest(KIND, digest).status());
        assertEquals(404, one.payload(KIND, digest).status());
        assertEquals(404, one.delete(KIND, digest).status());
        assertTrue(objectExists(digest));
        SurfaceProcess.Result gc = cli(Map.of("SURFACE_STORE_GRACE", "0s"), new byte[0], "gc");
        assertEquals(0, gc.exit(), gc::stderr);
        assertFalse(objectExists(digest));
        assertTrue(objectExists(keptDigest));
        assertArrayEquals(kept, two.payload(KIND, keptDigest).body());
        assertEquals(201, two.put(KIND, bytes).status());
        assertArrayEquals(bytes, one.payload(KIND, digest).body());
    }

    @Test
    void aKilledReplicaLosesNothingThatWasAcknowledgedAndTheOtherGoesOn() throws IOException {
        SurfaceProcess third = server("third");
        List<byte[]> put = new ArrayList<>();
        try (Rest rest = new Rest(third)) {
            for (int i = 0; i < 6; i++) {
                put.add(Rest.noise(i % 2 == 0 ? 2_000 : 1_500_000, 900 + i));
                rest.stored(KIND, put.getLast());
            }
            third.kill9();
        }
        for (byte[] bytes : put) {
            assertArrayEquals(bytes, two.payload(KIND, Rest.digest(bytes)).body());
        }
        third.restart();
        try (Rest rest = new Rest(third)) {
            rest.stored(KIND, Rest.noise(2_000_000, 990));
        }
        third.close();
        try (Stream<Path> left = Files.list(folder.resolve("third/intake"))) {
            assertEquals(
                    List.of("open.lock"),
                    left.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void cacheEntriesAndScansAreSharedToo() throws IOException {
        String entry = "/api/v1/tenants/" + Rest.TENANT + "/cache/entrytrace.graph/" + "5c".repeat(32);
        byte[] value = large(400_000);
        assertEquals(204, one.send("PUT", entry, value).status());
        assertArrayEquals(value, two.send("GET", entry, null).body());
        assertEquals(204, two.send("DELETE", entry, null).status());
        assertEquals(404, one.send("GET", entry, null).status());
        String scan = "/api/v1/tenants/" + Rest.TENANT + "/scans/scan-s3@1/manifest";
        String digest = one.stored(KIND, Rest.noise(100, 1));
        byte[] json = ("{\"artifacts\":[{\"kind\":\"" + KIND + "\",\"digest\":\"" + digest + "\"}]}")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(
                201,
                one.send("PUT", scan, json, "Content-Type", "application/json").status());
        assertEquals(
                one.send("GET", scan, null).text(), two.send("GET", scan, null).text());
        Rest.Answer listed = two.send("GET", "/api/v1/tenants/" + Rest.TENANT + "/manifests?scan_id=scan-s3@1", null);
        assertTrue(listed.text().contains(digest), listed::text);
    }
}
