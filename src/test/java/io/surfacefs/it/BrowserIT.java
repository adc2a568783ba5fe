package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.surfacefs.it.RawHttp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a web page can have a browser do with a service on loopback, and what a browser does with what was stored. */
class BrowserIT {
    private static final String LIST = "/api/v1/tenants/acme/manifests";
    private static final String KEYS = "{\"keys\":[]}";

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static RawHttp http;
    private static Rest rest;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.start(folder.resolve("home"));
        http = new RawHttp(server);
        rest = new Rest(server);
    }

    @AfterAll
    static void stop() {
        rest.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:8080",
                "Host: localhost.evil.example",
                "Host: 127.0.0.1.evil.example",
                "Host: 10.0.0.1:8080",
                "Host: 0.0.0.0",
                "Host: [fe80::1]",
                "Origin: https://evil.example",
                "Origin: http://localhost.evil.example",
                "Origin: null",
                "Origin: file://",
                "Sec-Fetch-Site: cross-site"
            })
    void whatAForeignPageSendsIsRefusedAndChangesNothing(String line) throws IOException {
        assertEquals("403 PERMISSION_DENIED", http.send(Request.get(LIST, line)).summary());
        Request put = Request.of("POST", Rest.putPath("sbom.fragment"), "foreign " + line, line);
        assertEquals("403 PERMISSION_DENIED", http.send(put).summary());
        String digest = Rest.digest(("foreign " + line).getBytes(StandardCharsets.UTF_8));
        assertEquals("404 NOT_FOUND", rest.manifest("sbom.fragment", digest).summary());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: localhost",
                "Host: LOCALHOST:8080",
                "Host: 127.0.0.1:8080",
                "Host: 127.8.9.10",
                "Host: [::1]:8080",
                "Origin: http://localhost:3000",
                "Origin: http://127.0.0.1",
                "Origin: http://[::1]:8080",
                "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Site: none"
            })
    void whatAProgramOfThisMachineSendsIsServed(String line) throws IOException {
        assertEquals("200", http.send(Request.get(LIST, line)).summary());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html; charset=utf-8", "image/svg+xml", "application/xml", "TEXT/JavaScript"})
    void whatABrowserWouldRunGoesOutAsAnAttachmentInASandbox(String type) throws IOException {
        String digest = rest.stored("sbom.fragment", type.getBytes(StandardCharsets.UTF_8), "Content-Type", type);
        for (int i = 0; i < 2; i++) { // from the store, then from memory
            Rest.Answer answer = rest.payload("sbom.fragment", digest);
            assertEquals(
                    "attachment",
                    answer.headers().firstValue("Content-Disposition").orElse(""));
            assertEquals(
                    "nosniff",
                    answer.headers().firstValue("X-Content-Type-Options").orElse(""));
            assertEquals(
                    "sandbox; default-src 'none'",
                    answer.headers().firstValue("Content-Security-Policy").orElse(""));
        }
    }

    @Test
    void whatABrowserOnlyShowsIsNoAttachmentButStaysInItsSandbox() throws IOException {
        String digest = rest.stored("sbom.fragment", new byte[] {1}, "Content-Type", "application/json");
        Rest.Answer answer = rest.payload("sbom.fragment", digest);
        assertNull(answer.headers().firstValue("Content-Disposition").orElse(null));
        assertEquals(
                "nosniff", answer.headers().firstValue("X-Content-Type-Options").orElse(""));
        assertEquals(
                "sandbox; default-src 'none'",
                answer.headers().firstValue("Content-Security-Policy").orElse(""));
    }

    @ParameterizedTest
    @CsvSource({
        "200, GET, /api/v1/tenants/acme/manifests",
        "200, POST, /api/v1/tenants/acme/manifests:findMissing",
        "200, GET, /q/openapi",
        "204, OPTIONS, /api/v1/tenants/acme/manifests",
        "400, GET, /api/v1/tenants/ACME/manifests",
        "400, GET, /api/v1/tenants/acme/manifests/%2e%2e/x",
        "403, GET, /api/v1/tenants/acme/objects?uri=cas://surface-cache/tenants/globex/k/sha256/2c/26/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae/payload.json.zst",
        "404, GET, /api/v1/nowhere",
        "404, GET, /nowhere",
        "200, GET, /",
        "405, PATCH, /api/v1/tenants/acme/manifests",
    })
    void noBrowserIsLeftToGuessWhatAnAnswerIs(int status, String method, String target) throws IOException {
        Request bare = Request.get(target).method(method);
        assertUnguessed(status, method.equals("POST") ? Request.of(method, target, KEYS) : bare);
    }

    @Test
    void norWhatAManifestOrAnAnswerWithoutABodyIs() throws IOException {
        String digest = rest.stored("sbom.fragment", new byte[] {2});
        String path = Rest.manifestPath("sbom.fragment", digest);
        for (int i = 0; i < 2; i++) { // from the store, then from memory
            assertUnguessed(200, Request.get(path));
            assertUnguessed(200, Request.get(path).method("HEAD"));
            assertUnguessed(304, Request.get(path, "If-None-Match: *"));
            assertUnguessed(206, Request.get(Rest.payloadPath("sbom.fragment", digest), "Range: bytes=0-0"));
            assertUnguessed(416, Request.get(Rest.payloadPath("sbom.fragment", digest), "Range: bytes=9-"));
            assertUnguessed(406, Request.get(path, "Accept: text/html"));
        }
        assertUnguessed(403, Request.get(LIST, "Origin: https://evil.example"));
    }

    private static void assertUnguessed(int status, Request request) throws IOException {
        RawHttp.Answer answer = http.send(request);
        List<String> fields = answer.head()
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("x-content-type-options:"))
                .toList();
        assertEquals(status, answer.status(), answer::text);
        assertEquals(1, fields.size(), answer::head);
        assertEquals("nosniff", answer.field("x-content-type-options"));
    }
}
