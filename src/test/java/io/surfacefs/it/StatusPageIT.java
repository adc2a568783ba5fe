package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.Rest.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages for people, over the real program: what they show, to whom, and what they never let a browser do. */
class StatusPageIT {
    private static final String HTML = "text/html,application/xhtml+xml,*/*;q=0.8";
    private static final String KIND = "sbom.fragment";
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);
    private static final Pattern DIGEST = Pattern.compile("href=\"/browse/acme/" + KIND + "/(sha256:[0-9a-f]{64})\"");

    @TempDir
    static Path folder;

    private static Issuer issuer;
    private static SurfaceProcess open;
    private static SurfaceProcess closed;
    private static Rest rest;
    private static Rest tokens;
    private static RawHttp raw;

    @BeforeAll
    static void start() {
        issuer = new Issuer();
        open = SurfaceProcess.start(folder.resolve("open"));
        closed = SurfaceProcess.server(folder.resolve("closed"))
                .env("SURFACE_SECURITY_AUTH", "oidc")
                .env("QUARKUS_OIDC_AUTH_SERVER_URL", issuer.url())
                .start();
        rest = new Rest(open);
        tokens = new Rest(closed);
        raw = new RawHttp(open);
    }

    @AfterAll
    static void stop() {
        rest.close();
        tokens.close();
        open.close();
        closed.close();
        issuer.close();
        // Not any exception: a machine that is short of time is told of with one, too.
        String printed = open.output() + closed.output();
        assertFalse(printed.contains("a page failed"), printed);
    }

    private static Answer page(String path) throws IOException {
        return rest.send("GET", path, null, "Accept", HTML);
    }

    private static Answer page(String path, String token) throws IOException {
        return tokens.send("GET", path, null, "Accept", HTML, "Authorization", "Bearer " + token);
    }

    private static String field(Answer answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String artefact(String digest) {
        return "/browse/acme/" + KIND + "/" + digest;
    }

    private static HttpResponse<String> management(SurfaceProcess server, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI address = server.management(path);
            return http.send(
                    HttpRequest.newBuilder(address).header("Accept", HTML).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void aBrowserGetsAPageAndAProgramTheSameAsText() throws IOException {
        Answer page = page("/");
        assertEquals(200, page.status(), page::text);
        assertEquals("text/html; charset=utf-8", field(page, "Content-Type"));
        for (String shown : List.of("<h1>Status</h1>", "single node", "Hit ratio", "write-through", "Authentication")) {
            assertTrue(page.text().contains(shown), () -> shown + "\n" + page.text());
        }
        Answer text = rest.send("GET", "/", null, "Accept", "*/*");
        assertEquals("text/plain; charset=utf-8", field(text, "Content-Type"));
        assertTrue(text.text().startsWith("Surface.FS\n"), text::text);
        assertTrue(text.text().contains("Shape: single node"), text::text);
        assertFalse(text.text().contains("<"), text::text);
    }

    @Test
    void noPageRunsAScriptOrLoadsAnythingAndEachKnowsTheDark() throws Exception {
        String digest = rest.stored(KIND, utf8("{\"every\":\"page\"}"));
        for (String path : List.of(
                "/",
                "/browse",
                "/browse/acme",
                "/browse/acme/" + KIND,
                artefact(digest),
                "/browse/acme/x/y/z",
                "/browse/A")) {
            Answer page = page(path);
            Matcher style = STYLE.matcher(page.text());
            assertTrue(style.find(), page::text);
            assertEquals(
                    "default-src 'none'; style-src 'sha256-" + sha256(style.group(1))
                            + "'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                    field(page, "Content-Security-Policy"));
            assertEquals("nosniff", field(page, "X-Content-Type-Options"));
            assertEquals("no-store", field(page, "Cache-Control"));
            assertTrue(style.group(1).contains("@media (prefers-color-scheme: dark)"), path);
            assertTrue(style.group(1).contains(":focus-visible"), path);
            assertTrue(page.text().contains("<a class=\"skip\" href=\"#content\">"), path);
            assertTrue(page.text().contains("<html lang=\"en\">"), path);
            assertFalse(page.text().contains("<script"), path);
            assertFalse(
                    Pattern.compile("(src|href|action)=\"(?!/|#|data:image/svg)")
                            .matcher(page.text())
                            .find(),
                    page::text);
        }
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(utf8(text)));
    }

    @Test
    void oneComesFromTheTenantsToAPayloadAndItsDownload() throws IOException {
        byte[] payload = utf8("{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"zlib\"}]}");
        String image = Rest.digest(utf8("an image"));
        String digest = rest.stored(
                KIND,
                payload,
                "Content-Type",
                "application/json",
                "Surface-Image-Digest",
                image,
                "Surface-Scan-Id",
                "scan+7:a@b");
        assertTrue(page("/browse").text().contains("<a href=\"/browse/acme\">acme</a>"));
        assertTrue(page("/browse/acme").text().contains("<a href=\"/browse/acme/" + KIND + "\">"));
        String found = page("/browse/acme?image_digest=" + image).text();
        assertTrue(found.contains(artefact(digest)), found);
        String one = page(artefact(digest)).text();
        assertTrue(
                one.contains(
                        "<span class=\"n\">&quot;bomFormat&quot;</span>: <span class=\"s\">&quot;CycloneDX&quot;</span>"),
                one);
        Matcher scan =
                Pattern.compile("href=\"(/browse/acme\\?scan_id=[^\"]+)\"").matcher(one);
        assertTrue(scan.find(), one);
        assertTrue(page(scan.group(1)).text().contains(artefact(digest)));
        Matcher download = Pattern.compile("href=\"([^\"]+)\" download").matcher(one);
        assertTrue(download.find(), one);
        assertArrayEquals(
                payload,
                rest.send("GET", download.group(1), null, "Accept", HTML).body());
    }

    @Test
    void pagesOfAKindLeadToEachOtherAndShowEachArtefactOnce() throws IOException {
        TreeSet<String> put = new TreeSet<>();
        for (int i = 0; i < 61; i++) {
            put.add(rest.stored("many.things", utf8("{\"number\":" + i + "}")));
        }
        List<String> seen = new ArrayList<>();
        int pages = 0;
        Pattern digest = Pattern.compile(DIGEST.pattern().replace(KIND, "many.things"));
        for (String path = "/browse/acme/many.things"; path != null; pages++) {
            String page = page(path).text();
            digest.matcher(page).results().forEach(one -> seen.add(one.group(1)));
            Matcher next = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(page);
            path = next.find() ? next.group(1).replace("&amp;", "&") : null;
        }
        assertEquals(2, pages);
        assertEquals(61, seen.size());
        assertEquals(put, new TreeSet<>(seen));
    }

    @Test
    void whatAScannerOrAPayloadSaysIsNeverATag() throws IOException {
        String hostile = "</pre></code><script>alert(1)</script><img src=x onerror=alert(1)>\" onmouseover=\"alert(1)";
        String kind = "hostile.things";
        for (String payload : List.of(
                "{\"" + hostile.replace("\"", "\\\"") + "\":\"" + hostile.replace("\"", "\\\"") + "\"}",
                hostile,
                hostile + "\n{}\n")) {
            for (String type : List.of("application/json", "text/html", "application/x-ndjson")) {
                byte[] bytes = utf8(type + payload);
                String digest =
                        rest.stored(kind, bytes, "Content-Type", type, "Surface-Scanner-Build", "<b onclick=\"x\">'&");
                String page = page("/browse/acme/" + kind + "/" + digest).text();
                assertFalse(page.contains("<script"), page);
                assertFalse(page.contains("<img"), page);
                assertFalse(page.contains("<b onclick"), page);
                assertFalse(page.contains("\" onmouseover"), page);
                assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), page);
                assertTrue(page.contains("&lt;b onclick=&quot;x&quot;&gt;&#39;&amp;"), page);
            }
        }
    }

    @Test
    void ofABigPayloadThePageShowsTheFirstPartAndOfASmallOneAll() throws IOException {
        String line = "{\"path\":\"/usr/lib/" + "x".repeat(80) + "\"}\n";
        for (String begin : List.of("", "not JSON: ")) {
            String big = rest.stored(KIND, utf8(begin + line.repeat(60_000)), "Content-Type", "text/plain");
            Answer page = page(artefact(big));
            assertEquals(200, page.status());
            assertTrue(page.text().contains("This is its first part"), begin);
            assertTrue(page.body().length < 1_500_000, () -> page.body().length + " bytes");
        }
        String small = rest.stored(KIND, utf8(line), "Content-Type", "application/json");
        assertFalse(page(artefact(small)).text().contains("This is its first part"));
    }

    @Test
    void aScanManifestShowsWhatItLists() throws IOException {
        String digest = rest.stored(KIND, utf8("{\"of\":\"a scan\"}"));
        String scan = "{\"imageDigest\":\"" + Rest.digest(utf8("i")) + "\",\"artifacts\":[{\"kind\":\"" + KIND
                + "\",\"digest\":\"" + digest + "\"}]}";
        Answer put = rest.send(
                "PUT", "/api/v1/tenants/acme/scans/scan-9/manifest", utf8(scan), "Content-Type", "application/json");
        assertEquals(201, put.status(), put::text);
        assertTrue(page("/browse/acme").text().contains("/browse/acme/surface.manifest"));
        Matcher one = Pattern.compile("href=\"(/browse/acme/surface.manifest/sha256:[0-9a-f]{64})\"")
                .matcher(page("/browse/acme/surface.manifest").text());
        assertTrue(one.find());
        String page = page(one.group(1)).text();
        assertTrue(page.contains("<dd>scan-9</dd>"), page);
        assertTrue(page.contains("href=\"" + artefact(digest) + "\""), page);
    }

    @Test
    void aTokenLeadsToItsOwnTenantAndToNoOther() throws IOException {
        String acme = issuer.token("acme", "surface.read surface.write");
        String globex = issuer.token("globex", "surface.read surface.write");
        byte[] secret = utf8("{\"canary\":\"of globex\"}");
        String digest = Rest.digest(secret);
        Answer put = tokens.send(
                "POST", "/api/v1/tenants/globex/artefacts/" + KIND, secret, "Authorization", "Bearer " + globex);
        assertEquals(201, put.status(), put::text);
        for (String path :
                List.of("/browse/globex", "/browse/globex/" + KIND, "/browse/globex/" + KIND + "/" + digest)) {
            Answer own = page(path, globex);
            assertEquals(200, own.status(), own::text);
            Answer refused = page(path, acme);
            assertEquals(403, refused.status(), refused::text);
            assertTrue(refused.text().contains("<code>PERMISSION_DENIED</code>"), refused::text);
            assertFalse(refused.text().contains("canary"), refused::text);
        }
        Answer other = page("/browse/acme/" + KIND + "/" + digest, acme);
        assertEquals(404, other.status(), other::text);
        String listed = page("/browse", acme).text();
        assertTrue(listed.contains("/browse/acme"), listed);
        assertFalse(listed.contains("globex"), listed);
        assertTrue(
                closed.output()
                        .contains(
                                "audit=refused subject=\"scanner-of-acme\" tenant=\"globex\" call=\"GET /browse/globex\""),
                closed.output());
    }

    @Test
    void aTokenThatMayNotReadLeadsToItsTenantsNameOnly() throws IOException {
        String token = issuer.token("acme", "surface.write");
        assertEquals(200, page("/browse", token).status());
        assertEquals(403, page("/browse/acme", token).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/browse", "/browse/acme", "/browse/acme/sbom.fragment"})
    void whoeverHasNoGoodTokenGetsNoPage(String path) throws IOException {
        Answer none = tokens.send("GET", path, null, "Accept", HTML);
        assertEquals(401, none.status(), none::text);
        assertEquals("Bearer", field(none, "WWW-Authenticate"));
        assertTrue(none.text().contains("<code>UNAUTHENTICATED</code>"), none::text);
        assertEquals(401, page(path, issuer.forge(issuer.claims("somebody"))).status());
        assertEquals(200, page(path, issuer.token("acme", "surface.read")).status());
    }

    @Test
    void tenantsThatHeadersAssertMustAgreeAsForTheApi() throws IOException {
        String token = issuer.token("acme", "surface.read");
        Answer other = tokens.send(
                "GET",
                "/browse/acme",
                null,
                "Accept",
                HTML,
                "Authorization",
                "Bearer " + token,
                "X-Stella-Tenant",
                "globex");
        assertEquals(403, other.status(), other::text);
        Answer same = tokens.send(
                "GET",
                "/browse/acme",
                null,
                "Accept",
                HTML,
                "Authorization",
                "Bearer " + token,
                "X-Stella-Tenant",
                "acme");
        assertEquals(200, same.status(), same::text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Origin: https://evil.example",
                "Origin: null",
                "Sec-Fetch-Site: cross-site"
            })
    void whatAForeignSiteHasABrowserAskForIsRefused(String line) throws IOException {
        for (String path : List.of("/", "/browse", "/browse/acme")) {
            assertEquals(
                    403,
                    raw.send(RawHttp.Request.get(path, line, "Accept: text/html"))
                            .status(),
                    path);
            assertEquals(
                    200,
                    raw.send(RawHttp.Request.get(path, "Accept: text/html", "Sec-Fetch-Site: none"))
                            .status(),
                    path);
        }
    }

    @Test
    void theManagementPortHasThePageWithoutAnythingOfATenant() throws Exception {
        rest.stored(KIND, utf8("{\"on\":\"the other port\"}"));
        for (SurfaceProcess server : List.of(open, closed)) {
            HttpResponse<String> page = management(server, "/");
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("<h1>Status</h1>"), page.body());
            assertFalse(page.body().contains("/browse"), page.body());
            assertFalse(page.body().contains("acme"), page.body());
            assertTrue(page.headers()
                    .firstValue("Content-Security-Policy")
                    .orElse("")
                    .startsWith("default-src 'none'"));
            assertEquals(404, management(server, "/browse").statusCode());
            assertEquals(404, management(server, "/browse/acme/" + KIND).statusCode());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/browse/%61cme, 400, INVALID_ARGUMENT",
        "/browse/ACME, 400, INVALID_ARGUMENT",
        "/browse/acme/Kind, 400, INVALID_ARGUMENT",
        "/browse/acme/sbom.fragment/sha256:zz, 400, INVALID_ARGUMENT",
        "/browse/acme/sbom.fragment/x/y, 404, NOT_FOUND",
        "/browse/acme/sbom.fragment?page_token=forged, 400, INVALID_ARGUMENT",
        "/browse/acme?image_digest=none, 400, INVALID_ARGUMENT",
        "/browse/acme?after=A, 400, INVALID_ARGUMENT",
        "/browse?tenant=a&tenant=b, 400, INVALID_ARGUMENT",
        "/browse?tenant=%zz, 400, INVALID_ARGUMENT"
    })
    void aRequestThatIsWrongGetsAPageThatSaysSo(String path, int status, String code) throws IOException {
        RawHttp.Answer answer = raw.send(RawHttp.Request.get(path, "Accept: text/html"));
        assertEquals(status, answer.status(), answer::text);
        assertTrue(answer.text().contains("<code>" + code + "</code>"), answer::text);
    }

    @Test
    void theFormLeadsToATenantAndNowhereElse() throws IOException {
        Answer there = page("/browse?tenant=acme");
        assertEquals(303, there.status());
        assertEquals("/browse/acme", field(there, "Location"));
        assertEquals(400, page("/browse?tenant=//evil.example").status());
    }

    @Test
    void pagesAreOnlyRead() throws IOException {
        for (String path : List.of("/", "/browse", "/browse/acme")) {
            for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
                Answer answer = rest.send(method, path, new byte[0], "Accept", HTML);
                assertEquals(405, answer.status(), answer::text);
                assertEquals("GET, HEAD", field(answer, "Allow"));
            }
            Answer head = rest.send("HEAD", path, null, "Accept", HTML);
            assertEquals(200, head.status());
            assertEquals(0, head.body().length);
        }
    }

    @Test
    void aRottenPayloadIsToldOnItsPageAndAmongTheFaults() throws Exception {
        String kind = "rotten.thing";
        String digest = rest.stored(kind, Rest.noise(300_000, 42));
        Path file = StoreFolder.of(open).payload(kind, digest);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 1;
        Files.write(file, bytes);
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        String page = rest.send(
                        "GET",
                        "/browse/acme/" + kind + "/" + digest,
                        null,
                        "Accept",
                        HTML,
                        "traceparent",
                        "00-" + trace + "-00f067aa0ba902b7-01")
                .text();
        assertTrue(
                open.output().lines().anyMatch(line -> line.contains(digest) && line.contains("traceId=" + trace)),
                open::output);
        assertTrue(page.contains("<code>CORRUPT_OBJECT</code>"), page);
        assertTrue(page.contains("Download the manifest"), page);
        String status = page("/").text();
        assertTrue(status.contains("<td><code>CORRUPT_OBJECT</code></td>"), status);
        assertTrue(status.contains("(<code>" + kind + "</code>)"), status);
        String management = management(open, "/").body();
        assertTrue(management.contains("<td><code>CORRUPT_OBJECT</code></td>"), management);
        assertFalse(management.contains(kind), management);
    }
}
