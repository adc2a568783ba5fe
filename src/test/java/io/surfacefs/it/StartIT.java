package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting and stopping the program, and what it answers without starting. */
class StartIT {
    @TempDir
    Path folder;

    @Test
    void aServerBecomesReadyAndEndsOnSigterm() throws Exception {
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                HttpClient http = HttpClient.newHttpClient()) {
            for (String probe : new String[] {"live", "ready", "started"}) {
                HttpRequest request = HttpRequest.newBuilder(server.management("/q/health/" + probe))
                        .build();
                assertEquals(
                        200,
                        http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode(),
                        probe);
            }
            server.stop();
            assertTrue(server.output().contains("stopped"), server.output());
        }
    }

    @Test
    void helpAndVersionAnswerWithoutAServer() {
        for (String[] line : new String[][] {{"--help"}, {"--version"}, {"version"}, {"serve", "--help"}}) {
            SurfaceProcess.Result result = SurfaceProcess.run(folder.resolve("home"), line);
            assertEquals(0, result.exit(), result.stderr());
            assertTrue(result.out().contains("surface-fs"), result.out());
            assertEquals("", result.stderr());
        }
        assertTrue(folder.resolve("home").toFile().list() == null, "a data folder was made");
    }

    @Test
    void wrongUsageExitsWith11AndSaysHowToDoIt() {
        SurfaceProcess.Result result = SurfaceProcess.run(folder.resolve("home"), "no-such-command");
        assertEquals(11, result.exit());
        assertTrue(result.stderr().contains("Usage: surface-fs"), result.stderr());
    }
}
