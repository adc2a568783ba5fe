package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.RawHttp.Answer;
import io.surfacefs.it.RawHttp.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad requests: each has its code and changes nothing in the store, and beside each stands the same request, lawful,
 * that succeeds.
 */
class BadInputIT {
    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static RawHttp http;
    private static BadInputs inputs;

    @BeforeAll
    static void start() throws IOException {
        server = SurfaceProcess.start(folder.resolve("home"));
        http = new RawHttp(server);
        inputs = new BadInputs(http);
    }

    @AfterAll
    static void stop() {
        server.close();
        assertFalse(server.output().contains("Exception"), server.output());
    }

    static Stream<BadInputs.Row> names() {
        return BadNames.names();
    }

    static Stream<BadInputs.Row> routes() {
        return BadNames.routes();
    }

    static Stream<BadInputs.Row> headers() {
        return BadHeaders.headers();
    }

    static Stream<BadInputs.Row> queries() {
        return BadNames.queries(inputs);
    }

    static Stream<BadInputs.Row> keyLists() {
        return BadJson.keyLists();
    }

    static Stream<BadInputs.Row> manifests() {
        return BadJson.manifests();
    }

    static Stream<BadInputs.Row> payloads() {
        return BadPayloads.payloads();
    }

    static Stream<BadInputs.Row> forms() {
        return BadPayloads.forms();
    }

    static Stream<BadInputs.Row> messages() {
        return BadHeaders.messages();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"names", "routes", "headers", "queries", "keyLists", "manifests", "payloads", "forms", "messages"})
    void aBadRequestIsRefusedChangesNothingAndItsLawfulTwinSucceeds(BadInputs.Row row) throws IOException {
        Map<String, String> before = StoreSnapshot.of(server);
        Answer refusal = http.send(row.bad());
        assertEquals(row.expected(), refusal.summary(), refusal.head() + refusal.text());
        if (row.hasProblem()) {
            assertEquals("application/problem+json", refusal.field("content-type"));
            assertTrue(refusal.text().matches(".*\"traceId\":\"[0-9a-f]{32}\".*"), refusal.text());
        }
        assertEquals(before, StoreSnapshot.of(server));
        Answer success = http.send(row.good());
        assertTrue(success.status() >= 200 && success.status() < 300, () -> success.head() + success.text());
    }

    static Stream<Half> halves() {
        return Stream.of(
                new Half("a length never reached", BadInputs.payloadPut()),
                new Half("a length never reached, of bytes whose digest nobody said", BadInputs.shotPut()),
                new Half("a form never closed", BadInputs.formPut()),
                new Half("a manifest cut short", BadInputs.manifestPut()),
                new Half("chunks without an end", BadInputs.chunkedPut()));
    }

    /** A request that is sent to its half. */
    record Half(String what, Request whole) {
        byte[] sent() {
            byte[] all = whole.bytes();
            return Arrays.copyOf(all, all.length - 20);
        }

        @Override
        public String toString() {
            return what;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("halves")
    void aBodyThatEndsEarlyIsNotTaken(Half half) throws IOException {
        Answer answer = http.sendAndStop(half.sent());
        assertTrue(answer.summary().equals("cut") || answer.status() == 400, answer.summary());
        assertTrue(http.send(half.whole()).status() < 300);
    }

    /**
     * A client sees its connection end before a put could reach the disk, so the store is looked at when all is over.
     */
    @Test
    void bodiesThatEndEarlyChangeNothing(@TempDir Path own) throws IOException {
        try (SurfaceProcess quiet = SurfaceProcess.start(own.resolve("home"))) {
            RawHttp client = new RawHttp(quiet);
            assertTrue(new BadInputs(client).holdsWhatIsAskedFor());
            Map<String, String> before = StoreSnapshot.of(quiet);
            for (Half half : halves().toList()) {
                client.sendAndStop(half.sent());
                assertTrue(client.send(half.whole()).status() < 300, half.what());
            }
            quiet.stop();
            assertEquals(before, StoreSnapshot.of(quiet));
        }
    }
}
