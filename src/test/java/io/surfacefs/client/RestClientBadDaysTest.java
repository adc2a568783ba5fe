package io.surfacefs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the REST client makes of services that are broken, in between, or something else altogether. */
class RestClientBadDaysTest {
    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.UTF_8);
    private static final ArtefactKey KEY = new ArtefactKey(new Tenant("acme"), new Kind("k"), Digests.of(PAYLOAD));

    private final AtomicReference<Handler> answer = new AtomicReference<>();
    private HttpServer server;
    private SurfaceClient client;

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer.get().handle(exchange);
            }
        });
        server.start();
        client = client(null);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private SurfaceClient client(Path tokenFile) {
        return RemoteSurface.client(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
                new Credentials(tokenFile, null, null, null, List.of()));
    }

    private void answers(int status, String type, byte[] body) {
        answer.set(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        });
    }

    private void answers(int status, String type, String body) {
        answers(status, type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static SurfaceException refused(ErrorCode code, Executable call) {
        SurfaceException thrown = assertThrows(SurfaceException.class, call);
        assertEquals(code, thrown.code(), thrown.toString());
        return thrown;
    }

    private byte[] get() throws IOException {
        try (SurfaceClient.Payload payload = client.payload(KEY)) {
            return payload.stream().readAllBytes();
        }
    }

    @Test
    void bytesThatAreNotThoseOfTheKeyNeverEndWell() throws IOException {
        answers(200, "text/plain", PAYLOAD);
        assertEquals("payload", new String(get(), StandardCharsets.UTF_8));
        answers(200, "text/plain", "paylord");
        refused(ErrorCode.DIGEST_MISMATCH, this::get);
        answers(200, "text/plain", "payloa");
        refused(ErrorCode.DIGEST_MISMATCH, this::get);
        answers(200, "text/plain", "");
        refused(ErrorCode.DIGEST_MISMATCH, this::get);
    }

    @Test
    void encodedBytesThatCantBeDecodedAreCorrupt() {
        answer.set(exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "zstd");
            exchange.sendResponseHeaders(200, PAYLOAD.length);
            exchange.getResponseBody().write(PAYLOAD);
        });
        refused(ErrorCode.CORRUPT_OBJECT, this::get);
    }

    @Test
    void aConnectionThatIsCutIsNoEnd() {
        answer.set(exchange -> {
            exchange.sendResponseHeaders(200, PAYLOAD.length + 1);
            exchange.getResponseBody().write(PAYLOAD);
            exchange.getResponseBody().flush();
        });
        refused(ErrorCode.STORE_UNAVAILABLE, this::get);
    }

    @Test
    void theManifestOfAnotherKeyIsNotTaken() {
        answers(200, "application/json", "{\"tenant\":\"other\",\"kind\":\"k\",\"digest\":\"" + KEY.digest() + "\"}");
        refused(ErrorCode.CORRUPT_OBJECT, () -> client.manifest(KEY));
        answers(200, "application/json", "{\"artifacts\":[],\"tenant\":\"other\"}");
        refused(ErrorCode.CORRUPT_OBJECT, () -> client.scan(KEY.tenant(), new ScanId("s")));
    }

    @Test
    void whatIsNoManifestIsTold() {
        for (String body : new String[] {"", "hello", "[]", "{\"tenant\":\"acme\"", "{\"tenant\":\"acme\"}"}) {
            answers(200, "application/json", body);
            refused(ErrorCode.INVALID_MANIFEST, () -> client.manifest(KEY));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "302, INVALID_ARGUMENT",
        "400, INVALID_ARGUMENT",
        "401, UNAUTHENTICATED",
        "403, PERMISSION_DENIED",
        "404, NOT_FOUND",
        "405, INVALID_ARGUMENT",
        "413, PAYLOAD_TOO_LARGE",
        "416, RANGE_NOT_SATISFIABLE",
        "429, OVERLOADED",
        "500, INTERNAL",
        "502, STORE_UNAVAILABLE",
        "503, STORE_UNAVAILABLE",
        "504, STORE_TIMEOUT",
        "507, DISK_FULL",
        "520, INTERNAL"
    })
    void aBareStatusOfSomethingInBetweenHasACode(int status, ErrorCode code) {
        answers(status, "text/html", "<html>");
        refused(code, () -> client.manifest(KEY));
        answers(status, "application/problem+json", "{\"code\":\"FROM_THE_FUTURE\",\"status\":" + status + "}");
        refused(code, () -> client.manifest(KEY));
        answers(status, "application/problem+json", "");
        refused(code, () -> client.manifest(KEY));
    }

    @Test
    void aProblemIsTheServicesOwnCodeWithoutWhatATerminalWouldActOn() {
        answers(
                422,
                "application/problem+json",
                "{\"code\":\"PAYLOAD_MISSING\",\"detail\":\"no\\u001b[2J payload\\nsecond line\",\"hint\":\"send it\"}");
        SurfaceException thrown = refused(ErrorCode.PAYLOAD_MISSING, () -> client.manifest(KEY));
        assertEquals("no?[2J payload", thrown.getMessage());
        assertEquals("send it", thrown.hint());
    }

    @Test
    void anAnswerWithoutEndIsNotReadToItsEnd() {
        byte[] long1 = new byte[17 << 20];
        Arrays.fill(long1, (byte) ' ');
        answers(200, "application/json", long1);
        refused(ErrorCode.PAYLOAD_TOO_LARGE, () -> client.manifest(KEY));
    }

    @Test
    void aPageThatIsTooLongIsAskedForInParts() {
        byte[] tooLong = new byte[65 << 20];
        Arrays.fill(tooLong, (byte) ' ');
        answer.set(exchange -> {
            boolean small = exchange.getRequestURI().getQuery().contains("page_size=125");
            byte[] body = small ? "{\"manifests\":[]}".getBytes(StandardCharsets.UTF_8) : tooLong;
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        SurfaceClient.Page page = client.list(new SurfaceClient.Query(KEY.tenant(), null, null, null, 500, ""));
        assertEquals(List.of(), page.manifests());
    }

    @Test
    void theTokenIsReadAnewForEachCallAndSentWithIt(@TempDir Path folder) throws IOException {
        AtomicReference<String> sent = new AtomicReference<>();
        answer.set(exchange -> {
            sent.set(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(204, -1);
        });
        Path file = folder.resolve("token");
        try (SurfaceClient with = client(file)) {
            refused(ErrorCode.INVALID_ARGUMENT, () -> with.delete(KEY));
            Files.writeString(file, "first\n");
            with.delete(KEY);
            assertEquals("Bearer first", sent.get());
            Files.writeString(file, "second");
            with.delete(KEY);
            assertEquals("Bearer second", sent.get());
            for (String bad : new String[] {"", "two words", "two\nlines"}) {
                Files.writeString(file, bad);
                SurfaceException thrown = refused(ErrorCode.INVALID_ARGUMENT, () -> with.delete(KEY));
                assertFalse(bad.length() > 3 && thrown.getMessage().contains(bad), "a token's value was told");
            }
        }
    }

    @Test
    void aServiceThatSendsNothingMoreIsGivenUp() {
        AtomicBoolean cancelled = new AtomicBoolean();
        try (AnswerBody body = new AnswerBody(Duration.ofMillis(10))) {
            body.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {
                    cancelled.set(true);
                }
            });
            refused(ErrorCode.STORE_TIMEOUT, () -> body.readNBytes(1));
            assertTrue(cancelled.get());
        }
    }

    @ParameterizedTest
    @CsvSource({"7,7", "0,1", "soon,1", "99999999,1"})
    void theTimeAtWhichToComeAgainIsTheServices(String told, long seconds) {
        answer.set(exchange -> {
            byte[] problem = "{\"code\":\"OVERLOADED\",\"detail\":\"too much\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.getResponseHeaders().set("Retry-After", told);
            exchange.sendResponseHeaders(429, problem.length);
            exchange.getResponseBody().write(problem);
        });
        SurfaceException refused = assertThrows(SurfaceException.class, () -> client.manifest(KEY));
        assertEquals(ErrorCode.OVERLOADED, refused.code());
        assertEquals(Duration.ofSeconds(seconds), refused.retryAfter());
    }

    @Test
    void aServiceThatCannotBeReachedNamesNoTime() {
        server.stop(0);
        SurfaceException failed = assertThrows(SurfaceException.class, () -> client.manifest(KEY));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, failed.code());
        assertEquals(Duration.ZERO, failed.retryAfter());
    }
}
