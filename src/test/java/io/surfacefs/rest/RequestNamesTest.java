package io.surfacefs.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.ItemKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths, queries and key lists, and what is said of those that are wrong. */
class RequestNamesTest {
    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/v1/tenants/acme/manifests",
                "/api/v1/tenants/acme/manifests/",
                "/a/sha256%3Aab",
                "/a/...",
                "/a/.b",
                "/a/b.",
                "/a/%2e%2e%2e",
                "/scans/a:b@c+d",
                "/a/%C3%A4"
            })
    void aPlainPathIsLetThrough(String path) {
        assertTrue(Percent.isPlainPath(path));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//",
                "/a//b",
                "/a/../b",
                "/a/./b",
                "/..",
                "/.",
                "/a/%2e%2e/b",
                "/a/.%2E/b",
                "/a/%2e/b",
                "/a%2fb",
                "/a%2Fb",
                "/a%5cb",
                "/a\\b",
                "/a%00b",
                "/a%1fb",
                "/a%7fb",
                "/a%",
                "/a%2",
                "/a%zz",
                "/a%2g",
                "/a%-1",
                "/a b",
                "/a\tb",
                "/a%\uff11\uff11"
            })
    void aPathThatIsNotWhatItSeemsIsRefused(String path) {
        assertTrue(!Percent.isPlainPath(path), path);
    }

    @Test
    void aQueryIsReadStrictly() {
        Query query = new Query("kind=a%2Eb&scan_id=x+y&page_token=&flag&=z&u=%C3%A4");
        assertEquals("a.b", query.get("kind"));
        assertEquals("x y", query.get("scan_id"));
        assertNull(query.get("page_token"));
        assertNull(query.get("flag"));
        assertNull(query.get("other"));
        assertEquals("\u00e4", query.get("u"));
        assertNull(new Query(null).get("kind"));
        assertNull(new Query("").get("kind"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=%", "a=%z1", "a=%4", "%zz=1", "a=1&a=2", "a=%C3", "a=%FF", "a=\u00e4\u1234"})
    void aMalformedQueryIsRefused(String query) {
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                assertThrows(SurfaceException.class, () -> new Query(query)).code());
    }

    @Test
    void keysAreReadInTheirOrder() {
        String json = "{\"x\":{\"keys\":[1]},\"keys\":[{\"kind\":\"b\",\"digest\":\"" + DIGEST
                + "\",\"more\":[]},{\"digest\":\"" + DIGEST + "\",\"kind\":\"a\"}]}";
        assertEquals(
                List.of("b", "a"),
                parse(json).stream().map(ItemKey::kind).map(Kind::value).toList());
        assertEquals(List.of(), parse("{\"keys\":[]}"));
        assertEquals(1000, parse(many(1000)).size());
    }

    private static String many(int n) {
        return IntStream.range(0, n)
                .mapToObj(i -> "{\"kind\":\"k\",\"digest\":\"" + DIGEST + "\"}")
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    private static List<ItemKey> parse(String json) {
        return KeyList.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysThatAreWrongAreRefused() {
        String key = "{\"kind\":\"k\",\"digest\":\"" + DIGEST + "\"}";
        for (String json : List.of(
                "",
                "null",
                "[]",
                "{}",
                "{\"keys\":null}",
                "{\"keys\":{}}",
                "{\"keys\":[1]}",
                "{\"keys\":[{}]}",
                "{\"keys\":[{\"kind\":\"k\"}]}",
                "{\"keys\":[{\"digest\":\"" + DIGEST + "\"}]}",
                "{\"keys\":[{\"kind\":1,\"digest\":\"" + DIGEST + "\"}]}",
                "{\"keys\":[{\"kind\":\"K\",\"digest\":\"" + DIGEST + "\"}]}",
                "{\"keys\":[{\"kind\":\"k\",\"digest\":\"" + DIGEST.toUpperCase(java.util.Locale.ROOT) + "\"}]}",
                "{\"keys\":[{\"kind\":\"k\",\"kind\":\"k\",\"digest\":\"" + DIGEST + "\"}]}",
                "{\"keys\":[" + key + "],\"keys\":[]}",
                "{\"keys\":[" + key + ",]}",
                "{\"keys\":[" + key + "]} x",
                "{\"keys\":[" + key + "]",
                "{\"x\":" + "[".repeat(100) + "]".repeat(100) + ",\"keys\":[]}",
                "\ufeff{\"keys\":[]}",
                many(1001))) {
            SurfaceException refusal = assertThrows(SurfaceException.class, () -> parse(json), json);
            assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        }
        byte[] utf16 = "{\"keys\":[]}".getBytes(StandardCharsets.UTF_16LE);
        assertThrows(SurfaceException.class, () -> KeyList.parse(utf16));
        byte[] latin = "{\"\u00e4\":1,\"keys\":[]}".getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(SurfaceException.class, () -> KeyList.parse(latin));
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeBecomesAProblemWithItsStatus(ErrorCode code) throws IOException {
        Problem problem = Problem.of(
                new SurfaceException(code, "a \"quoted\" sentence", "a hint", null, Duration.ofMillis(1500)));
        assertEquals(code.http(), problem.status());
        assertEquals(code.retryable() ? 2 : 0, problem.retryAfterSeconds());
        String json = new String(problem.json("0".repeat(31) + "1"), StandardCharsets.UTF_8);
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            while (parser.nextToken() != null) {
                // reading it to its end is the check
            }
        }
        assertTrue(json.contains("\"code\":\"" + code + "\""), json);
        assertTrue(json.contains("\"status\":" + code.http()), json);
        assertEquals(code != ErrorCode.INTERNAL, json.contains("sentence"));
    }

    @ParameterizedTest
    @CsvSource({
        "400,INVALID_ARGUMENT,400",
        "401,UNAUTHENTICATED,401",
        "403,PERMISSION_DENIED,403",
        "404,NOT_FOUND,404",
        "405,INVALID_ARGUMENT,405",
        "406,INVALID_ARGUMENT,406",
        "409,INVALID_ARGUMENT,400",
        "411,INVALID_ARGUMENT,411",
        "413,PAYLOAD_TOO_LARGE,413",
        "414,INVALID_ARGUMENT,414",
        "415,INVALID_ARGUMENT,415",
        "431,INVALID_ARGUMENT,431",
        "500,INTERNAL,500",
        "501,INTERNAL,500",
        "503,STORE_UNAVAILABLE,503",
    })
    void aStatusOfTheMachineryHasItsCode(int status, ErrorCode code, int kept) {
        Problem problem = Problem.ofStatus(status);
        assertEquals(code, problem.code());
        assertEquals(kept, problem.status());
    }

    @Test
    void whatNobodyForesawTellsNothing() {
        Problem problem = Problem.of(new IllegalStateException("secret"));
        assertEquals(500, problem.status());
        assertTrue(problem.isOurs());
        assertTrue(!new String(problem.json("1"), StandardCharsets.UTF_8).contains("secret"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/tenants/acme/artefacts/k|OPTIONS, POST",
                "/api/v1/tenants/acme/manifests|GET, HEAD, OPTIONS",
                "/api/v1/tenants/acme/manifests/k/d|DELETE, GET, HEAD, OPTIONS, PUT",
                "/api/v1/tenants/acme/manifests:findMissing|OPTIONS, POST",
                "/api/v1/tenants//manifests|",
                "/api/v1/tenants/acme|",
                "/api/v2/tenants/acme/manifests|",
            })
    void aKnownRouteNamesItsMethods(String path, String methods) {
        assertEquals(methods, Routes.allowed(path));
    }
}
