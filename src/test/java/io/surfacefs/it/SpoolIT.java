package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with a spool, on days on which its S3 store is away. */
@Tag("versitygw")
class SpoolIT {
    private static final String KIND = "runtime.delta";
    private static final String IMAGE = "sha256:" + "7".repeat(64);
    private static final String MEMO = "/api/v1/tenants/" + Rest.TENANT + "/cache/entrytrace.graph/" + "5".repeat(64);
    private static final String SCAN = "/api/v1/tenants/" + Rest.TENANT + "/scans/scan-9/manifest";

    @TempDir
    Path folder;

    @Test
    void whileTheStoreIsAwayPutsAreTakenAndReadAndAreDeliveredWhenItIsBack() throws IOException {
        byte[] small = Rest.noise(4_000, 1);
        byte[] large = Rest.noise(3_000_000, 2);
        try (Versitygw s3 = SpoolProbe.s3(folder.resolve("s3"));
                SurfaceProcess server = SpoolProbe.server(folder.resolve("home"), s3)
                        .env("SURFACE_RETENTION_DELETE", "any")
                        .start();
                Rest rest = new Rest(server)) {
            s3.kill9();
            assertEquals(
                    201, rest.put(KIND, small, "Surface-Image-Digest", IMAGE).status());
            assertEquals(
                    200, rest.put(KIND, small, "Surface-Image-Digest", IMAGE).status());
            assertEquals(
                    201, rest.put(KIND, large, "Surface-Image-Digest", IMAGE).status());
            byte[] scan = ("{\"imageDigest\":\"" + IMAGE + "\",\"artifacts\":[]}").getBytes(StandardCharsets.UTF_8);
            assertEquals(
                    201,
                    rest.send("PUT", SCAN, scan, "Content-Type", "application/json")
                            .status());
            assertEquals(
                    200,
                    rest.send("PUT", SCAN, scan, "Content-Type", "application/json")
                            .status());
            assertEquals(204, rest.send("PUT", MEMO, small).status());

            String digest = Rest.digest(small);
            String other = Rest.digest(large);
            assertEquals(200, rest.manifest(KIND, digest).status());
            assertArrayEquals(small, rest.payload(KIND, digest).body());
            Rest.Answer part = rest.payload(KIND, other, "Range", "bytes=1000000-1000999");
            assertEquals(206, part.status());
            assertArrayEquals(Arrays.copyOfRange(large, 1_000_000, 1_001_000), part.body());
            assertArrayEquals(small, rest.send("GET", MEMO, null).body());
            assertEquals(200, rest.send("GET", SCAN, null).status());
            assertEquals("503 STORE_UNAVAILABLE", rest.delete(KIND, digest).summary());
            assertEquals("503 STORE_UNAVAILABLE", rest.manifest(KIND, IMAGE).summary());
            assertEquals(4, SpoolProbe.metric(server, "surface_spool_depth"));
            assertTrue(SpoolProbe.metric(server, "surface_spool_age_seconds") > 0);
            assertFalse(Files.exists(SpoolProbe.stored(s3, KIND, digest)));

            s3.restart();
            SpoolProbe.awaitDelivered(server);
            assertEquals(4, SpoolProbe.metric(server, "surface_spool_delivered_total"));
            assertEquals(List.of(), SpoolProbe.files(server, "entries"));
            assertTrue(Files.exists(SpoolProbe.stored(s3, KIND, digest)));
            assertArrayEquals(large, rest.payload(KIND, other).body());
            assertEquals(2, rest.listed(IMAGE).size());
            assertArrayEquals(small, rest.send("GET", MEMO, null).body());
            assertEquals(204, rest.delete(KIND, digest).status());
            assertEquals(404, rest.manifest(KIND, digest).status());
        }
    }

