package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers see, and what the store sees of them, while a store fails in all the ways it can. */
@Tag("versitygw")
class S3FaultsIT {
    private static final String KIND = "runtime.delta";
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final int CLIENTS = 100;

    @TempDir
    static Path folder;

    private static Versitygw real;
    private static HostileS3 s3;
    private static SurfaceProcess server;
    private static Rest rest;

    @BeforeAll
    static void start() {
        real = Versitygw.start(folder.resolve("s3"));
        real.makeBucket("surface-cache");
        real.makeBucket("surface-manifests");
        s3 = new HostileS3(real.endpoint());
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("SURFACE_STORE_BREAKER_DELAY", DELAY.toSeconds() + "s")
                .env("SURFACE_CACHE_TYPE", "none")
                .env("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY)
                .env("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY)
                .start();
        rest = new Rest(server);
    }

    @AfterAll
    static void stop() {
        rest.close();
        server.close();
        s3.close();
        real.close();
    }

    @AfterEach
    void recoverWithoutARestart() throws IOException {
        s3.behave();
        rest.await(404, Rest.manifestPath(KIND, absent(0)));
        assertFalse(server.output().contains("Thread blocked"), server::output);
    }

    private static String absent(int i) {
        return "sha256:" + String.format("%064x", i);
    }

    private static HttpResponse<String> health(String what) throws IOException, InterruptedException {
        return management("/q/health/" + what);
    }

    private static HttpResponse<String> management(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.management(path))
                .timeout(Duration.ofSeconds(60))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void whileTheStoreIsOutAHundredClientsAreOneProbeInEachDelay() throws Exception {
        s3.answer(500, "InternalError");
        assertEquals("503 STORE_UNAVAILABLE", rest.manifest(KIND, absent(1)).summary());
        int before = s3.requests().size();
        long begun = System.nanoTime();
        List<String> wrong = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> asking = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                String digest = absent(100 + i);
                asking.add(clients.submit(() -> {
                    for (int j = 0; j < 12; j++) {
                        Rest.Answer answer = rest.manifest(KIND, digest);
                        if (!answer.summary().equals("503 STORE_UNAVAILABLE")
                                || !answer.headers()
                                        .firstValue("Retry-After")
                                        .orElse("")
                                        .equals("" + DELAY.toSeconds())) {
                            synchronized (wrong) {
                                wrong.add(answer.summary() + answer.headers().map());
                            }
                        }
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                    }
                    return null;
                }));
            }
            for (Future<?> one : asking) {
                one.get(60, TimeUnit.SECONDS);
            }
        }
        int asked = s3.requests().size() - before;
        long delays = (System.nanoTime() - begun) / DELAY.toNanos() + 1;
        assertEquals(List.of(), wrong);
        assertTrue(asked <= delays, () -> asked + " requests in " + delays + " delays");
        assertTrue(asked >= 1, "nobody looked whether it is back");
        assertEquals(503, health("ready").statusCode());
        assertEquals(200, health("live").statusCode());
        String metrics = management("/q/metrics").body();
        assertTrue(
                metrics.contains("surface_store_requests_total{op=\"manifest\",outcome=\"store_unavailable\""),
                metrics);
    }

    @ParameterizedTest
    @CsvSource({
        "503, SlowDown, the store asks for fewer requests",
        "500, InternalError, the store failed",
        "403, InvalidAccessKeyId, the store refuses the credentials",
        "403, SignatureDoesNotMatch, the store refuses the credentials",
        "404, NoSuchBucket, a bucket of the store is missing"
    })
    void aStoreThatRefusesIsToldOfAndNothingIsSaidToBeMissing(int status, String code, String words)
            throws IOException {
        String digest = rest.stored(KIND, Rest.noise(1_000, status));
        s3.answer(status, code);
        for (Rest.Answer answer : List.of(
                rest.manifest(KIND, digest),
                rest.payload(KIND, digest),
                rest.manifest(KIND, absent(2)),
                rest.put(KIND, Rest.noise(500, 77)))) {
            assertEquals("503 STORE_UNAVAILABLE", answer.summary());
            assertTrue(answer.headers().firstValue("Retry-After").isPresent());
            assertTrue(answer.text().contains(words), answer::text);
        }
    }

    @Test
    void aFaultThatPassesIsNotSeenByTheCaller() throws IOException {
        byte[] bytes = Rest.noise(400_000, 10);
        s3.answerSome(2, 500, "InternalError");
        String digest = rest.stored(KIND, bytes);
        s3.answerSome(1, 503, "SlowDown");
        assertArrayEquals(bytes, rest.payload(KIND, digest).body());
        s3.answerSome(2, 500, "InternalError");
        assertEquals(200, rest.manifest(KIND, digest).status());
        s3.answerSome(3, 500, "InternalError");
        assertEquals("503 STORE_UNAVAILABLE", rest.manifest(KIND, digest).summary());
    }

    @Test
    void aStoreThatHangsUpIsUnavailable() throws IOException {
        String digest = rest.stored(KIND, Rest.noise(1_000, 5));
        s3.hangUp();
        assertEquals("503 STORE_UNAVAILABLE", rest.payload(KIND, digest).summary());
        assertEquals(
                "503 STORE_UNAVAILABLE",
                rest.put(KIND, Rest.noise(3_000_000, 6)).summary());
    }

    @Test
    void aStoreThatTakesTwoSecondsForEachAnswerIsSlowAndNotOut() throws IOException {
        byte[] bytes = Rest.noise(1_000, 8);
        String digest = rest.stored(KIND, bytes);
        s3.slow(Duration.ofSeconds(2));
        assertArrayEquals(bytes, rest.payload(KIND, digest).body());
        s3.slow(Duration.ofSeconds(1)); // a put is seven requests, one after the other
        Rest.Answer put = rest.put(KIND, Rest.noise(1_000, 9));
        assertEquals(201, put.status(), put::text);
    }

    @Test
    void bytesThatRotAtTheStoreAreNeverAWholeAnswer() throws IOException {
        for (int size : new int[] {10_000, 3_000_000}) {
            String digest = rest.stored(KIND, Rest.noise(size, size));
            flip(digest);
            try {
                assertEquals("502 CORRUPT_OBJECT", rest.payload(KIND, digest).summary());
            } catch (IOException cut) {
                assertTrue(size > 1 << 20, "a small one is known to be wrong before its first byte");
            }
            assertThrows(IOException.class, () -> {
                Rest.Answer stored = rest.payload(KIND, digest, "Accept-Encoding", "zstd");
                if (stored.status() == 502) {
                    throw new IOException("told in time");
                }
            });
        }
    }

    /** Changes one byte of a payload where the store keeps it. */
    private static void flip(String digest) throws IOException {
        String hex = digest.substring("sha256:".length());
        Path file;
        try (Stream<Path> files = Files.walk(real.bucket("surface-cache"))) {
            file = files.filter(f -> f.toString().contains(hex) && Files.isRegularFile(f))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] stored = Files.readAllBytes(file);
        stored[stored.length / 2] ^= 1;
        try (var out = java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            out.write(java.nio.ByteBuffer.wrap(stored), 0);
        }
    }
}
