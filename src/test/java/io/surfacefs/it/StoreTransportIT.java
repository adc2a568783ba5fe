package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar that speaks TLS to a service which wants its certificate, and believes only keys that are pinned. */
class StoreTransportIT {
    private static final String KIND = "runtime.delta";
    private static final String SPARE = "sha256/" + "A".repeat(43) + "=";

    @TempDir
    static Path folder;

    private static Authority ours;
    private static Authority theirs;
    private static Authority.Issued server;
    private static Authority.Issued client;
    private static SurfaceProcess service;
    private static SurfaceProcess outdated;

    @BeforeAll
    static void start() {
        ours = new Authority(folder, "ours");
        theirs = new Authority(folder, "theirs");
        server = ours.issue("server");
        client = ours.ending("client", 10);
        service = service("service", server, "required");
        outdated = service("outdated", ours.expired("expired"), "none");
    }

    private static SurfaceProcess service(String home, Authority.Issued shown, String clientCertificates) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("QUARKUS_HTTP_SSL_PORT", Integer.toString(SurfaceProcess.freePort()))
                .env("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled")
                .env("QUARKUS_TLS_KEY_STORE_PEM__0__CERT", shown.certificate().toString())
                .env("QUARKUS_TLS_KEY_STORE_PEM__0__KEY", shown.key().toString())
                .env("QUARKUS_TLS_TRUST_STORE_PEM_CERTS", ours.certificate().toString())
                .env("SURFACE_SECURITY_CLIENT_CERTIFICATES", clientCertificates)
                .jvm("-Xmx128m")
                .start();
    }

    @AfterAll
    static void stop() {
        Stream.of(service, outdated).filter(Objects::nonNull).forEach(SurfaceProcess::close);
    }

    /** What a sidecar that is set up rightly has; the rest of the arguments are names and values instead. */
    private static Map<String, String> sidecar(String... instead) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("SURFACE_STORE_TYPE", "upstream");
        all.put("SURFACE_STORE_ENDPOINT", "grpcs://127.0.0.1:" + service.grpcPort());
        all.put("SURFACE_TENANT", Rest.TENANT);
        all.put("SURFACE_UPSTREAM_PINS", SPARE + "," + pin(server.certificate()));
        all.put("SURFACE_UPSTREAM_TLS_CONFIGURATION_NAME", "up");
        all.put("QUARKUS_TLS_UP_TRUST_STORE_PEM_CERTS", ours.certificate().toString());
        all.put("QUARKUS_TLS_UP_KEY_STORE_PEM_0_CERT", client.certificate().toString());
        all.put("QUARKUS_TLS_UP_KEY_STORE_PEM_0_KEY", client.key().toString());
        all.put("QUARKUS_TLS_UP_RELOAD_PERIOD", "1h");
        for (int i = 0; i < instead.length; i += 2) {
            all.put(instead[i], instead[i + 1]);
        }
        all.values().removeIf(String::isEmpty);
        return all;
    }

    private static String pin(Path certificate) {
        try (InputStream in = Files.newInputStream(certificate)) {
            byte[] key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey()
                    .getEncoded();
            return "sha256/"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static SurfaceProcess.Result run(Map<String, String> environment, String... arguments) {
        return SurfaceProcess.run(folder.resolve("cli"), environment, new byte[] {1, 2, 3}, arguments);
    }

    @Test
    void aSidecarWithAGoodCertificateAndAPinnedUpstreamStoresThereAndSoDoCommands() throws IOException {
        byte[] payload = Rest.noise(300_000, 1);
        SurfaceProcess.Builder builder =
                SurfaceProcess.server(folder.resolve("sidecar")).jvm("-Xmx128m");
        sidecar("SURFACE_CACHE_TYPE", "none").forEach(builder::env);
        try (SurfaceProcess process = builder.start();
                Rest here = new Rest(process)) {
            String digest = here.stored(KIND, payload);
            assertArrayEquals(payload, here.payload(KIND, digest).body());
        }
        SurfaceProcess.Result put = run(sidecar(), "put", "--tenant", Rest.TENANT, "--kind", KIND, "-");
        assertEquals(0, put.exit(), put::stderr);
        SurfaceProcess.Result remote = run(
                Map.of(),
                "ls",
                "--tenant",
                Rest.TENANT,
                "--endpoint",
                "grpcs://127.0.0.1:" + service.grpcPort(),
                "--ca-file",
                ours.certificate().toString(),
                "--cert-file",
                client.certificate().toString(),
                "--key-file",
                client.key().toString(),
                "--pin",
                pin(ours.certificate()));
        assertEquals(0, remote.exit(), remote::stderr);
        assertTrue(remote.out().contains(Rest.digest(payload).substring(0, 20)), remote::out);
    }

    @Test
    void theDoctorTellsCertificatesTheirDaysAndWhichPinsAreMet() {
        SurfaceProcess.Result doctor = run(sidecar(), "doctor", "--output", "json");
        assertEquals(0, doctor.exit(), doctor::out);
        String out = doctor.out();
        assertTrue(out.contains("the certificate shown to the store CN=client"), out);
        assertTrue(out.contains("9 days left, pin " + pin(client.certificate())), out);
        assertTrue(out.contains("\"SURFACE_CERTIFICATE\",\"severity\":\"warning\""), out);
        assertTrue(out.contains("the store's certificate CN=server"), out);
        assertTrue(out.contains("pins met: " + pin(server.certificate()) + " (CN=server); not shown: " + SPARE), out);
    }

    @Test
    void anUpstreamWithoutAPinnedKeyIsRefusedByStartsCommandsAndTheDoctorWhoNameWhatItShows() {
        Map<String, String> wrong = sidecar("SURFACE_UPSTREAM_PINS", SPARE + "," + pin(theirs.certificate()));
        SurfaceProcess.Result doctor = run(wrong, "doctor");
        assertEquals(11, doctor.exit(), doctor::out);
        assertTrue(doctor.out().contains("none of the pinned keys"), doctor::out);
        assertTrue(doctor.out().contains(pin(server.certificate()) + " (CN=server)"), doctor::out);
        SurfaceProcess.Result ls = run(wrong, "ls", "--tenant", Rest.TENANT);
        assertFalse(ls.exit() == 0, ls::out);
        assertTrue(ls.stderr().contains("STORE_UNAVAILABLE"), ls::stderr);
        SurfaceProcess.Builder builder =
                SurfaceProcess.server(folder.resolve("refused")).jvm("-Xmx128m");
        wrong.forEach(builder::env);
        try (SurfaceProcess process = builder.launch()) {
            assertEquals(11, process.awaitExit(), process::output);
            assertTrue(
                    process.output().contains("tls=refused reason=pins presented=\"" + pin(server.certificate())),
                    process::output);
            assertTrue(process.output().contains("code=SURFACE_FS_ENDPOINT_REACHABILITY"), process::output);
        }
    }

    @Test
    void whoIsExpiredForeignOrWantsAnotherCertificateIsToldApart() {
        assertRefused(
                "over, or not yet good",
                sidecar(
                        "SURFACE_STORE_ENDPOINT",
                        "grpcs://127.0.0.1:" + outdated.grpcPort(),
                        "SURFACE_UPSTREAM_PINS",
                        pin(ours.certificate())));
        assertRefused(
                "name the CA that signed it",
                sidecar(
                        "QUARKUS_TLS_UP_TRUST_STORE_PEM_CERTS",
                        theirs.certificate().toString()));
        assertRefused(
                "does not take this side's certificate",
                sidecar("QUARKUS_TLS_UP_KEY_STORE_PEM_0_CERT", "", "QUARKUS_TLS_UP_KEY_STORE_PEM_0_KEY", ""));
        assertRefused(
                "SURFACE_CONFIG_INVALID: there is no TLS configuration quarkus.tls.down",
                sidecar("SURFACE_UPSTREAM_TLS_CONFIGURATION_NAME", "down"));
        assertRefused(
                "SURFACE_CONFIG_INVALID: surface.upstream.pins is set, and grpc:// is without TLS",
                sidecar("SURFACE_STORE_ENDPOINT", "grpc://127.0.0.1:" + service.grpcPort()));
    }

    private static void assertRefused(String words, Map<String, String> environment) {
        SurfaceProcess.Result doctor = run(environment, "doctor");
        assertEquals(11, doctor.exit(), doctor::out);
        assertTrue(doctor.out().contains(words), doctor::out);
    }
}
