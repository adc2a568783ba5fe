package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.RawHttp2.Answer;
import io.surfacefs.it.RawHttp2.Frame;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one client may make the server hold or do, on both ports: each refusal beside a lawful client that comes close.
 */
class HardeningIT {
    private static final String LIST = "/api/v1/tenants/acme/manifests";
    private static final int LARGE = 24 << 20;

    @TempDir
    static Path folder;

    private static SurfaceProcess server;

    /** The two ports that speak HTTP/2, and on each a request that is answered at once. */
    enum Port {
        REST(256) {
            @Override
            int number() {
                return server.httpPort();
            }

            @Override
            int begin(RawHttp2 client, String... fields) throws IOException {
                return client.request(true, "POST", Rest.putPath("hard"), fields);
            }

            @Override
            int ask(RawHttp2 client, String... fields) throws IOException {
                return client.request(false, "GET", LIST, fields);
            }
        },
        GRPC(1024) {
            @Override
            int number() {
                return server.grpcPort();
            }

            @Override
            int begin(RawHttp2 client, String... fields) throws IOException {
                List<String> all = new ArrayList<>(List.of("content-type", "application/grpc", "te", "trailers"));
                all.addAll(List.of(fields));
                return client.request(true, "POST", "/grpc.health.v1.Health/Check", all.toArray(String[]::new));
            }

            @Override
            int ask(RawHttp2 client, String... fields) throws IOException {
                int stream = begin(client, fields);
                client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, new byte[5]);
                return stream;
            }
        };

        /** How many requests may run on one connection. */
        final int streams;

        Port(int streams) {
            this.streams = streams;
        }

        abstract int number();

        /** Begins a request whose body is still to come. */
        abstract int begin(RawHttp2 client, String... fields) throws IOException;

        /** Sends a whole request. */
        abstract int ask(RawHttp2 client, String... fields) throws IOException;

        RawHttp2 open() throws IOException {
            return RawHttp2.open(number());
        }

        /** That the port serves others as ever. */
        void assertServes() throws IOException {
            try (RawHttp2 client = open()) {
                assertServes(client);
            }
        }

