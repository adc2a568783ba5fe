package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The digests that the program computes, against the JDK's: jar and binary come to them by different code. */
class HashIT {
    @TempDir
    Path folder;

    @Test
    void payloadsOfEveryLengthAroundABlockGetTheDigestOfTheJdk() throws Exception {
        Random random = new Random(1);
        int[] lengths = IntStream.concat(
                        IntStream.rangeClosed(0, 130), IntStream.of(4095, 4096, 65_537, 262_143, 262_145, 3_000_001))
                .toArray();
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                HttpClient http = HttpClient.newHttpClient()) {
            for (int length : lengths) {
                byte[] payload = new byte[length];
                random.nextBytes(payload);
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(server.http("/api/v1/tenants/acme/artefacts/runtime.delta"))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(payload))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertEquals(201, response.statusCode(), response.body());
                String digest = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
                assertEquals(
                        "/api/v1/tenants/acme/manifests/runtime.delta/sha256:" + digest,
                        response.headers().firstValue("Location").orElse(""),
                        "length " + length);
            }
        }
    }
}
