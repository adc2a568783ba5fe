package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every route of the OpenAPI document and every call of the proto, for callers who may and who may not: a new one that
 * isn't listed here with the right that it wants fails.
 */
class EveryCallIT {
    private static final String ALL = "surface.read surface.write surface.delete surface.admin";
    private static final String BASE = "/api/v1/tenants/{tenant}";

    /** The scope that each route wants. */
    private static final Map<String, String> ROUTES = new TreeMap<>(Map.ofEntries(
            Map.entry("POST " + BASE + "/artefacts/{kind}", "surface.write"),
            Map.entry("PUT " + BASE + "/manifests/{kind}/{digest}", "surface.write"),
            Map.entry("PUT " + BASE + "/payloads/{kind}/{digest}", "surface.write"),
            Map.entry("GET " + BASE + "/manifests/{kind}/{digest}", "surface.read"),
            Map.entry("HEAD " + BASE + "/manifests/{kind}/{digest}", "surface.read"),
            Map.entry("GET " + BASE + "/payloads/{kind}/{digest}", "surface.read"),
            Map.entry("HEAD " + BASE + "/payloads/{kind}/{digest}", "surface.read"),
            Map.entry("GET " + BASE + "/manifests", "surface.read"),
            Map.entry("DELETE " + BASE + "/manifests/{kind}/{digest}", "surface.delete"),
            Map.entry("POST " + BASE + "/manifests:findMissing", "surface.read"),
            Map.entry("POST " + BASE + "/manifests:batchGet", "surface.read"),
            Map.entry("POST " + BASE + "/artefacts:prefetch", "surface.read"),
            Map.entry("PUT " + BASE + "/scans/{scanId}/manifest", "surface.write"),
            Map.entry("GET " + BASE + "/scans/{scanId}/manifest", "surface.read"),
            Map.entry("GET " + BASE + "/scans/{scanId}/surface", "surface.read"),
            Map.entry("GET " + BASE + "/index", "surface.read"),
            Map.entry("GET " + BASE + "/kit-version", "surface.admin"),
            Map.entry("PUT " + BASE + "/kit-version", "surface.admin"),
            Map.entry("GET " + BASE + "/objects", "surface.read"),
            Map.entry("HEAD " + BASE + "/objects", "surface.read"),
            Map.entry("GET " + BASE + "/cache/{namespace}/{inputs}", "surface.read"),
            Map.entry("HEAD " + BASE + "/cache/{namespace}/{inputs}", "surface.read"),
            Map.entry("PUT " + BASE + "/cache/{namespace}/{inputs}", "surface.write"),
            Map.entry("DELETE " + BASE + "/cache/{namespace}/{inputs}", "surface.delete"),
            Map.entry("POST /api/v1/admin/gc", "surface.admin"),
            Map.entry("POST /api/v1/admin/reindex", "surface.admin"),
            Map.entry("GET /api/v1/admin/cache", "surface.admin"),
            Map.entry("POST /api/v1/admin/cache:evict", "surface.admin"),
            Map.entry("POST /api/v1/admin/cache:scrub", "surface.admin")));

