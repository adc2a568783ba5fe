package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.surfacefs.it.Rest.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Puts, reads, lists and batches of artefacts over REST. */
class RestArtefactIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IMAGE = "sha256:" + "1".repeat(64);
    private static final String OTHER_IMAGE = "sha256:" + "2".repeat(64);
    private static final String TYPE = "Content-Type";

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

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String field(Answer answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    private static String digestField(byte[] bytes) {
        byte[] digest = HexFormat.of().parseHex(Rest.digest(bytes).substring("sha256:".length()));
        return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
    }

    @Test
    void aFirstPutIsCreatedAndASecondShowsWhatIsStored() throws IOException {
        byte[] payload = text("{\"put\":\"twice\"}");
        String digest = Rest.digest(payload);
        Answer first =
                rest.put("twice", payload, TYPE, "application/json; charset=utf-8", "Surface-Image-Digest", IMAGE);
        assertEquals(201, first.status(), first::text);
        assertEquals(Rest.manifestPath("twice", digest), field(first, "location"));
        assertEquals("\"" + Rest.digest(first.body()) + "\"", field(first, "etag"));
        JsonNode manifest = JSON.readTree(first.body());
        assertEquals(digest, manifest.at("/digest").asText());
        assertEquals(IMAGE, manifest.at("/source/imageDigest").asText());
        assertEquals(
                "application/json+zstd; charset=utf-8",
                manifest.at("/storage/contentType").asText());
        assertEquals(payload.length, manifest.at("/storage/rawSizeBytes").asInt());
        assertEquals("surface-cache", manifest.at("/storage/bucket").asText());

        Answer second = rest.put("twice", payload, TYPE, "text/plain", "Surface-Image-Digest", OTHER_IMAGE);
        assertEquals(200, second.status());
        assertEquals(first.text(), second.text());
        assertEquals(null, field(second, "location"));
        assertTrue(rest.listed(IMAGE).contains(digest));
        assertTrue(rest.listed(OTHER_IMAGE).contains(digest));
    }

    @Test
    void ofRepeatedImagesAndScansTheFirstIsTheSourceAndAllAreFound() throws IOException {
        byte[] payload = text("repeated");
        Answer put = rest.put(
                "repeated",
                payload,
                "Surface-Image-Digest",
                IMAGE,
                "Surface-Image-Digest",
                OTHER_IMAGE,
                "Surface-Scan-Id",
                "r-1",
                "Surface-Scan-Id",
                "r-2",
                "Surface-Scanner-Build",
                "stellaops/scanner@sha256:dead");
        JsonNode source = JSON.readTree(put.body()).at("/source");
        assertEquals(IMAGE, source.at("/imageDigest").asText());
        assertEquals("r-1", source.at("/scanId").asText());
        assertEquals("stellaops/scanner@sha256:dead", source.at("/scannerBuild").asText());
        for (String filter :
                new String[] {"image_digest=" + IMAGE, "image_digest=" + OTHER_IMAGE, "scan_id=r-1", "scan_id=r-2"}) {
            Answer list = list("kind=repeated&" + filter);
            assertEquals(1, JSON.readTree(list.body()).at("/manifests").size(), filter);
        }
        assertEquals(
                0,
                JSON.readTree(list("kind=repeated&scan_id=r-3").body())
                        .at("/manifests")
                        .size());
    }

    private static Answer list(String query) throws IOException {
        return rest.send("GET", "/api/v1/tenants/acme/manifests?" + query, null);
    }

    @Test
    void aLifetimeCountsFromNowAndOnlyEverGrows() throws IOException {
        byte[] payload = text("lifetime");
        Answer first = rest.put("lifetime", payload, "Surface-Expires-At", "2090-01-01T00:00:00Z");
        assertEquals(
                "2090-01-01T00:00:00Z",
                JSON.readTree(first.body()).at("/expiresAt").asText());
        Answer shorter = rest.put("lifetime", payload, "Surface-Ttl", "P7D");
        assertEquals(
                "2090-01-01T00:00:00Z",
                JSON.readTree(shorter.body()).at("/expiresAt").asText());
        Answer longer = rest.put("lifetime", payload, "Surface-Expires-At", "2091-01-01T00:00:00Z");
        assertEquals(200, longer.status());
        assertEquals(
                "2091-01-01T00:00:00Z",
                JSON.readTree(longer.body()).at("/expiresAt").asText());
        assertEquals(
                longer.text(), rest.manifest("lifetime", Rest.digest(payload)).text());
    }

    static Stream<String> samples() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/samples/index.tsv")).stream()
                .map(line -> line.split("\t", -1)[0])
                .filter(name -> Files.exists(Path.of("src/test/resources/samples", name)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aRealArtefactComesBackByteForByte(String sample) throws IOException {
        byte[] payload = Files.readAllBytes(Path.of("src/test/resources/samples", sample));
        String digest = rest.stored("samples", payload, TYPE, "application/json");
        Answer plain = rest.payload("samples", digest);
        assertArrayEquals(payload, plain.body());
        assertEquals("application/json", field(plain, "content-type"));
        Answer zstd = rest.payload("samples", digest, "Accept-Encoding", "zstd");
        assertEquals("zstd", field(zstd, "content-encoding"));
        assertArrayEquals(payload, Zstd.decompress(zstd.body(), payload.length));
        assertEquals(digestField(zstd.body()), field(zstd, "repr-digest"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 262_144, 262_145, 1_048_577, 20_000_000})
    void aPayloadOfAnySizeComesBackAsItWasPut(int size) throws IOException {
        byte[] payload = Rest.noise(size, size);
        String digest = rest.stored("sizes", payload);
        Answer plain = rest.payload("sizes", digest);
        assertArrayEquals(payload, plain.body());
        assertEquals(digestField(payload), field(plain, "repr-digest"));
        assertEquals("\"" + digest + "\"", field(plain, "etag"));
        assertEquals("private, max-age=31536000, immutable", field(plain, "cache-control"));
        Answer zstd = rest.payload("sizes", digest, "Accept-Encoding", "zstd");
        assertArrayEquals(payload, Zstd.decompress(zstd.body(), size));
        assertEquals("\"" + digest + ";zstd\"", field(zstd, "etag"));
        Answer head = rest.send("HEAD", Rest.payloadPath("sizes", digest), null);
        assertEquals(200, head.status());
        assertEquals(Integer.toString(size), field(head, "content-length"));
    }

    @Test
    void bytesThatComeInZstdAreKeptAsTheyCame() throws IOException {
        byte[] payload = text("zstd ".repeat(1000));
        byte[] sent = Zstd.compress(payload, 19);
        Answer put = rest.put(
                "zstd", sent, "Content-Encoding", "zstd", "Content-Digest", digestField(sent), TYPE, "text/plain");
        assertEquals(201, put.status(), put::text);
        assertEquals(
                Rest.digest(sent),
                JSON.readTree(put.body()).at("/storage/sha256").asText());
        String digest = Rest.digest(payload);
        assertArrayEquals(
                sent, rest.payload("zstd", digest, "Accept-Encoding", "zstd").body());
        assertArrayEquals(payload, rest.payload("zstd", digest).body());
    }

    @Test
    void aPayloadPutAloneIsReadableButMissingUntilItsManifestComes() throws IOException {
        byte[] payload = text("staged");
        String digest = Rest.digest(payload);
        String path = Rest.payloadPath("staged", digest);
        Answer staged = rest.send("PUT", path, payload, TYPE, "text/plain");
        assertEquals(201, staged.status());
        assertEquals(0, staged.body().length);
        assertEquals(200, rest.send("PUT", path, payload, TYPE, "text/plain").status());
        assertArrayEquals(payload, rest.payload("staged", digest).body());
        assertEquals(404, rest.manifest("staged", digest).status());
        assertEquals(
                0, JSON.readTree(list("kind=staged").body()).at("/manifests").size());
        assertEquals(
                "{\"missing\":[" + key("staged", digest) + "]}", batch("manifests:findMissing", key("staged", digest)));

        byte[] manifest = text("{\"kind\":\"staged\",\"digest\":\"" + digest + "\",\"note\":{\"kept\":true}}");
        Answer put = rest.send("PUT", Rest.manifestPath("staged", digest), manifest, TYPE, "application/json");
        assertEquals(201, put.status(), put::text);
        assertEquals(true, JSON.readTree(put.body()).at("/note/kept").asBoolean());
        assertEquals(
                "text/plain+zstd",
                JSON.readTree(put.body()).at("/storage/contentType").asText());
        assertEquals(put.text(), rest.manifest("staged", digest).text());
        assertEquals("{\"missing\":[]}", batch("manifests:findMissing", key("staged", digest)));
    }

    @Test
    void aFormBringsManifestAndPayloadInAnyOrder() throws IOException {
        for (boolean payloadFirst : new boolean[] {true, false}) {
            byte[] payload = Rest.noise(3_000_000, payloadFirst ? 1 : 2);
            byte[] sent = Zstd.compress(payload);
            String digest = Rest.digest(payload);
            byte[] manifest = text("{\"kind\":\"form\",\"digest\":\"" + digest + "\",\"source\":{\"scanId\":\"f-1\"}}");
            Answer put = rest.send(
                    "PUT",
                    Rest.manifestPath("form", digest),
                    form(payloadFirst, manifest, sent),
                    TYPE,
                    "multipart/form-data; boundary=\"--x y\"");
            assertEquals(201, put.status(), put::text);
            assertEquals("f-1", JSON.readTree(put.body()).at("/source/scanId").asText());
            Answer read = rest.payload("form", digest);
            assertArrayEquals(payload, read.body());
            assertEquals("application/x-noise", field(read, "content-type"));
        }
    }

    private static byte[] form(boolean payloadFirst, byte[] manifest, byte[] payload) throws IOException {
        java.io.ByteArrayOutputStream form = new java.io.ByteArrayOutputStream();
        for (boolean now : new boolean[] {payloadFirst, !payloadFirst}) {
            String head = now
                    ? "payload\"; filename=\"p\"\r\nContent-Type: application/x-noise\r\nContent-Encoding: zstd\r\n\r\n"
                    : "manifest\"\r\nContent-Type: application/json\r\n\r\n";
            form.write(text("----x y\r\nContent-Disposition: form-data; name=\"" + head));
            form.write(now ? payload : manifest);
            form.write(text("\r\n"));
        }
        form.write(text("----x y--\r\n"));
        return form.toByteArray();
    }

    private static String key(String kind, String digest) {
        return "{\"kind\":\"" + kind + "\",\"digest\":\"" + digest + "\"}";
    }

    private static String batch(String call, String... keys) throws IOException {
        byte[] body = text("{\"keys\":[" + String.join(",", keys) + "]}");
        Answer answer = rest.send("POST", "/api/v1/tenants/acme/" + call, body, TYPE, "application/json");
        assertEquals(200, answer.status(), answer::text);
        return answer.text();
    }

    @Test
    void batchesAnswerInTheOrderOfTheRequest() throws IOException {
        byte[] payload = text("batch");
        String digest = rest.stored("batch", payload);
        String absent = "sha256:" + "f".repeat(64);
        String[] keys = {key("zzz", absent), key("batch", digest), key("aaa", absent), key("batch", digest)};
        assertEquals("{\"missing\":[" + keys[0] + "," + keys[2] + "]}", batch("manifests:findMissing", keys));
        assertEquals("{\"present\":2,\"fetched\":0,\"missing\":2}", batch("artefacts:prefetch", keys));
        String manifest = rest.manifest("batch", digest).text();
        assertEquals(
                "{\"results\":[{\"key\":" + keys[0] + ",\"code\":\"NOT_FOUND\"},{\"key\":" + keys[1] + ",\"manifest\":"
                        + manifest + "},{\"key\":" + keys[2] + ",\"code\":\"NOT_FOUND\"},{\"key\":" + keys[3]
                        + ",\"manifest\":" + manifest + "}]}",
                batch("manifests:batchGet", keys));
        String[] many = Stream.generate(() -> keys[1]).limit(1000).toArray(String[]::new);
        assertEquals(
                1000,
                JSON.readTree(batch("manifests:batchGet", many)).at("/results").size());
    }

    @Test
    void listsAreInKeyOrderAndPagedWithoutGapOrRepetition() throws IOException {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String kind = "pages" + i % 3;
            expected.add(kind + "/" + rest.stored(kind, text("page " + i), "Surface-Scan-Id", "pages"));
        }
        expected.sort(null);
        for (int size : new int[] {1, 7, 50, 500}) {
            List<String> found = new ArrayList<>();
            String token = "";
            do {
                JsonNode page = JSON.readTree(
                        list("scan_id=pages&page_size=" + size + token).body());
                assertTrue(page.at("/manifests").size() <= size);
                page.at("/manifests")
                        .forEach(m -> found.add(
                                m.at("/kind").asText() + "/" + m.at("/digest").asText()));
                token = page.has("nextPageToken")
                        ? "&page_token=" + page.at("/nextPageToken").asText()
                        : "";
            } while (!token.isEmpty());
            assertEquals(expected, found, "pages of " + size);
        }
        assertEquals(
                50, JSON.readTree(list("scan_id=pages").body()).at("/manifests").size());
        JsonNode other = JSON.readTree(list("scan_id=pages&page_size=10").body());
        Answer next = list("scan_id=pages&page_size=3&page_token="
                + other.at("/nextPageToken").asText());
        assertEquals(3, JSON.readTree(next.body()).at("/manifests").size());
    }

    @Test
    void aPointerIsResolvedByTheKeyInItWhateverStandsBefore() throws IOException {
        byte[] payload = text("pointed at");
        String digest = rest.stored("pointer", payload, TYPE, "text/plain");
        String hex = digest.substring(7);
        String name = "tenants/acme/pointer/sha256/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/" + hex
                + "/payload.json.zst";
        for (String prefix : new String[] {"surface-cache/", "other/", "b/scanner/surface/", "b/tenants/acme/"}) {
            Answer object = object("cas://" + prefix + name);
            assertArrayEquals(payload, object.body(), prefix);
            assertEquals("text/plain", field(object, "content-type"));
        }
        Answer manifest =
                object("cas://surface-manifests/tenants/acme/pointer/" + hex.substring(0, 2) + "/" + hex + ".json");
        assertEquals(rest.manifest("pointer", digest).text(), manifest.text());
        Answer part = rest.send(
                "GET", objectPath("cas://b/" + name), null, "Range", "bytes=0-6", "If-Range", "\"" + digest + "\"");
        assertEquals("pointed", part.text());
        assertEquals(206, part.status());
    }

    private static Answer object(String uri) throws IOException {
        return rest.send("GET", objectPath(uri), null);
    }

    private static String objectPath(String uri) {
        return "/api/v1/tenants/acme/objects?uri=" + java.net.URLEncoder.encode(uri, StandardCharsets.UTF_8);
    }

    @Test
    void aDeletedArtefactIsGoneAtOnce() throws IOException {
        byte[] payload = text("deleted");
        String digest = rest.stored("deleted", payload, "Surface-Image-Digest", "sha256:" + "3".repeat(64));
        assertEquals(200, rest.payload("deleted", digest).status());
        assertEquals(204, rest.delete("deleted", digest).status());
        assertEquals("404 NOT_FOUND", rest.manifest("deleted", digest).summary());
        assertEquals("404 NOT_FOUND", rest.payload("deleted", digest).summary());
        assertEquals("404 NOT_FOUND", rest.delete("deleted", digest).summary());
        assertTrue(rest.listed("sha256:" + "3".repeat(64)).isEmpty());
        assertEquals(201, rest.put("deleted", payload).status());
        assertArrayEquals(payload, rest.payload("deleted", digest).body());
    }

    @Test
    void theOperatorsRoutesAnswerCounts() throws IOException {
        rest.stored("operated", text("operated"));
        JsonNode gc = JSON.readTree(
                rest.send("POST", "/api/v1/admin/gc?dry_run=true", new byte[0]).body());
        assertEquals(0, gc.at("/dropped").asInt());
        JsonNode reindex = JSON.readTree(
                rest.send("POST", "/api/v1/admin/reindex", new byte[0]).body());
        assertTrue(reindex.at("/manifests").asInt() > 0, reindex::toString);
        assertEquals(0, reindex.at("/dropped").asInt());
    }

    @Test
    void aProblemCarriesTheTraceThatWasSent() throws IOException {
        Answer problem = rest.send(
                "GET",
                Rest.manifestPath("k", "sha256:" + "e".repeat(64)),
                null,
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        JsonNode json = JSON.readTree(problem.body());
        assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", json.at("/traceId").asText());
        assertEquals(404, json.at("/status").asInt());
        assertEquals("NOT_FOUND", json.at("/code").asText());
        assertEquals("application/problem+json", field(problem, "content-type"));
    }
}
