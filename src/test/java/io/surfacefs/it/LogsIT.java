package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.ops.LogKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the running program prints. */
class LogsIT {
    private static final String KIND = "sbom.fragment";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    Path folder;

    /** Callers' mistakes, a delete, and a manifest that goes bad at rest and is met in the caller's trace. */
    private static void happenings(SurfaceProcess server) throws IOException {
        try (Rest rest = new Rest(server)) {
            String digest = rest.stored(KIND, Rest.noise(100, 1));
            String spoilt = rest.stored(KIND, Rest.noise(100, 2));
            assertEquals(200, rest.payload(KIND, digest).status());
            assertEquals(404, rest.manifest(KIND, "sha256:" + "0".repeat(64)).status());
            assertEquals(400, rest.manifest("No_Kind", digest).status());
            assertEquals(
                    422,
                    rest.put(KIND, new byte[] {1, 2, 3}, "Content-Encoding", "zstd")
                            .status());
            assertEquals(403, rest.delete(KIND, digest).status());
            Path manifest = StoreFolder.of(server).manifest(KIND, spoilt);
            Files.writeString(manifest, "{");
            Rest.Answer page = rest.send(
                    "GET",
                    "/api/v1/tenants/" + Rest.TENANT + "/manifests?kind=" + KIND,
                    null,
                    "traceparent",
                    "00-" + TRACE + "-00f067aa0ba902b7-01");
            assertEquals(200, page.status(), page::text);
        }
    }

    private static List<String> lines(SurfaceProcess server) {
        return server.output().lines().filter(line -> !line.isBlank()).toList();
    }

    @Test
    void everyLineIsAJsonObjectOfKeysOfTheDictionaryWhereThatIsWanted() throws IOException {
        SurfaceProcess server = SurfaceProcess.server(folder.resolve("json"))
                .env("SURFACE_LOG_JSON", "true")
                .env("SURFACE_NO_SUCH_THING", "1")
                .start();
        try (server) {
            happenings(server);
        }
        Set<String> dictionary = Stream.of(LogKey.values()).map(LogKey::text).collect(Collectors.toSet());
        Set<String> events = new TreeSet<>();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : lines(server)) {
            if (line.startsWith("code=")) {
                continue; // what is found at the start, before there is a log
            }
            JsonNode json = new ObjectMapper().readTree(line);
            assertTrue(json.isObject(), line);
            json.fieldNames().forEachRemaining(key -> assertTrue(dictionary.contains(key), line));
            for (String key : List.of("time", "level", "logger")) {
                assertTrue(json.hasNonNull(key), line);
            }
            assertFalse(json.has("stack"), line);
            events.add(json.path("event").asText(json.path("audit").asText()));
            lines.add(json);
        }
        assertTrue(events.containsAll(Set.of("serving", "refused", "corrupt-manifest")), events::toString);
        JsonNode corrupt = lines.stream()
                .filter(line -> line.path("event").asText().equals("corrupt-manifest"))
                .findFirst()
                .orElseThrow();
        assertEquals(TRACE, corrupt.path("traceId").asText(), corrupt::toString);
        assertEquals(Rest.TENANT, corrupt.path("tenant").asText());
        assertEquals(KIND, corrupt.path("kind").asText());
    }

    @Test
    void everyLineIsKeysAndValuesOtherwiseAndNoRequestHasOneThatWasServed() throws IOException {
        SurfaceProcess server = SurfaceProcess.server(folder.resolve("text")).start();
        try (server) {
            happenings(server);
        }
        List<String> logged = lines(server).stream()
                .filter(line -> !line.matches("(Surface\\.FS serves|store:|data folder:|try:) .*"))
                .toList();
        for (String line : logged) {
            assertTrue(line.matches("time=\\S+ level=[A-Z]+ logger=\\S+ [a-zA-Z_-]+=.*"), line);
            assertFalse(line.contains("stack="), line);
            assertFalse(line.contains("\tat "), line);
        }
        String all = String.join("\n", logged);
        assertTrue(all.contains("event=corrupt-manifest tenant=" + Rest.TENANT + " kind=" + KIND), all);
        assertTrue(all.contains("traceId=" + TRACE), all);
        // The delete that was refused is told by the audit; no read and no put is told of at all.
        assertEquals(
                1, logged.stream().filter(line -> line.contains("/api/v1/")).count(), all);
    }

    @Test
    void aFormatThatAnOperatorSetsStays() {
        SurfaceProcess server = SurfaceProcess.server(folder.resolve("own"))
                .env("QUARKUS_LOG_CONSOLE_FORMAT", "<%p> %s%n")
                .start();
        server.close();
        assertTrue(lines(server).stream().anyMatch(line -> line.startsWith("<INFO> surface-fs ")), server::output);
        assertFalse(server.output().contains("level=INFO"), server::output);
    }
}
