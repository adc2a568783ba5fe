package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.MountedSecrets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
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
        SurfaceProcess.Builder builder =
                SurfaceProcess.server(folder.resolve(home)).jvm("-Xmx128m");
        served(shown, ours.certificate(), clientCertificates).forEach(builder::env);
        return builder.start();
    }

    private static Map<String, String> served(Authority.Issued shown, Path trusted, String clientCertificates) {
        return Map.of(
                "QUARKUS_HTTP_SSL_PORT", Integer.toString(SurfaceProcess.freePort()),
                "QUARKUS_HTTP_INSECURE_REQUESTS", "disabled",
                "QUARKUS_TLS_KEY_STORE_PEM__0__CERT", shown.certificate().toString(),
                "QUARKUS_TLS_KEY_STORE_PEM__0__KEY", shown.key().toString(),
                "QUARKUS_TLS_TRUST_STORE_PEM_CERTS", trusted.toString(),
                "SURFACE_SECURITY_CLIENT_CERTIFICATES", clientCertificates);
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

    @Test
    void aRenewedCertificateOfTheSidecarsIsShownFromItsNextConnectionOnWhileBothProcessesRun() throws IOException {
        Authority next = new Authority(folder, "next");
        Authority.Issued renewed = next.issue("renewed");
        MountedSecrets shown = new MountedSecrets(folder.resolve("shown"), pair(client));
        MountedSecrets trusted = new MountedSecrets(folder.resolve("trusted"), authority(ours));
        SurfaceProcess.Builder there = SurfaceProcess.server(folder.resolve("trusting"))
                .env("QUARKUS_TLS_RELOAD_PERIOD", "30s")
                .jvm("-Xmx128m");
        served(server, trusted.folder().resolve("ca.crt"), "required").forEach(there::env);
        try (SurfaceProcess target = there.start();
                Relay relay = new Relay(URI.create("grpcs://127.0.0.1:" + target.grpcPort()))) {
            SurfaceProcess.Builder here =
                    SurfaceProcess.server(folder.resolve("renewing")).jvm("-Xmx128m");
            sidecar(
                            "SURFACE_CACHE_TYPE",
                            "none",
                            "SURFACE_STORE_BREAKER_DELAY",
                            "100ms",
                            "SURFACE_STORE_ENDPOINT",
                            relay.endpoint().toString(),
                            "QUARKUS_TLS_UP_KEY_STORE_PEM_0_CERT",
                            path(shown, "tls.crt"),
                            "QUARKUS_TLS_UP_KEY_STORE_PEM_0_KEY",
                            path(shown, "tls.key"),
                            "QUARKUS_TLS_UP_RELOAD_PERIOD",
                            "30s")
                    .forEach(here::env);
            try (SurfaceProcess process = here.start();
                    Rest rest = new Rest(process)) {
                rest.stored(KIND, Rest.noise(1000, 2));
                assertTrue(isServed(target, client));
                assertFalse(isServed(target, renewed));
                shown.swap(pair(renewed));
                trusted.swap(authority(next));
                Patience.until(
                        Duration.ofMinutes(2),
                        () -> isServed(target, renewed) && !isServed(target, client),
                        target::output);
                // Only the renewed certificate opens the service to a new connection now.
                Patience.until(
                        Duration.ofMinutes(2),
                        () -> {
                            relay.cutAll();
                            return isStored(rest, Rest.noise(1000, 3));
                        },
                        process::output);
            }
        }
    }

    private static Map<String, String> pair(Authority.Issued issued) throws IOException {
        return Map.of(
                "tls.crt", Files.readString(issued.certificate()),
                "tls.key", Files.readString(issued.key()));
    }

    private static Map<String, String> authority(Authority authority) throws IOException {
        return Map.of("ca.crt", Files.readString(authority.certificate()));
    }

    private static String path(MountedSecrets mount, String file) {
        return mount.folder().resolve(file).toString();
    }

    private static boolean isStored(Rest rest, byte[] payload) {
        try {
            return rest.put(KIND, payload).status() / 100 == 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a new connection with that certificate is taken. */
    private static boolean isServed(SurfaceProcess target, Authority.Issued with) {
        try (SSLSocket socket = (SSLSocket)
                Tls.context(ours.certificate(), with).getSocketFactory().createSocket("127.0.0.1", target.grpcPort())) {
            socket.setSoTimeout(60_000);
            SSLParameters http2 = socket.getSSLParameters();
            http2.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(http2);
            socket.startHandshake();
            // Whom the server refuses is told so behind the handshake; to others it says its settings.
            return socket.getInputStream().read() >= 0;
        } catch (IOException refused) {
            return false;
        }
    }

    private static void assertRefused(String words, Map<String, String> environment) {
        SurfaceProcess.Result doctor = run(environment, "doctor");
        assertEquals(11, doctor.exit(), doctor::out);
        assertTrue(doctor.out().contains(words), doctor::out);
    }
}
