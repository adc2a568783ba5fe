package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS on both ports of the real program, with certificates that are good, foreign, expired and renewed. */
class TlsIT {
    @TempDir
    static Path folder;

    private static Authority ours;
    private static Authority.Issued server;
    private static Authority.Issued client;
    private static Authority.Issued expired;
    private static Authority.Issued foreign;

    @TempDir
    Path home;

    private int sslPort;

    @BeforeAll
    static void issue() {
        ours = new Authority(folder, "ours");
        server = ours.issue("server");
        client = ours.issue("client");
        expired = ours.expired("expired");
        foreign = new Authority(folder, "theirs").issue("foreign");
    }

    private SurfaceProcess start(Authority.Issued shown, String clientCertificates) {
        sslPort = SurfaceProcess.freePort();
        return SurfaceProcess.server(home.resolve("home"))
                .env("QUARKUS_HTTP_SSL_PORT", Integer.toString(sslPort))
                .env("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled")
                .env("QUARKUS_TLS_KEY_STORE_PEM__0__CERT", shown.certificate().toString())
                .env("QUARKUS_TLS_KEY_STORE_PEM__0__KEY", shown.key().toString())
                .env("QUARKUS_TLS_TRUST_STORE_PEM_CERTS", ours.certificate().toString())
                .env("QUARKUS_TLS_RELOAD_PERIOD", "30s")
                .env("SURFACE_SECURITY_CLIENT_CERTIFICATES", clientCertificates)
                .start();
    }

