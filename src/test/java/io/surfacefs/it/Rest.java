package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A REST client of a server under test, in the words of the tests. Thread-safe. */
final class Rest implements AutoCloseable {
    /** The tenant of all that this client does. */
    static final String TENANT = "acme";

    /** How long any answer may take on a loaded machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Pattern CODE = Pattern.compile("\"code\":\"([A-Z_]+)\"");
    private static final Pattern DIGEST = Pattern.compile("\"digest\":\"(sha256:[0-9a-f]{64})\"");
    private static final Pattern NEXT = Pattern.compile("\"nextPageToken\":\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final SurfaceProcess server;

    Rest(SurfaceProcess server) {
        this.server = server;
    }

    /** A whole answer. */
    record Answer(int status, byte[] body, HttpHeaders headers) {
        /** The body as UTF-8 text. */
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The contract's code of a problem, empty where there is none. */
        String code() {
            Matcher code = CODE.matcher(text());
            return status >= 400 && code.find() ? code.group(1) : "";
        }

        /** Status and code, for comparisons: {@code 502 CORRUPT_OBJECT}. */
        String summary() {
            return (status + " " + code()).strip();
        }
    }

    /** Bytes that hardly compress, the same for the same seed. */
    static byte[] noise(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String digest(byte[] bytes) {
        return GrpcClient.digest(bytes);
    }

    static String payloadPath(String kind, String digest) {
        return "/api/v1/tenants/" + TENANT + "/payloads/" + kind + "/" + digest;
    }

    static String manifestPath(String kind, String digest) {
        return "/api/v1/tenants/" + TENANT + "/manifests/" + kind + "/" + digest;
    }

    static String putPath(String kind) {
        return "/api/v1/tenants/" + TENANT + "/artefacts/" + kind;
    }

    /**
     * Puts an artefact in one shot.
     *
     * @param headers name, value, name, value …
     */
    Answer put(String kind, byte[] payload, String... headers) throws IOException {
        return send("POST", putPath(kind), payload, headers);
    }

    /** Puts an artefact that must be taken, and gives its digest. */
    String stored(String kind, byte[] payload, String... headers) throws IOException {
        Answer answer = put(kind, payload, headers);
        assertTrue(answer.status() == 201 || answer.status() == 200, () -> answer.status() + " " + answer.text());
        return digest(payload);
    }

    /** Reads a payload; the body is as it came, decoded only where the server did so. */
    Answer payload(String kind, String digest, String... headers) throws IOException {
        return send("GET", payloadPath(kind, digest), null, headers);
    }

    Answer manifest(String kind, String digest) throws IOException {
        return send("GET", manifestPath(kind, digest), null);
    }

    Answer delete(String kind, String digest) throws IOException {
        return send("DELETE", manifestPath(kind, digest), null);
    }

    /** The digests that are listed under an image, over all pages. */
    Set<String> listed(String imageDigest) throws IOException {
        return listedBy("image_digest=" + imageDigest);
    }

    /** The digests that are listed under a filter, {@code name=value}, over all pages. */
    Set<String> listedBy(String filter) throws IOException {
        Set<String> digests = new LinkedHashSet<>();
        String query = "/api/v1/tenants/" + TENANT + "/manifests?page_size=100&" + filter;
        String token = "";
        do {
            Answer page = send("GET", query + token, null);
            assertEquals(200, page.status(), page::text);
            Matcher digest = DIGEST.matcher(page.text());
            while (digest.find()) {
                digests.add(digest.group(1));
            }
            Matcher next = NEXT.matcher(page.text());
            token = next.find() ? "&page_token=" + next.group(1) : "";
        } while (!token.isEmpty());
        return digests;
    }

    /**
     * Sends a request and reads the whole answer.
     *
     * @param body null for none
     * @param headers name, value, name, value …
     * @throws IOException when there was no whole answer
     */
    Answer send(String method, String path, byte[] body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.http(path))
                .timeout(PATIENCE)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.body(), response.headers());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** Asks again and again until a GET is answered with this status. */
    void await(int status, String path) {
        Answer[] last = new Answer[1];
        Patience.until(
                () -> {
                    try {
                        last[0] = send("GET", path, null);
                        return last[0].status() == status;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                () -> last[0].text());
    }

    /** Drops the connections that are kept for a next request. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
