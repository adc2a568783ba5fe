package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Small payloads from a memory tier that is too small for them, so that its memory is used again all the time. */
class HotReadsIT {
    private static final String KIND = "sbom.fragment";
    private static final int PAYLOADS = 24;
    private static final int SIZE = 60_000;
    private static final int AT_A_TIME = 40;
    private static final int ROUNDS = 25;

    @TempDir
    Path folder;

    /** The seed is fixed: the same payloads in the same order, however they interleave. */
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void everyReaderGetsItsOwnPayloadWhileOthersPushItOut(HttpClient.Version version) throws Exception {
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("home"))
                        .env("SURFACE_CACHE_MEMORY_QUOTA", "512K")
                        .start();
                Rest rest = new Rest(server);
                HttpClient client = HttpClient.newBuilder().version(version).build()) {
            List<byte[]> payloads = new ArrayList<>();
            List<HttpRequest> requests = new ArrayList<>();
            for (int i = 0; i < PAYLOADS; i++) {
                payloads.add(Rest.noise(SIZE, i));
                requests.add(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort()
                                + "/api/v1/tenants/" + Rest.TENANT + "/payloads/" + KIND + "/"
                                + rest.stored(KIND, payloads.get(i))))
                        .timeout(Duration.ofSeconds(60))
                        .build());
            }
            // The first answer settles the protocol of the connection.
            assertEquals(
                    version,
                    client.send(requests.getFirst(), HttpResponse.BodyHandlers.ofByteArray())
                            .version());
            Random random = new Random(7);
            int read = 0;
            for (int round = 0; round < ROUNDS; round++) {
                List<Integer> asked = new ArrayList<>();
                List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
                for (int i = 0; i < AT_A_TIME; i++) {
                    // Most of them of a few, so that those are found in memory.
                    asked.add(random.nextInt(4) == 0 ? random.nextInt(PAYLOADS) : random.nextInt(4));
                    answers.add(
                            client.sendAsync(requests.get(asked.getLast()), HttpResponse.BodyHandlers.ofByteArray()));
                }
                for (int i = 0; i < AT_A_TIME; i++) {
                    HttpResponse<byte[]> answer = answers.get(i).get(60, TimeUnit.SECONDS);
                    assertEquals(200, answer.statusCode());
                    assertArrayEquals(payloads.get(asked.get(i)), answer.body());
                    read++;
                }
            }
            assertEquals(ROUNDS * AT_A_TIME, read);
            assertTrue(server.isAlive());
        }
    }
}