    /** The scope that each call wants. */
    private static final Map<String, String> CALLS = new TreeMap<>(Map.ofEntries(
            Map.entry("surfacefs.v1.SurfaceFs/PutManifest", "surface.write"),
            Map.entry("surfacefs.v1.SurfaceFs/PutPayload", "surface.write"),
            Map.entry("surfacefs.v1.SurfaceFs/StatPayload", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/GetManifest", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/GetPayload", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/ListManifests", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/ListIndex", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/DeleteManifest", "surface.delete"),
            Map.entry("surfacefs.v1.SurfaceFs/FindMissing", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/BatchGetManifests", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/Prefetch", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/PutScanManifest", "surface.write"),
            Map.entry("surfacefs.v1.SurfaceFs/GetScanManifest", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/GetScanSurface", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceFs/GetKitVersion", "surface.admin"),
            Map.entry("surfacefs.v1.SurfaceFs/PutKitVersion", "surface.admin"),
            Map.entry("surfacefs.v1.SurfaceCache/Get", "surface.read"),
            Map.entry("surfacefs.v1.SurfaceCache/Put", "surface.write"),
            Map.entry("surfacefs.v1.SurfaceCache/Delete", "surface.delete")));

    private static final byte[] PAYLOAD = "evidence".getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = Rest.digest(PAYLOAD);

    @TempDir
    static Path folder;

    private static Issuer issuer;
    private static SurfaceProcess server;
    private static Rest rest;
    private static AnyCall grpc;

    @BeforeAll
    static void start() throws IOException {
        issuer = new Issuer();
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_SECURITY_AUTH", "oidc")
                .env("QUARKUS_OIDC_AUTH_SERVER_URL", issuer.url())
                .env("SURFACE_RETENTION_DELETE", "any")
                .start();
        rest = new Rest(server);
        grpc = new AnyCall(server);
        for (String tenant : List.of("acme", "other")) {
            Rest.Answer put = rest.send(
                    "POST",
                    "/api/v1/tenants/" + tenant + "/artefacts/sbom.fragment",
                    PAYLOAD,
                    "Authorization",
                    "Bearer " + issuer.token(tenant, ALL));
            assertEquals(201, put.status(), put::text);
        }
    }

    @AfterAll
    static void stop() {
        grpc.close();
        rest.close();
        server.close();
        issuer.close();
    }

    /** Tokens that are nobody's, by what is wrong with them; null is none at all. */
    private static Map<String, String> badTokens() {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("none", null);
        bad.put("not a token", "let-me-in");
        bad.put("without a signature", issuer.unsigned(good()));
        bad.put("signed by another key", issuer.forge(good()));
        bad.put("expired", issuer.sign(with("exp", 1_000_000_000L)));
        bad.put("not valid yet", issuer.sign(with("nbf", 4_000_000_000L)));
        bad.put("for another audience", issuer.sign(with("aud", "another")));
        bad.put("of another issuer", issuer.sign(with("iss", "http://127.0.0.1:1")));
        bad.put("signed by the open key as a secret", issuer.signedByOpenKey(good()));
        return bad;
    }

    private static Map<String, Object> good() {
        Map<String, Object> claims = issuer.claims("scanner");
        claims.put("tenant", "acme");
        claims.put("scope", ALL);
        return claims;
    }

    private static Map<String, Object> with(String claim, Object value) {
        Map<String, Object> claims = good();
        claims.put(claim, value);
        return claims;
    }

    /** Every scope but one. */
    private static String allBut(String scope) {
        return String.join(
                " ", Stream.of(ALL.split(" ")).filter(s -> !s.equals(scope)).toList());
    }

    static Set<String> routes() {
        return ROUTES.keySet();
    }

    static Set<String> calls() {
        return CALLS.keySet();
    }

    @Test
    void everyRouteOfTheDocumentIsTriedHereAndTheDocumentItselfIsOpen() throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(rest.send("GET", "/q/openapi?format=json", null).body());
        Set<String> described = new TreeSet<>();
        document.at("/paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method ->
                                described.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        assertEquals(described, ROUTES.keySet());
    }

    @Test
    void everyCallOfTheProtoIsTriedHere() {
        assertEquals(AnyCall.names(), CALLS.keySet());
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteIsClosedToWhoeverHasNoGoodToken(String route) throws IOException {
        for (Map.Entry<String, String> bad : badTokens().entrySet()) {
            assertRefused(401, "UNAUTHENTICATED", ask(route, bad.getValue()), bad.getKey());
        }
        assertLawful(ask(route, issuer.token("acme", ALL)));
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteIsClosedToOtherTenantsAndWithoutItsScope(String route) throws IOException {
        String scope = ROUTES.get(route);
        assertRefused(403, "PERMISSION_DENIED", ask(route, issuer.token("acme", allBut(scope))), "without the scope");
        assertRefused(403, "PERMISSION_DENIED", ask(route, issuer.token("acme", "")), "without any scope");
        if (route.contains("{tenant}")) {
            assertRefused(403, "PERMISSION_DENIED", ask(route, issuer.token("other", ALL)), "of another tenant");
            Map<String, Object> claims = issuer.claims("nobodys");
            claims.put("scope", ALL);
            assertRefused(403, "TENANT_REQUIRED", ask(route, issuer.sign(claims)), "of no tenant");
            assertRefused(403, "PERMISSION_DENIED", ask(route, issuer.token("*", ALL)), "of every tenant");
        }
        assertLawful(ask(route, issuer.token("acme", scope)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aCallIsClosedToWhoeverHasNoGoodToken(String call) {
        for (Map.Entry<String, String> bad : badTokens().entrySet()) {
            assertEquals(
                    "UNAUTHENTICATED UNAUTHENTICATED", grpc.call(call, "acme", DIGEST, bad.getValue()), bad::getKey);
        }
        assertLawful(grpc.call(call, "acme", DIGEST, issuer.token("acme", ALL)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aCallIsClosedToOtherTenantsAndWithoutItsScope(String call) {
        String scope = CALLS.get(call);
        String denied = "PERMISSION_DENIED PERMISSION_DENIED";
        assertEquals(denied, grpc.call(call, "acme", DIGEST, issuer.token("acme", allBut(scope))));
        assertEquals(denied, grpc.call(call, "acme", DIGEST, issuer.token("other", ALL)));
        assertEquals(denied, grpc.call(call, "acme", DIGEST, issuer.token("*", ALL)));
        Map<String, Object> claims = issuer.claims("nobodys");
        claims.put("scope", ALL);
        assertEquals("TENANT_REQUIRED PERMISSION_DENIED", grpc.call(call, "acme", DIGEST, issuer.sign(claims)));
        assertLawful(grpc.call(call, "acme", DIGEST, issuer.token("acme", scope)));
    }

    @Test
    void reflectionIsClosedAndHealthIsOpen() {
        assertEquals("UNAUTHENTICATED UNAUTHENTICATED", grpc.reflection(null));
        assertEquals("OK", grpc.reflection(issuer.token("acme", "")));
        assertEquals("OK", grpc.health());
    }

    @Test
    void whatNoRouteTakesIsClosedTooAndManagementIsOpen() throws IOException {
        assertRefused(401, "UNAUTHENTICATED", rest.send("GET", "/api/v1/nothing", null), "an unknown route");
        assertRefused(401, "UNAUTHENTICATED", rest.send("PATCH", path(BASE + "/manifests"), null), "a wrong method");
        String token = issuer.token("acme", ALL);
        assertEquals(
                404,
                rest.send("GET", "/api/v1/nothing", null, "Authorization", "Bearer " + token)
                        .status());
        assertEquals(
                405,
                rest.send("PATCH", path(BASE + "/manifests"), null, "Authorization", "Bearer " + token)
                        .status());
        assertTrue(server.isAlive());
    }

    @Test
    void noTokenIsEverInTheLogAndEveryRefusalAndDeletionIs() throws IOException {
        String foreign = issuer.token("other", ALL);
        ask("GET " + BASE + "/manifests", foreign);
        ask("DELETE " + BASE + "/manifests/{kind}/{digest}", foreign);
        assertEquals(
                200,
                ask("POST /api/v1/admin/gc", issuer.token("other", "surface.admin"))
                        .status());
        String log = server.output();
        assertTrue(
                log.contains(
                        "audit=delete subject=\"scanner-of-other\" tenant=\"\" call=\"POST /api/v1/admin/gc\" code=OK"),
                log);
        assertTrue(
                log.contains("audit=refused subject=\"scanner-of-other\" tenant=\"acme\""
                        + " call=\"GET /api/v1/tenants/acme/manifests\" code=PERMISSION_DENIED"),
                log);
        assertFalse(log.contains(foreign), "the token is in the log");
        assertFalse(log.contains(foreign.substring(foreign.lastIndexOf('.') + 1)), "its signature is in the log");
    }

    private Rest.Answer ask(String route, String token) throws IOException {
        String[] parts = route.split(" ", 2);
        String[] header = token == null ? new String[0] : new String[] {"Authorization", "Bearer " + token};
        boolean body = parts[0].equals("PUT") || parts[0].equals("POST");
        String query = route.endsWith("/objects") ? "?uri=cas%3A%2F%2Fsurface-cache%2F" + objectKey() : "";
        return rest.send(parts[0], path(parts[1]) + query, body ? body(route) : null, header);
    }

    private static String objectKey() {
        String hex = DIGEST.substring("sha256:".length());
        return "tenants/acme/sbom.fragment/sha256/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/" + hex
                + "/payload.json.zst";
    }

    private static byte[] body(String route) {
        return route.contains(":findMissing") || route.contains(":batchGet") || route.contains(":prefetch")
                ? "{\"keys\":[]}".getBytes(StandardCharsets.UTF_8)
                : PAYLOAD;
    }

    private static String path(String template) {
        return template.replace("{tenant}", "acme")
                .replace("{kind}", "sbom.fragment")
                .replace("{digest}", DIGEST)
                .replace("{scanId}", "scan-1")
                .replace("{namespace}", "entrytrace.graph")
                .replace("{inputs}", DIGEST.substring("sha256:".length()));
    }

    private static void assertRefused(int status, String code, Rest.Answer answer, String what) {
        boolean head = answer.body().length == 0;
        assertEquals(status + (head ? "" : " " + code), answer.summary(), what);
    }

    private static void assertLawful(Rest.Answer answer) {
        assertFalse(Set.of(401, 403, 500).contains(answer.status()), answer::text);
    }

    private static void assertLawful(String outcome) {
        assertFalse(
                outcome.contains("UNAUTHENTICATED")
                        || outcome.contains("PERMISSION_DENIED")
                        || outcome.contains("INTERNAL"),
                outcome);
    }
}