    /** What came of a list over REST: a status, or how the connection failed. */
    private String rest(Authority.Issued shown, String... protocols) {
        try (SSLSocket socket = (SSLSocket)
                Tls.context(ours.certificate(), shown).getSocketFactory().createSocket("127.0.0.1", sslPort)) {
            socket.setSoTimeout(60_000);
            if (protocols.length > 0) {
                socket.setEnabledProtocols(protocols);
            }
            OutputStream out = socket.getOutputStream();
            out.write("GET /api/v1/tenants/acme/manifests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return answer.isEmpty() ? "closed" : answer.substring(9, 12);
        } catch (IOException e) {
            return "closed";
        }
    }

    /** What came of a list over gRPC: a status. */
    private String grpc(SurfaceProcess process, Authority.Issued shown) {
        return grpc(process, port -> {
            try {
                SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                        .trustManager(ours.certificate().toFile());
                if (shown != null) {
                    tls.keyManager(shown.certificate().toFile(), shown.key().toFile());
                }
                return NettyChannelBuilder.forAddress("127.0.0.1", port)
                        .sslContext(tls.build())
                        .build();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String grpc(SurfaceProcess process, IntFunction<ManagedChannel> open) {
        ManagedChannel channel = open.apply(process.grpcPort());
        try {
            SurfaceFsGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .listManifests(
                            ListManifestsRequest.newBuilder().setTenant("acme").build());
            return "OK";
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode().name();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void bothPortsSpeakTlsAndNothingElseAndManagementGoesOnAsItWas() throws IOException {
        try (SurfaceProcess process = start(server, "none")) {
            assertEquals("200", rest(null));
            assertEquals("200", rest(null, "TLSv1.2"));
            assertEquals("200", rest(null, "TLSv1.3"));
            assertEquals("OK", grpc(process, (Authority.Issued) null));
            assertThrows(
                    IOException.class, () -> new Rest(process).send("GET", "/api/v1/tenants/acme/manifests", null));
            assertEquals(
                    Status.Code.UNAVAILABLE.name(),
                    grpc(
                            process,
                            port -> NettyChannelBuilder.forAddress("127.0.0.1", port)
                                    .usePlaintext()
                                    .build()));
            assertTrue(process.output().contains("REST on https://127.0.0.1:" + sslPort), process::output);
            assertTrue(process.isAlive());
        }
    }

    @Test
    void whereClientCertificatesAreRequiredOnlyGoodOnesAreServedOnBothPorts() {
        try (SurfaceProcess process = start(server, "required")) {
            for (Authority.Issued bad : new Authority.Issued[] {null, expired, foreign}) {
                assertEquals("closed", rest(bad));
                assertEquals(Status.Code.UNAVAILABLE.name(), grpc(process, bad));
            }
            assertEquals("200", rest(client));
            assertEquals("OK", grpc(process, client));
        }
    }

    @Test
    void theCommandLineShowsACertificateAndTrustsTheOneItIsTold() {
        try (SurfaceProcess process = start(server, "required")) {
            for (String endpoint :
                    new String[] {"https://127.0.0.1:" + sslPort, "grpcs://127.0.0.1:" + process.grpcPort()}) {
                assertEquals(1, list(endpoint).exit(), "who signed the service's certificate isn't known");
                assertEquals(
                        1, list(endpoint, "--ca-file", path(ours.certificate())).exit(), "nothing is shown");
                SurfaceProcess.Result served = list(
                        endpoint,
                        "--ca-file",
                        path(ours.certificate()),
                        "--cert-file",
                        path(client.certificate()),
                        "--key-file",
                        path(client.key()));
                assertEquals(0, served.exit(), served::stderr);
                assertEquals(
                        11,
                        list(endpoint, "--cert-file", path(client.certificate()))
                                .exit(),
                        "half a pair");
            }
        }
    }

    private SurfaceProcess.Result list(String endpoint, String... more) {
        return SurfaceProcess.run(
                home.resolve("home"),
                Stream.concat(Stream.of("ls", "--tenant", "acme", "--endpoint", endpoint), Stream.of(more))
                        .toArray(String[]::new));
    }

    private static String path(Path file) {
        return file.toString();
    }

    @Test
    void whereTheyAreRequestedWhoHasNoneIsServedToo() {
        try (SurfaceProcess process = start(server, "request")) {
            assertEquals("200", rest(null));
            assertEquals("OK", grpc(process, (Authority.Issued) null));
            assertEquals("200", rest(client));
            assertEquals("OK", grpc(process, client));
        }
    }

    @Test
    void aRenewedCertificateIsShownOnBothPortsWithoutARestart() throws IOException {
        Path live = Files.createDirectory(home.resolve("live"));
        Authority.Issued shown = new Authority.Issued(live.resolve("tls.crt"), live.resolve("tls.key"));
        copy(server, shown);
        try (SurfaceProcess process = start(shown, "none")) {
            assertEquals("CN=server", subject(sslPort));
            assertEquals("CN=server", subject(process.grpcPort()));
            copy(ours.issue("renewed"), shown);
            Patience.until(
                    () -> subject(sslPort).equals("CN=renewed")
                            && subject(process.grpcPort()).equals("CN=renewed"),
                    process::output);
            assertEquals("200", rest(null));
            assertEquals("OK", grpc(process, (Authority.Issued) null));
        }
    }

    private static void copy(Authority.Issued from, Authority.Issued to) throws IOException {
        Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whose certificate a port shows. */
    private static String subject(int port) {
        SSLContext context = Tls.context(ours.certificate(), null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void aServerWhoseCertificateIsNoneDoesNotStart() throws IOException {
        Path empty = Files.writeString(home.resolve("empty.crt"), "nothing");
        SurfaceProcess.Result result = SurfaceProcess.runUnless(
                "serves REST",
                home.resolve("home"),
                Map.of(
                        "QUARKUS_HTTP_PORT", Integer.toString(SurfaceProcess.freePort()),
                        "QUARKUS_GRPC_SERVER_PORT", Integer.toString(SurfaceProcess.freePort()),
                        "QUARKUS_MANAGEMENT_PORT", Integer.toString(SurfaceProcess.freePort()),
                        "QUARKUS_TLS_KEY_STORE_PEM__0__CERT", empty.toString(),
                        "QUARKUS_TLS_KEY_STORE_PEM__0__KEY", empty.toString()),
                new byte[0],
                "serve");
        assertFalse(result.exit() == 0, result::stderr);
    }
}
