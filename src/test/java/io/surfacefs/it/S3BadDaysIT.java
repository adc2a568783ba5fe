package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program on days on which its S3 store is away, cut off, not the one that was meant, or not to be entered. */
@Tag("versitygw")
class S3BadDaysIT {
    private static final String KIND = "runtime.delta";

    @TempDir
    static Path folder;

    private static Versitygw s3;

    @BeforeAll
    static void start() {
        s3 = Versitygw.start(folder.resolve("s3"));
        s3.makeBucket("surface-cache");
        s3.makeBucket("surface-manifests");
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    private static Map<String, String> environment(String endpoint) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SURFACE_STORE_TYPE", "s3");
        environment.put("SURFACE_STORE_ENDPOINT", endpoint);
        environment.put("SURFACE_CACHE_TYPE", "none");
        environment.put("SURFACE_STORE_MAX_ATTEMPTS", "2");
        environment.put("SURFACE_STORE_BREAKER_DELAY", "1s");
        environment.put("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY);
        return environment;
    }

    private static SurfaceProcess server(String home, Map<String, String> environment) {
        SurfaceProcess.Builder server = SurfaceProcess.server(folder.resolve(home));
        environment.forEach(server::env);
        return server.start();
    }

    @Test
    void whileTheStoreIsAwayNothingIsSaidToBeMissingAndAfterwardsEverythingIsThere() throws IOException {
        Versitygw away = Versitygw.start(folder.resolve("away"));
        away.makeBucket("surface-cache");
        away.makeBucket("surface-manifests");
        byte[] bytes = Rest.noise(400_000, 1);
        try (SurfaceProcess server =
                        server("outage", environment(away.endpoint().toString()));
                Rest rest = new Rest(server)) {
            String digest = rest.stored(KIND, bytes);
            away.kill9();
            for (Rest.Answer answer : new Rest.Answer[] {
                rest.manifest(KIND, digest),
                rest.payload(KIND, digest),
                rest.manifest(KIND, "sha256:" + "0".repeat(64)),
                rest.put(KIND, Rest.noise(100, 2)),
                rest.put(KIND, Rest.noise(3_000_000, 3)),
                rest.send("GET", "/api/v1/tenants/" + Rest.TENANT + "/manifests", null)
            }) {
                assertEquals("503 STORE_UNAVAILABLE", answer.summary(), answer::text);
                assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            }
            byte[] keys = ("{\"keys\":[{\"kind\":\"" + KIND + "\",\"digest\":\"" + digest + "\"}]}")
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            assertEquals(
                    "503 STORE_UNAVAILABLE",
                    rest.send(
                                    "POST",
                                    "/api/v1/tenants/" + Rest.TENANT + "/manifests:findMissing",
                                    keys,
                                    "Content-Type",
                                    "application/json")
                            .summary());
            away.restart();
            rest.await(200, Rest.payloadPath(KIND, digest));
            assertArrayEquals(bytes, rest.payload(KIND, digest).body());
            assertEquals(201, rest.put(KIND, Rest.noise(3_000_000, 3)).status());
        } finally {
            away.close();
        }
    }

    @Test
    void aBucketThatGoesAwayIsNoReasonToSayThatSomethingIsMissing() throws IOException {
        Versitygw gone = Versitygw.start(folder.resolve("gone"));
        gone.makeBucket("surface-cache");
        gone.makeBucket("surface-manifests");
        try (SurfaceProcess server =
                        server("bucket", environment(gone.endpoint().toString()));
                Rest rest = new Rest(server)) {
            String digest = rest.stored(KIND, Rest.noise(1_000, 1));
            Files.move(gone.bucket("surface-manifests"), gone.bucket("elsewhere"));
            assertEquals("503 STORE_UNAVAILABLE", rest.manifest(KIND, digest).summary());
            assertEquals(
                    "503 STORE_UNAVAILABLE",
                    rest.manifest(KIND, "sha256:" + "0".repeat(64)).summary());
            Files.move(gone.bucket("elsewhere"), gone.bucket("surface-manifests"));
            rest.await(200, Rest.manifestPath(KIND, digest));
        } finally {
            gone.close();
        }
    }

    @Test
    void aConnectionThatBreaksInTheMiddleOfAnObjectIsNotSeenByTheReader() throws IOException {
        byte[] bytes = Rest.noise(6_000_000, 4);
        try (Relay wire = new Relay(s3.endpoint());
                SurfaceProcess server =
                        server("cut", environment(wire.endpoint().toString()));
                Rest rest = new Rest(server)) {
            String digest = rest.stored(KIND, bytes);
            for (int i = 1; i <= 4; i++) {
                wire.cutAfter(1_300_000L * i);
                assertArrayEquals(bytes, rest.payload(KIND, digest).body());
            }
            wire.cutAll();
            assertArrayEquals(bytes, rest.payload(KIND, digest).body());
        }
    }

    private static String refused(Map<String, String> environment) {
        for (String server : new String[] {"HTTP", "GRPC_SERVER", "MANAGEMENT"}) {
            environment.put("QUARKUS_" + server + "_PORT", Integer.toString(SurfaceProcess.freePort()));
        }
        SurfaceProcess.Result result = SurfaceProcess.run(folder.resolve("refused"), environment, new byte[0], "serve");
        assertEquals(11, result.exit(), () -> result.out() + result.stderr());
        assertFalse(result.out().contains("serves REST"), result::out);
        assertFalse((result.out() + result.stderr()).contains("Thread blocked"), "an event loop waits for the store");
        Matcher line = Pattern.compile("(?m)^code=([A-Z_]+) .* hint=\".+\"$").matcher(result.stderr());
        assertTrue(line.find(), result::stderr);
        return line.group(1);
    }

    @Test
    void aStartIsRefusedWithTheCodeOfWhatIsWrong() throws IOException {
        String endpoint = s3.endpoint().toString();
        Map<String, String> environment = environment(endpoint);
        environment.put("SURFACE_STORE_BUCKET", "no-such-bucket");
        assertEquals("SURFACE_FS_BUCKET_MISMATCH", refused(environment));

        assertEquals(
                "SURFACE_FS_ENDPOINT_REACHABILITY",
                refused(environment("http://127.0.0.1:" + SurfaceProcess.freePort())));

        try (HostileS3 silent = new HostileS3(s3.endpoint())) {
            silent.slow(Duration.ofMinutes(5));
            environment = environment(silent.endpoint().toString());
            environment.put("SURFACE_STORE_TIMEOUT", "4s");
            assertEquals("SURFACE_FS_ENDPOINT_REACHABILITY", refused(environment));
        }

        environment = environment(endpoint);
        environment.put("AWS_SECRET_ACCESS_KEY", "another");
        assertEquals("SURFACE_SECRET_MISSING", refused(environment));

        Path secrets = Files.createDirectories(folder.resolve("secrets"));
        environment = environment(endpoint);
        environment.put("SURFACE_SECRETS_DIR", secrets.toString());
        assertEquals("SURFACE_SECRET_MISSING", refused(environment));
        Files.writeString(secrets.resolve("s3-access-key-id"), Versitygw.ACCESS_KEY);
        assertEquals("SURFACE_SECRET_MISSING", refused(environment));
    }

    @Test
    void secretsComeFromMountedFilesAndOldOnesAreToldOf() throws IOException {
        Path secrets = Files.createDirectories(folder.resolve("mounted"));
        Files.writeString(secrets.resolve("s3-access-key-id"), Versitygw.ACCESS_KEY + "\n");
        Path secret = Files.writeString(secrets.resolve("s3-secret-access-key"), Versitygw.SECRET_KEY + "\n");
        Files.setLastModifiedTime(secret, FileTime.from(Instant.now().minus(Duration.ofDays(100))));
        Map<String, String> environment = environment(s3.endpoint().toString());
        environment.put("AWS_SECRET_ACCESS_KEY", "not this one");
        environment.put("SURFACE_SECRETS_DIR", secrets.toString());
        environment.put("SURFACE_STORE_BUCKET", "all-in-one");
        environment.put("SURFACE_STORE_MANIFEST_BUCKET", "all-in-one");
        environment.put("SURFACE_STORE_PREFIX", "site/a");
        environment.put("SURFACE_STORE_CREATE_BUCKETS", "true");
        SurfaceProcess.Result doctor = SurfaceProcess.run(folder.resolve("doctor"), environment, new byte[0], "doctor");
        assertEquals(0, doctor.exit(), () -> doctor.out() + doctor.stderr());
        assertTrue(doctor.out().contains("SURFACE_SECRET_STALE"), doctor::out);
        assertFalse((doctor.out() + doctor.stderr()).contains(Versitygw.SECRET_KEY));
        try (SurfaceProcess server = server("mounted-home", environment);
                Rest rest = new Rest(server)) {
            byte[] bytes = Rest.noise(50_000, 9);
            String digest = rest.stored(KIND, bytes, "Surface-Scan-Id", "scan-1");
            assertArrayEquals(bytes, rest.payload(KIND, digest).body());
            assertTrue(Files.isRegularFile(s3.bucket("all-in-one").resolve("site/a/format.json")));
            Rest.Answer listed = rest.send("GET", "/api/v1/tenants/" + Rest.TENANT + "/manifests?kind=" + KIND, null);
            assertTrue(listed.text().contains(digest), listed::text);
            assertFalse(listed.text().contains("site/a"), "a manifest never names a site");
            assertFalse(server.output().contains(Versitygw.SECRET_KEY));
        }
    }
}
