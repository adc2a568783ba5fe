package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar whose upstream goes away and comes back, and starts that are refused. */
class UpstreamOutageIT {
    private static final String KIND = "runtime.delta";

    @TempDir
    static Path folder;

    private static SurfaceProcess service;
    private static String endpoint;

    @BeforeAll
    static void start() {
        service = SurfaceProcess.start(folder.resolve("service"));
        endpoint = "grpc://127.0.0.1:" + service.grpcPort();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static SurfaceProcess.Builder sidecar(String home, String cache) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", endpoint)
                .env("SURFACE_STORE_TIMEOUT", "5s")
                .env("SURFACE_CACHE_TYPE", cache)
                .env("SURFACE_CACHE_MANIFEST_MAX_AGE", "100ms");
    }

    private static int status(Rest rest, String path) {
        try {
            return rest.send("GET", path, null).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withACacheOnDiskItGoesOnThroughAnOutageAndStartsInOne() throws IOException {
        byte[] known = Rest.noise(300_000, 1);
        byte[] unknown = Rest.noise(5_000, 2);
        String entry = "/api/v1/tenants/" + Rest.TENANT + "/cache/entrytrace.graph/" + "7e".repeat(32);
        try (SurfaceProcess sidecar = sidecar("sidecar", "disk").start();
                Rest here = new Rest(sidecar);
                Rest there = new Rest(service)) {
            String kept = here.stored(KIND, known);
            there.stored(KIND, unknown);
            assertArrayEquals(known, here.payload(KIND, kept).body());
            service.kill9();

            assertArrayEquals(known, here.payload(KIND, kept).body());
            assertEquals(200, here.manifest(KIND, kept).status());
            Rest.Answer missed = here.payload(KIND, Rest.digest(unknown));
            assertEquals("503 STORE_UNAVAILABLE", missed.status() + " " + missed.code());
            assertEquals(404, status(here, entry));
            assertEquals(503, here.put(KIND, Rest.noise(100, 3)).status());

            sidecar.stop();
            try (SurfaceProcess during = sidecar("sidecar", "disk").launch();
                    Rest again = new Rest(during)) {
                Patience.until(() -> during.output().contains("serves REST") && answers(again, kept), during::output);
                assertTrue(during.output().contains("code=SURFACE_FS_ENDPOINT_REACHABILITY"), during::output);
                assertArrayEquals(known, again.payload(KIND, kept).body());

                service.restart();
                Patience.until(
                        () -> status(again, Rest.payloadPath(KIND, Rest.digest(unknown))) == 200, during::output);
                assertArrayEquals(
                        unknown, again.payload(KIND, Rest.digest(unknown)).body());
                assertEquals(201, again.put(KIND, Rest.noise(100, 3)).status());
            }
        }
    }

    private static boolean answers(Rest rest, String digest) {
        try {
            return rest.manifest(KIND, digest).status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void whatCanNotBeRightIsRefusedAtTheStart() {
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("nowhere"))
                .env("SURFACE_STORE_TYPE", "upstream")
                .launch()) {
            assertEquals(11, server.awaitExit(), server::output);
            assertTrue(server.output().contains("code=SURFACE_ENV_MISSING_ENDPOINT"), server::output);
        }
        Map<String, String> away = Map.of(
                "SURFACE_STORE_TYPE", "upstream",
                "SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + SurfaceProcess.freePort(),
                "SURFACE_CACHE_TYPE", "memory");
        SurfaceProcess.Builder builder = SurfaceProcess.server(folder.resolve("away"));
        away.forEach(builder::env);
        try (SurfaceProcess server = builder.launch()) {
            assertEquals(11, server.awaitExit(), server::output);
            assertTrue(server.output().contains("code=SURFACE_FS_ENDPOINT_REACHABILITY"), server::output);
        }
    }
}
