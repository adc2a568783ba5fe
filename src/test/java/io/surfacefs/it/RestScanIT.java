package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.it.Rest.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scan manifests and cache entries over REST. */
class RestScanIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DIGEST = "sha256:" + "5".repeat(64);
    private static final String IMAGE = "sha256:" + "6".repeat(64);
    private static final String BASE = "/api/v1/tenants/acme/";

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static Rest rest;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_RETENTION_DELETE", "any")
                .start();
        rest = new Rest(server);
    }

    @AfterAll
    static void stop() {
        rest.close();
        server.close();
        assertFalse(server.output().contains("Exception"), server.output());
    }

    private static String scan(String scan) {
        return BASE + "scans/" + scan + "/manifest";
    }

    private static Answer put(String path, String json) throws IOException {
        return rest.send("PUT", path, json.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
    }

    private static String manifest(String more) {
        return "{\"imageDigest\":\"" + IMAGE + "\",\"artifacts\":[" + artefact("b", "") + ","
                + artefact("a", ",\"view\":\"x\"") + "," + artefact("a", "") + "]" + more + "}";
    }

    private static String artefact(String kind, String more) {
        return "{\"kind\":\"" + kind + "\",\"digest\":\"" + DIGEST
                + "\",\"uri\":\"cas://b/x\",\"mediaType\":\"a/b\",\"format\":\"f\","
                + "\"sizeBytes\":1,\"metadata\":{\"z\":\"1\",\"a\":\"2\"}" + more + "}";
    }

    @Test
    void aScanManifestIsFilledSortedAndFoundByScanDigestPointerAndImage() throws IOException {
        Answer put = put(scan("s-1"), manifest(",\"unknown\":[1]"));
        assertEquals(201, put.status(), put::text);
        JsonNode surface = JSON.readTree(put.body());
        JsonNode manifest = surface.at("/manifest");
        assertEquals("acme", manifest.at("/tenant").asText());
        assertEquals("s-1", manifest.at("/scanId").asText());
        assertEquals(1, manifest.at("/unknown/0").asInt());
        assertTrue(manifest.at("/generatedAt").asText().endsWith("Z"));
        assertEquals("a", manifest.at("/artifacts/0/kind").asText());
        assertFalse(manifest.at("/artifacts/0").has("view"));
        assertEquals("x", manifest.at("/artifacts/1/view").asText());
        assertEquals("b", manifest.at("/artifacts/2/kind").asText());

        String digest = surface.at("/manifestDigest").asText();
        Answer current = rest.send("GET", scan("s-1"), null);
        assertEquals(digest, Rest.digest(current.body()));
        assertEquals("\"" + digest + "\"", current.headers().firstValue("etag").orElse(""));
        assertEquals(
                304,
                rest.send("GET", scan("s-1"), null, "If-None-Match", "\"" + digest + "\"")
                        .status());
        String path = Rest.manifestPath("surface.manifest", digest);
        assertEquals(path, put.headers().firstValue("location").orElse(""));
        assertArrayEquals(current.body(), rest.send("GET", path, null).body());
        assertArrayEquals(
                put.body(), rest.send("GET", BASE + "scans/s-1/surface", null).body());
        String uri = surface.at("/manifestUri").asText();
        assertArrayEquals(
                current.body(),
                rest.send("GET", BASE + "objects?uri=" + uri, null).body());
        JsonNode listed =
                JSON.readTree(rest.send("GET", BASE + "manifests?kind=surface.manifest&image_digest=" + IMAGE, null)
                        .body());
        assertTrue(listed.at("/manifests").findValuesAsText("scanId").contains("s-1"), listed::toString);
        assertEquals("404 NOT_FOUND", rest.payload("surface.manifest", digest).summary());
    }

    @Test
    void aRetryMakesNothingNewAndTheLaterGeneratedAtIsCurrent() throws IOException {
        Answer first = put(scan("s-2"), manifest(""));
        assertEquals(201, first.status());
        Answer retry = put(scan("s-2"), manifest(""));
        assertEquals(200, retry.status());
        assertEquals(first.text(), retry.text());
        Answer later = put(scan("s-2"), manifest(",\"generatedAt\":\"2099-01-01T00:00:00Z\""));
        assertEquals(201, later.status());
        Answer earlier = put(scan("s-2"), manifest(",\"generatedAt\":\"2001-01-01T00:00:00Z\""));
        assertEquals(201, earlier.status());
        assertEquals(
                later.text(), rest.send("GET", BASE + "scans/s-2/surface", null).text());
        String digest = JSON.readTree(later.body()).at("/manifestDigest").asText();
        assertEquals(204, rest.delete("surface.manifest", digest).status());
        assertEquals(
                first.text(), rest.send("GET", BASE + "scans/s-2/surface", null).text());
    }

    @Test
    void aScanManifestIsPutByItsDigestUnchanged() throws IOException {
        Answer put = put(scan("s-3"), manifest(",\"generatedAt\":\"2030-01-01T00:00:00Z\""));
        String digest = JSON.readTree(put.body()).at("/manifestDigest").asText();
        byte[] bytes = rest.send("GET", scan("s-3"), null).body();
        assertEquals(204, rest.delete("surface.manifest", digest).status());
        assertEquals(404, rest.send("GET", scan("s-3"), null).status());
        String path = Rest.manifestPath("surface.manifest", digest);
        Answer again = rest.send("PUT", path, bytes, "Content-Type", "application/json");
        assertEquals(201, again.status(), again::text);
        assertArrayEquals(bytes, again.body());
        assertArrayEquals(bytes, rest.send("GET", scan("s-3"), null).body());
    }

    @Test
    void aCacheEntryIsOverwrittenReadInPartsAndDeleted() throws IOException {
        String path = BASE + "cache/entrytrace.graph/" + "ab".repeat(32);
        assertEquals("404 NOT_FOUND", rest.send("GET", path, null).summary());
        for (int size : new int[] {5, 3_000_000, 0, 700_000}) {
            byte[] value = Rest.noise(size, size);
            Answer put = rest.send("PUT", path, value, "Content-Type", "application/x-memo");
            assertEquals(204, put.status());
            Answer got = rest.send("GET", path, null);
            assertArrayEquals(value, got.body());
            assertEquals(
                    "private, no-cache",
                    got.headers().firstValue("cache-control").orElse(""));
            assertEquals(
                    Integer.toString(size),
                    rest.send("HEAD", path, null)
                            .headers()
                            .firstValue("content-length")
                            .orElse(""));
        }
        Answer part = rest.send("GET", path, null, "Range", "bytes=-10");
        assertEquals(206, part.status());
        assertEquals(10, part.body().length);
        assertEquals(204, rest.send("DELETE", path, null).status());
        assertEquals("404 NOT_FOUND", rest.send("DELETE", path, null).summary());
    }
}