        void assertServes(RawHttp2 client) throws IOException {
            assertEquals(200, client.answer(ask(client)).status());
        }
    }

    @BeforeAll
    static void start() {
        server = SurfaceProcess.server(folder.resolve("home")).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** How a connection ended: the code of the server's goodbye, 0 where it closed without a reason. */
    private static int goodbye(RawHttp2 client) throws IOException {
        int code = 0;
        for (Frame frame = client.next(); frame != null; frame = client.next()) {
            if (frame.type() == RawHttp2.GOAWAY) {
                code = frame.error();
            }
        }
        return code;
    }

    @Test
    void aClientOfHttp2ReadsWhyItsUploadWasRefusedAndItsOtherUploadGoesOn() {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpRequest list = HttpRequest.newBuilder(server.http(LIST)).build();
            assertEquals(
                    HttpClient.Version.HTTP_2,
                    http.sendAsync(list, BodyHandlers.discarding()).join().version());
            CompletableFuture<HttpResponse<String>> lawful = upload(http, Rest.putPath("hard"));
            HttpResponse<String> refused =
                    upload(http, "/api/v1/tenants/ACME/artefacts/hard").join();
            assertEquals(400, refused.statusCode());
            assertTrue(refused.body().contains("INVALID_ARGUMENT"), refused::body);
            assertEquals(201, lawful.join().statusCode());
        }
    }

    private static CompletableFuture<HttpResponse<String>> upload(HttpClient http, String path) {
        return http.sendAsync(
                HttpRequest.newBuilder(server.http(path))
                        .timeout(Duration.ofSeconds(60))
                        .POST(BodyPublishers.ofByteArray(Rest.noise(LARGE, 1)))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void aRefusedUploadEndsItsOwnStreamAndNoOther() throws IOException {
        try (RawHttp2 client = RawHttp2.open(server.httpPort())) {
            int lawful = client.request(true, "POST", Rest.putPath("hard"));
            client.frame(RawHttp2.DATA, 0, lawful, new byte[1000]);
            int refused = client.request(
                    true,
                    "POST",
                    "/api/v1/tenants/ACME/artefacts/hard",
                    "expect",
                    "100-continue",
                    "content-length",
                    "9999999");
            Answer why = client.answer(refused, true);
            assertEquals(400, why.status());
            assertTrue(why.whole() && why.body().contains("INVALID_ARGUMENT"), why::body);
            assertEquals(RawHttp2.NO_ERROR, why.reset());
            client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, lawful, new byte[1000]);
            assertEquals(2, client.answer(lawful).status() / 100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void moreRequestsAtATimeThanAnnouncedAreRefusedAndTheOthersGoOn(Port port) throws IOException {
        try (RawHttp2 client = port.open()) {
            Map<Integer, Long> settings = client.settings();
            assertEquals(port.streams, settings.get(RawHttp2.MAX_CONCURRENT_STREAMS));
            client.frame(RawHttp2.SETTINGS, 1, 0, new byte[0]);
            int first = port.begin(client);
            for (int i = 1; i < port.streams; i++) {
                port.begin(client);
            }
            int oneTooMany = port.begin(client);
            Frame reset = client.await(f -> f.type() == RawHttp2.RST_STREAM);
            assertEquals(oneTooMany, reset.stream());
            assertEquals(RawHttp2.REFUSED_STREAM, reset.error());
            client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, first, new byte[5]);
            assertEquals(2, client.answer(first).status() / 100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoBeginsRequestsOnlyToThrowThemAwayIsToldToCalmDown(Port port) throws IOException {
        byte[] cancel = {0, 0, 0, RawHttp2.CANCEL};
        try (RawHttp2 client = port.open()) {
            for (int i = 0; i < 500; i++) {
                client.frame(RawHttp2.RST_STREAM, 0, port.begin(client), cancel);
            }
            port.assertServes(client);
            try {
                for (int i = 0; i < 700; i++) {
                    client.frame(RawHttp2.RST_STREAM, 0, port.begin(client), cancel);
                }
            } catch (IOException closed) {
                // before the last of them
            }
            assertEquals(RawHttp2.ENHANCE_YOUR_CALM, goodbye(client));
        }
        port.assertServes();
    }

    @ParameterizedTest
    @EnumSource
    void aHeaderInEndlessPiecesEndsTheConnection(Port port) throws IOException {
        try (RawHttp2 client = port.open()) {
            byte[] block = client.header("GET", LIST);
            int stream = client.stream();
            client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, stream, block);
            try {
                for (int i = 0; i < 10_000; i++) {
                    client.frame(RawHttp2.CONTINUATION, 0, stream, new byte[0]);
                }
            } catch (IOException closed) {
                // before the last of them
            }
            assertNotEquals(200, client.answer(stream).status());
            assertNull(client.next());
        }
        port.assertServes();
    }

    @Test
    void aHeaderInAFewPiecesIsServed() throws IOException {
        try (RawHttp2 client = RawHttp2.open(server.httpPort())) {
            byte[] block = client.header("GET", LIST, "x-long", "x".repeat(3000));
            int stream = client.stream();
            int third = block.length / 3;
            client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, stream, Arrays.copyOf(block, third));
            client.frame(RawHttp2.CONTINUATION, 0, stream, Arrays.copyOfRange(block, third, 2 * third));
            client.frame(
                    RawHttp2.CONTINUATION,
                    RawHttp2.END_HEADERS,
                    stream,
                    Arrays.copyOfRange(block, 2 * third, block.length));
            assertEquals(200, client.answer(stream).status());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHeaderLargerThanAnnouncedIsRefusedAndOneBelowIsServed(Port port) throws IOException {
        try (RawHttp2 client = port.open()) {
            assertEquals(20_480, client.settings().get(RawHttp2.MAX_HEADER_LIST_SIZE));
            // As long as a token may be.
            assertEquals(
                    200,
                    client.answer(port.ask(client, "x-long", "x".repeat(19_000)))
                            .status());
            Answer refused = client.answer(port.ask(client, "x-long", "x".repeat(21_000)));
            assertNotEquals(200, refused.status());
        }
        port.assertServes();
    }

    @Test
    void allThatTheServerMakesIsForItsOwnUserAlone() throws IOException {
        try (Rest rest = new Rest(server)) {
            rest.stored("hard", Rest.noise(3 << 20, 7));
        }
        try (Stream<Path> files = Files.walk(server.home())) {
            for (Path each : files.toList()) {
                String wanted = Files.isDirectory(each) ? "rwx------" : "rw-------";
                assertEquals(
                        wanted, PosixFilePermissions.toString(Files.getPosixFilePermissions(each)), each::toString);
            }
        }
    }

    @Test
    void overHttp1TooTheHeaderHasABound() throws IOException {
        RawHttp http = new RawHttp(server);
        assertEquals(
                "200",
                http.send(RawHttp.Request.get(LIST, "X-Long: " + "x".repeat(19_000)))
                        .summary());
        int status = http.send(RawHttp.Request.get(LIST, "X-Long: " + "x".repeat(21_000)))
                .status();
        assertEquals(431, status);
        assertEquals(
                414,
                http.send(RawHttp.Request.get(LIST + "?x=" + "x".repeat(9000))).status());
        assertEquals(
                400,
                http.send("\u0000\u0001\u0002\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1))
                        .status());
    }
}
