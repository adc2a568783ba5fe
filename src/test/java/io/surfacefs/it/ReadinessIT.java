package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the probes on the management port say while the store goes and comes. */
class ReadinessIT {
    @TempDir
    Path folder;

    private static HttpResponse<String> probe(HttpClient http, SurfaceProcess server, String name) throws Exception {
        return http.send(
                HttpRequest.newBuilder(server.management("/q/health/" + name)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void readyFallsWithTheStoreAndComesBackWithItWhileLiveStaysUp() throws Exception {
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                HttpClient http = HttpClient.newHttpClient();
                Rest rest = new Rest(server)) {
            String digest = rest.stored("sbom.fragment", Rest.noise(1000, 1));
            Path store = server.home().resolve("store");
            Path away = server.home().resolve("away");
            Files.move(store, away);
            assertOut(probe(http, server, "ready"));
            // An empty folder in its place, as when a volume is no longer mounted, is not that store either.
            Files.createDirectories(store.resolve("tmp"));
            assertOut(probe(http, server, "ready"));
            assertEquals(200, probe(http, server, "live").statusCode());
            assertEquals(200, probe(http, server, "started").statusCode());
            assertRefused(rest);

            Files.move(store, server.home().resolve("wrong"));
            Files.move(away, store);
            HttpResponse<String> back = probe(http, server, "ready");
            assertEquals(200, back.statusCode(), back::body);
            assertEquals(200, rest.payload("sbom.fragment", digest).status());
            rest.stored("sbom.fragment", Rest.noise(1000, 2));
            assertEquals(0, StoreFolder.of(server).temporary().size(), "the looks left something");
        }
    }

    private static void assertOut(HttpResponse<String> ready) {
        assertEquals(503, ready.statusCode(), ready::body);
        assertTrue(ready.body().contains("STORE_UNAVAILABLE"), ready::body);
    }

    private static void assertRefused(Rest rest) throws IOException {
        assertEquals(
                "503 STORE_UNAVAILABLE",
                rest.put("sbom.fragment", Rest.noise(1000, 3)).summary());
    }
}
