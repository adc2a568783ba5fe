package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with a spool before a cache on its disk, as a sidecar has them, and an S3 store that comes and goes. */
@Tag("versitygw")
class SpoolCacheIT {
    private static final String KIND = "runtime.delta";
    private static final String IMAGE = "sha256:" + "8".repeat(64);
    private static final String MEMO = "/api/v1/tenants/" + Rest.TENANT + "/cache/entrytrace.graph/" + "6".repeat(64);
    private static final byte[] SMALL = Rest.noise(2_000, 1);
    private static final byte[] LARGE = Rest.noise(1_700_000, 2);

    @TempDir
    Path folder;

    private SurfaceProcess sidecar(Versitygw s3) {
        return SpoolProbe.server(folder.resolve("sidecar"), s3)
                .env("SURFACE_CACHE_TYPE", "disk")
                .env("SURFACE_CACHE_MEMORY_QUOTA", "0")
                .start();
    }

    private static void assertReadBack(Rest rest) throws IOException {
        assertArrayEquals(SMALL, rest.payload(KIND, Rest.digest(SMALL)).body());
        assertArrayEquals(LARGE, rest.payload(KIND, Rest.digest(LARGE)).body());
        Rest.Answer part = rest.payload(KIND, Rest.digest(LARGE), "Range", "bytes=1500000-1500999");
        assertEquals(206, part.status());
        assertArrayEquals(Arrays.copyOfRange(LARGE, 1_500_000, 1_501_000), part.body());
        assertEquals(200, rest.manifest(KIND, Rest.digest(SMALL)).status());
        assertArrayEquals(SMALL, rest.send("GET", MEMO, null).body());
    }

    @Test
    void whatWasTakenInAnOutageOutlivesAKillAndIsReadHereAndEverywhereAndFromTheCacheInTheNextOutage()
            throws IOException {
        try (Versitygw s3 = SpoolProbe.s3(folder.resolve("s3"));
                SurfaceProcess elsewhere = SpoolProbe.server(folder.resolve("elsewhere"), s3)
                        .env("SURFACE_WRITE_MODE", "write-through")
                        .start();
                SurfaceProcess sidecar = sidecar(s3)) {
            s3.kill9();
            try (Rest rest = new Rest(sidecar)) {
                assertEquals(
                        201,
                        rest.put(KIND, SMALL, "Surface-Image-Digest", IMAGE).status());
                assertEquals(
                        201,
                        rest.put(KIND, LARGE, "Surface-Image-Digest", IMAGE).status());
                assertEquals(204, rest.send("PUT", MEMO, SMALL).status());
                assertReadBack(rest);
            }
            sidecar.kill9();
            sidecar.restart();
            assertEquals(3, SpoolProbe.metric(sidecar, "surface_spool_depth"));
            try (Rest rest = new Rest(sidecar)) {
                assertReadBack(rest);
                s3.restart();
                SpoolProbe.awaitDelivered(sidecar);
                try (Rest other = new Rest(elsewhere)) {
                    assertReadBack(other);
                    assertEquals(Set.of(Rest.digest(SMALL), Rest.digest(LARGE)), other.listed(IMAGE));
                }
                assertReadBack(rest);
                assertEquals(List.of(), SpoolProbe.files(sidecar, "entries"));
                assertEquals(List.of(), SpoolProbe.files(sidecar, "rejected"));
                s3.kill9();
                assertArrayEquals(SMALL, rest.payload(KIND, Rest.digest(SMALL)).body());
                assertArrayEquals(LARGE, rest.payload(KIND, Rest.digest(LARGE)).body());
            }
        }
    }

    @Test
    void whatIsPutAsideIsNotServedFromMemoryEither() throws IOException {
        String digest = Rest.digest(SMALL);
        try (Versitygw s3 = SpoolProbe.s3(folder.resolve("s3"));
                SurfaceProcess server = SpoolProbe.server(folder.resolve("home"), s3)
                        .env("SURFACE_CACHE_TYPE", "memory")
                        .env("SURFACE_CACHE_MANIFEST_MAX_AGE", "10m")
                        .start();
                Rest rest = new Rest(server)) {
            s3.kill9();
            assertEquals(digest, rest.stored(KIND, SMALL));
            assertArrayEquals(SMALL, rest.payload(KIND, digest).body());
            String entry = SpoolProbe.files(server, "entries").getFirst();
            Path file = server.home().resolve("spool/entries").resolve(entry);
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 10] ^= 1;
            Files.write(file, bytes);
            assertArrayEquals(SMALL, rest.payload(KIND, digest).body(), "what memory has was sound");

            s3.restart();
            SpoolProbe.awaitDelivered(server);
            assertTrue(SpoolProbe.files(server, "rejected").contains(entry));
            assertEquals(404, rest.payload(KIND, digest).status());
            assertEquals(404, rest.manifest(KIND, digest).status());
            assertEquals(201, rest.put(KIND, SMALL).status());
            SpoolProbe.awaitDelivered(server);
            assertArrayEquals(SMALL, rest.payload(KIND, digest).body());
            assertFalse(SpoolProbe.files(server, "rejected").isEmpty());
        }
    }
}