    @Test
    void theEndDeliversWhatItCanAndNamesWhatIsLeftForTheNext() throws IOException {
        try (Versitygw s3 = SpoolProbe.s3(folder.resolve("s3"));
                SurfaceProcess server = SpoolProbe.server(folder.resolve("home"), s3)
                        .env("SURFACE_SPOOL_DRAIN_TIMEOUT", "3s")
                        .start()) {
            List<String> digests = new ArrayList<>();
            String left;
            try (Rest rest = new Rest(server)) {
                for (int i = 0; i < 40; i++) {
                    digests.add(rest.stored(KIND, Rest.noise(2_000, 100 + i)));
                }
                server.stop();
                for (String digest : digests) {
                    assertTrue(Files.exists(SpoolProbe.stored(s3, KIND, digest)), digest);
                }
                server.restart();
                s3.kill9();
                left = rest.stored(KIND, Rest.noise(2_000, 200));
            }
            server.stop();
            assertTrue(
                    server.output().contains("event=spool.left key=" + Rest.TENANT + "/" + KIND + "/" + left),
                    server::output);
            SurfaceProcess.Result listed = SurfaceProcess.run(server.home(), "spool", "ls");
            assertTrue(listed.out().contains(Rest.TENANT + "/" + KIND + "/" + left), listed::out);
            Path out = folder.resolve("out");
            SurfaceProcess.Result exported = SurfaceProcess.run(server.home(), "spool", "export", out.toString());
            assertEquals(0, exported.exit(), exported::stderr);
            assertTrue(exported.out().endsWith("1 exported\n"), exported::out);
            assertTrue(Files.exists(out.resolve("offline/surface/manifests/tenants/" + Rest.TENANT + "/" + KIND + "/"
                    + left.substring("sha256:".length()) + ".json")));
            assertEquals(
                    11,
                    SurfaceProcess.run(server.home(), "spool", "drop", "--all").exit());
            // The store is still away: that is no reason not to start.
            server.restart();
            String more;
            try (Rest rest = new Rest(server)) {
                assertArrayEquals(
                        Rest.noise(2_000, 200), rest.payload(KIND, left).body());
                more = rest.stored(KIND, Rest.noise(2_000, 201));
            }
            s3.restart();
            SpoolProbe.awaitDelivered(server);
            assertTrue(Files.exists(SpoolProbe.stored(s3, KIND, left)));
            assertTrue(Files.exists(SpoolProbe.stored(s3, KIND, more)));
        }
    }

    @Test
    void aSecondProcessOnTheSameSpoolIsRefused() throws IOException {
        try (SurfaceProcess first = SurfaceProcess.server(folder.resolve("home"))
                        .env("SURFACE_WRITE_MODE", "write-behind")
                        .start();
                Rest rest = new Rest(first);
                SurfaceProcess second = SurfaceProcess.server(folder.resolve("other"))
                        .env("SURFACE_WRITE_MODE", "write-behind")
                        .env("SURFACE_SPOOL_ROOT", first.home().resolve("spool").toString())
                        .launch()) {
            assertEquals(11, second.awaitExit());
            assertTrue(second.output().contains("code=SURFACE_CACHE_OWNED"), second::output);
            assertTrue(second.output().contains("pid=" + first.pid()), second::output);
            Path home = first.home();
            SurfaceProcess.Result refused = SurfaceProcess.run(home, "spool", "drop", "--all", "--yes");
            assertEquals(11, refused.exit());
            assertTrue(refused.stderr().contains("pid=" + first.pid()), refused::stderr);
            assertEquals(
                    "[]\n",
                    SurfaceProcess.run(home, "spool", "ls", "--output", "json").out());
            // A folder store behind a spool is of little use, but works.
            byte[] bytes = Rest.noise(5_000, 3);
            String digest = rest.stored(KIND, bytes);
            assertArrayEquals(bytes, rest.payload(KIND, digest).body());
            SpoolProbe.awaitDelivered(first);
            assertEquals(200, rest.put(KIND, bytes).status());
        }
    }
}
