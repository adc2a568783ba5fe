package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sidecars in front of a service, all of which verify tokens: one asks in its own name, one in that of its callers. */
class ForwardedTokenIT {
    private static final String KIND = "runtime.delta";
    private static final String ALL = "surface.read surface.write surface.delete";

    @TempDir
    static Path folder;

    private static Issuer issuer;
    private static SurfaceProcess service;
    private static SurfaceProcess own;
    private static SurfaceProcess passing;

    @BeforeAll
    static void start() throws IOException {
        issuer = new Issuer();
        service = oidc("service").start();
        Map<String, Object> workload = issuer.claims("the-sidecar-itself");
        workload.put("tenant", "acme");
        workload.put("scope", ALL);
        Files.writeString(folder.resolve("token"), issuer.sign(workload));
        own = sidecar("own").start();
        passing = sidecar("passing")
                .env("SURFACE_UPSTREAM_FORWARD_TOKEN", "true")
                .env("QUARKUS_OIDC_TOKEN_AUDIENCE", "surface-fs,the-sidecar-only")
                .start();
    }

    private static SurfaceProcess.Builder oidc(String home) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("SURFACE_SECURITY_AUTH", "oidc")
                .env("QUARKUS_OIDC_AUTH_SERVER_URL", issuer.url())
                .env("SURFACE_RETENTION_DELETE", "any")
                .jvm("-Xmx128m");
    }

    private static SurfaceProcess.Builder sidecar(String home) {
        return oidc(home)
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                .env("SURFACE_UPSTREAM_TOKEN_FILE", folder.resolve("token").toString());
    }

    @AfterAll
    static void stop() {
        Stream.of(passing, own, service).filter(Objects::nonNull).forEach(SurfaceProcess::close);
        issuer.close();
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    private static String named(String subject, String audience) {
        return named(subject, audience, ALL);
    }

    private static String named(String subject, String audience, String scopes) {
        Map<String, Object> claims = issuer.claims(subject);
        claims.put("tenant", "acme");
        claims.put("scope", scopes);
        claims.put("aud", audience);
        return issuer.sign(claims);
    }

    /** What the service has told of a delete by this subject. */
    private static boolean isDeletedBy(String subject) {
        return service.output()
                .lines()
                .anyMatch(line -> line.contains("audit=delete subject=\"" + subject + "\" tenant=\"acme\"")
                        && line.contains("code=OK"));
    }

    private static void putReadAndDelete(SurfaceProcess sidecar, byte[] payload, String token) throws IOException {
        String digest = Rest.digest(payload);
        try (Rest rest = new Rest(sidecar)) {
            assertEquals(
                    "201",
                    rest.send("POST", Rest.putPath(KIND), payload, bearer(token))
                            .summary());
            assertArrayEquals(
                    payload,
                    rest.send("GET", Rest.payloadPath(KIND, digest), null, bearer(token))
                            .body());
            assertEquals(
                    "204",
                    rest.send("DELETE", Rest.manifestPath(KIND, digest), null, bearer(token))
                            .summary());
        }
    }

    @Test
    void theServiceSeesWhoAskedTheSidecarWhereTokensArePassedOnElseTheSidecar() throws IOException {
        putReadAndDelete(passing, Rest.noise(50_000, 1), named("over-rest", "surface-fs"));
        assertTrue(isDeletedBy("over-rest"), service::output);
        assertFalse(isDeletedBy("the-sidecar-itself"), service::output);
        putReadAndDelete(own, Rest.noise(50_000, 2), named("unseen", "surface-fs"));
        assertTrue(isDeletedBy("the-sidecar-itself"), service::output);
        assertFalse(isDeletedBy("unseen"), service::output);
    }

    @Test
    void overGrpcToo() throws IOException {
        byte[] payload = Rest.noise(3_000, 3);
        String token = named("over-grpc", "surface-fs");
        try (Rest rest = new Rest(passing);
                AnyCall grpc = new AnyCall(passing)) {
            assertEquals(
                    "201",
                    rest.send("POST", Rest.putPath("sbom.fragment"), payload, bearer(token))
                            .summary());
            assertEquals("OK", grpc.call("surfacefs.v1.SurfaceFs/GetPayload", "acme", Rest.digest(payload), token));
            assertEquals("OK", grpc.call("surfacefs.v1.SurfaceFs/DeleteManifest", "acme", Rest.digest(payload), token));
        }
        assertTrue(isDeletedBy("over-grpc"), service::output);
    }

    @Test
    void aCallNeedsNoOtherRightThanAtTheServiceItself() throws IOException {
        byte[] payload = Rest.noise(3_000, 5);
        String path = Rest.manifestPath(KIND, Rest.digest(payload));
        String scan = "/api/v1/tenants/acme/scans/scan-5/manifest";
        byte[] manifest = "{\"artifacts\":[],\"imageDigest\":\"sha256:%s\"}"
                .formatted("5".repeat(64))
                .getBytes(StandardCharsets.UTF_8);
        try (Rest rest = new Rest(passing)) {
            String[] writer = bearer(named("writer", "surface-fs", "surface.write"));
            assertEquals("201", rest.send("PUT", scan, manifest, writer).summary());
            try (Rest there = new Rest(service)) {
                assertEquals(
                        "201",
                        there.send("POST", Rest.putPath(KIND), payload, writer).summary());
            }
            assertEquals(
                    "403 PERMISSION_DENIED",
                    rest.send("GET", path, null, writer).summary());
            String[] deleter = bearer(named("deleter", "surface-fs", "surface.delete"));
            assertEquals("204", rest.send("DELETE", path, null, deleter).summary());
        }
        assertTrue(isDeletedBy("deleter"), service::output);
    }

    @Test
    void whomTheServiceRefusesCanNotHaveItBroughtHereFirst() throws IOException {
        byte[] payload = Rest.noise(3_000, 6);
        String digest = Rest.digest(payload);
        String key = "{\"keys\":[{\"kind\":\"%s\",\"digest\":\"%s\"}]}".formatted(KIND, digest);
        byte[] keys = key.getBytes(StandardCharsets.UTF_8);
        String prefetch = "/api/v1/tenants/acme/artefacts:prefetch";
        String refused = named("known-to-the-sidecar-only", "the-sidecar-only");
        String taken = named("taken", "surface-fs");
        try (Rest rest = new Rest(passing);
                Rest there = new Rest(service)) {
            assertEquals(
                    "201",
                    there.send("POST", Rest.putPath(KIND), payload, bearer(taken))
                            .summary());
            assertEquals(
                    "401 UNAUTHENTICATED",
                    rest.send("POST", prefetch, keys, json(refused)).summary());
            assertEquals(
                    "401 UNAUTHENTICATED",
                    rest.send("GET", Rest.payloadPath(KIND, digest), null, bearer(refused))
                            .summary());
            assertEquals(200, rest.send("POST", prefetch, keys, json(taken)).status());
        }
    }

    private static String[] json(String token) {
        return new String[] {"Authorization", "Bearer " + token, "Content-Type", "application/json"};
    }

    @Test
    void whomTheServiceRefusesIsToldSoAndIsNoFaultOfTheService() throws IOException {
        byte[] payload = Rest.noise(3_000, 4);
        String refused = named("known-to-the-sidecar-only", "the-sidecar-only");
        String taken = named("taken", "surface-fs");
        try (Rest rest = new Rest(passing);
                AnyCall grpc = new AnyCall(passing)) {
            for (int i = 0; i < 20; i++) {
                String path = Rest.payloadPath(KIND, Rest.digest(Rest.noise(10, 100 + i)));
                assertEquals(
                        "401 UNAUTHENTICATED",
                        rest.send("GET", path, null, bearer(refused)).summary());
                assertEquals(
                        "UNAUTHENTICATED UNAUTHENTICATED",
                        grpc.call("surfacefs.v1.SurfaceFs/GetPayload", "acme", Rest.digest(payload), refused));
            }
            assertEquals(
                    "201",
                    rest.send("POST", Rest.putPath(KIND), payload, bearer(taken))
                            .summary());
            assertArrayEquals(
                    payload,
                    rest.send("GET", Rest.payloadPath(KIND, Rest.digest(payload)), null, bearer(taken))
                            .body());
        }
    }
}
