package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers with a disk cache in front of their store: one that starts while it is out, and two that share it. */
@Tag("versitygw")
class S3OutageIT {
    private static final String KIND = "runtime.delta";
    private static final Duration AGE = Duration.ofSeconds(2);

    @TempDir
    static Path folder;

    private static Versitygw real;
    private static HostileS3 s3;

    @BeforeAll
    static void start() {
        real = Versitygw.start(folder.resolve("s3"));
        real.makeBucket("surface-cache");
        real.makeBucket("surface-manifests");
        s3 = new HostileS3(real.endpoint());
    }

    @AfterAll
    static void stop() {
        s3.close();
        real.close();
    }

    private static SurfaceProcess.Builder server(String home) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("SURFACE_STORE_BREAKER_DELAY", "1s")
                .env("SURFACE_RETENTION_DELETE", "any")
                .env("SURFACE_CACHE_MANIFEST_MAX_AGE", AGE.toSeconds() + "s")
                .env("SURFACE_CACHE_TYPE", "disk")
                .env("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY)
                .env("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY);
    }

    private static Rest.Answer missing(Rest rest, String digest) throws IOException {
        byte[] keys = ("{\"keys\":[{\"kind\":\"" + KIND + "\",\"digest\":\"" + digest + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        String path = "/api/v1/tenants/" + Rest.TENANT + "/manifests:findMissing";
        return rest.send("POST", path, keys, "Content-Type", "application/json");
    }

    @Test
    void aSidecarStartsWhileItsStoreIsOutServesWhatItHasAndRecoversByItself() throws IOException {
        byte[] bytes = Rest.noise(50_000, 1);
        try (SurfaceProcess sidecar = server("sidecar").start();
                Rest rest = new Rest(sidecar)) {
            String known = rest.stored(KIND, bytes);
            assertArrayEquals(bytes, rest.payload(KIND, known).body());
            sidecar.stop();
            s3.hangUp();
            sidecar.restart();
            assertTrue(sidecar.output().contains("code=SURFACE_FS_ENDPOINT_REACHABILITY"), sidecar::output);
            assertArrayEquals(bytes, rest.payload(KIND, known).body());
            String other = Rest.digest(Rest.noise(1_000, 2));
            assertEquals("503 STORE_UNAVAILABLE", rest.payload(KIND, other).summary());
            assertEquals("503 STORE_UNAVAILABLE", rest.manifest(KIND, other).summary());
            assertEquals("503 STORE_UNAVAILABLE", missing(rest, known).summary());
            assertEquals(
                    "503 STORE_UNAVAILABLE", rest.put(KIND, Rest.noise(100, 3)).summary());
            assertEquals(
                    "503 STORE_UNAVAILABLE",
                    rest.send("POST", "/api/v1/admin/gc", new byte[0]).summary());
            assertTrue(
                    sidecar.output()
                            .contains("audit=delete subject=\"local\" tenant=\"\" call=\"POST /api/v1/admin/gc\""
                                    + " code=STORE_UNAVAILABLE"),
                    sidecar::output);
            s3.behave();
            rest.await(404, Rest.payloadPath(KIND, other));
            assertEquals(201, rest.put(KIND, Rest.noise(100, 3)).status());
            assertTrue(sidecar.output().contains("event=store.circuit state=closed"), sidecar::output);
        } finally {
            s3.behave();
        }
    }

    @Test
    void whatOneReplicaDeletesTheOtherStopsServingWithinItsAge() throws IOException {
        byte[] bytes = Rest.noise(5_000, 4);
        try (SurfaceProcess one = server("one").start();
                SurfaceProcess two = server("two")
                        .env("SURFACE_STORE_REHEARSE_LATENCY", "1ms")
                        .start();
                Rest first = new Rest(one);
                Rest second = new Rest(two)) {
            String digest = first.stored(KIND, bytes);
            assertArrayEquals(bytes, second.payload(KIND, digest).body());
            assertEquals("{\"missing\":[]}", missing(second, digest).text());
            assertEquals(204, first.delete(KIND, digest).status());
            long gone = System.nanoTime();
            assertEquals(404, first.payload(KIND, digest).status());
            LockSupport.parkNanos(AGE.toNanos() - (System.nanoTime() - gone));
            while (System.nanoTime() - gone < AGE.toNanos()) {
                Thread.onSpinWait();
            }
            assertTrue(missing(second, digest).text().contains(digest));
            assertEquals("404 NOT_FOUND", second.payload(KIND, digest).summary());
            assertEquals("404 NOT_FOUND", second.manifest(KIND, digest).summary());
            assertTrue(two.output().contains("event=store.rehearsal"), "a rehearsal is never silently on");
            assertFalse(one.output().contains("rehearsal"), one::output);
        }
    }
}
