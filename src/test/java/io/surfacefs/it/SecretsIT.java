package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.MountedSecrets;
import io.surfacefs.store.s3.InJvmS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets of a service over a bucket and of a sidecar before it, both of which tell all that they can, at DEBUG. */
class SecretsIT {
    private static final String KIND = "sbom.fragment";
    private static final String SCOPES = "surface.read surface.write surface.delete";
    private static final String CLIENT_SECRET = "canary-of-an-oidc-client";
    private static final String PASSWORD = "canary-of-a-key-store";
    private static final String WRONG = "canary-of-a-bucket";

    @TempDir
    Path folder;

    private final Issuer issuer = new Issuer();
    private final List<String> canaries =
            new ArrayList<>(List.of(CLIENT_SECRET, PASSWORD, WRONG, Versitygw.SECRET_KEY));
    private final StringBuilder told = new StringBuilder();
    private InJvmS3 s3;
    private MountedSecrets keys;
    private MountedSecrets token;
    private SurfaceProcess service;
    private SurfaceProcess sidecar;

    @BeforeEach
    void start() throws Exception {
        s3 = new InJvmS3();
        keys = new MountedSecrets(folder.resolve("keys"), keys(WRONG));
        token = new MountedSecrets(
                folder.resolve("token"), Map.of("upstream-token", canary(issuer.forge(claims("the-sidecar")))));
        service = open("service")
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("SURFACE_STORE_CREATE_BUCKETS", "true")
                .env("SURFACE_SECRETS_DIR", keys.folder().toString())
                .start();
        sidecar = open("sidecar")
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                .env("SURFACE_SECRETS_DIR", token.folder().toString())
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        if (sidecar != null) {
            sidecar.close();
        }
        if (service != null) {
            service.close();
        }
        s3.stop();
        issuer.close();
    }

    private SurfaceProcess.Builder open(String home) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("SURFACE_VALIDATION_ON_FAILURE", "warn")
                .env("SURFACE_SECURITY_AUTH", "oidc")
                .env("QUARKUS_OIDC_AUTH_SERVER_URL", issuer.url())
                .env("QUARKUS_OIDC_CLIENT_ID", "surface-fs")
                .env("QUARKUS_OIDC_CREDENTIALS_SECRET", CLIENT_SECRET)
                .env("SURFACE_STORE_BREAKER_DELAY", "500ms")
                .env("SURFACE_RETENTION_DELETE", "any")
                .env("QUARKUS_LOG_LEVEL", "DEBUG")
                .jvm("-Xmx128m");
    }

    private static Map<String, String> keys(String secret) {
        return Map.of("s3-access-key-id", Versitygw.ACCESS_KEY, "s3-secret-access-key", secret);
    }

    private Map<String, Object> claims(String subject) {
        Map<String, Object> claims = issuer.claims(subject);
        claims.put("tenant", Rest.TENANT);
        claims.put("scope", SCOPES);
        return claims;
    }

    /** A token none of which but its first part, which is no secret, may be told. */
    private String canary(String jwt) {
        String[] parts = jwt.split("\\.", -1);
        canaries.add(parts[1]);
        canaries.add(parts[2]);
        return jwt;
    }

    private int put(Rest rest, byte[] payload, String bearer) {
        try {
            return rest.send("POST", Rest.putPath(KIND), payload, "Authorization", "Bearer " + bearer)
                    .status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SurfaceProcess.Result cli(String... line) {
        Map<String, String> environment = Map.of(
                "SURFACE_STORE_TYPE",
                "s3",
                "SURFACE_STORE_ENDPOINT",
                s3.endpoint().toString(),
                "SURFACE_SECRETS_DIR",
                keys.folder().toString(),
                "QUARKUS_OIDC_CREDENTIALS_SECRET",
                CLIENT_SECRET,
                "QUARKUS_TLS_SPARE_KEY_STORE_P12_PATH",
                "spare.p12",
                "QUARKUS_TLS_SPARE_KEY_STORE_P12_PASSWORD",
                PASSWORD,
                "QUARKUS_LOG_LEVEL",
                "DEBUG");
        SurfaceProcess.Result result = SurfaceProcess.run(folder.resolve("cli"), environment, new byte[0], line);
        told.append(result.out()).append(result.stderr());
        return result;
    }

    @Test
    void mountedSecretsThatAreReplacedCountWithoutARestartAndNoneIsToldByAnything() throws IOException {
        String caller = canary(issuer.sign(claims("a-caller")));
        String forged = canary(issuer.forge(claims("a-forger")));
        byte[] payload = Rest.noise(50_000, 1);
        String digest = Rest.digest(payload);
        try (Rest there = new Rest(service);
                Rest here = new Rest(sidecar);
                AnyCall grpc = new AnyCall(sidecar)) {
            assertFalse(put(there, payload, caller) / 100 == 2, "the bucket's keys are wrong");
            keys.swap(keys(Versitygw.SECRET_KEY));
            Patience.until(() -> put(there, payload, caller) == 201, service::output);
            assertFalse(put(here, payload, caller) / 100 == 2, "the sidecar's token is wrong");
            token.swap(Map.of("upstream-token", canary(issuer.sign(claims("the-sidecar")))));
            Patience.until(() -> put(here, payload, caller) == 200, sidecar::output);
            assertEquals(401, put(here, payload, forged));
            assertEquals("OK", grpc.call("surfacefs.v1.SurfaceFs/GetPayload", Rest.TENANT, digest, caller));
            assertFalse("OK".equals(grpc.call("surfacefs.v1.SurfaceFs/GetPayload", Rest.TENANT, digest, forged)));
            assertEquals(
                    204,
                    here.send("DELETE", Rest.manifestPath(KIND, digest), null, "Authorization", "Bearer " + caller)
                            .status());
        }
        assertEquals(0, cli("doctor").exit(), told::toString);
        assertEquals(0, cli("config").exit(), told::toString);
        Path bearer = Files.writeString(folder.resolve("bearer"), caller);
        String endpoint = "http://127.0.0.1:" + sidecar.httpPort();
        assertEquals(
                0,
                cli("ls", "--tenant=acme", "--endpoint", endpoint, "--token-file", bearer.toString())
                        .exit(),
                told::toString);
        assertEquals(
                11,
                cli("ls", "--tenant=acme", "--endpoint", endpoint, "--token=" + caller)
                        .exit());
        keys.swap(keys(WRONG));
        assertFalse(cli("ls", "--tenant=acme").exit() == 0);
        sidecar.stop();
        service.stop();
        assertTrue(service.output().contains("level=DEBUG"), "it doesn't tell all that it can");
        assertNoCanaryIn(service.output());
        assertNoCanaryIn(sidecar.output());
        assertNoCanaryIn(told.toString());
    }

    private void assertNoCanaryIn(String output) {
        for (String canary : canaries) {
            int at = output.indexOf(canary);
            assertTrue(
                    at < 0,
                    () -> canary + " is told: " + output.substring(Math.max(0, at - 300), at + canary.length()));
        }
    }
}
