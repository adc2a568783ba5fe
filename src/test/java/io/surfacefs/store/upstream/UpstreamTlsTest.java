package io.surfacefs.store.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.surfacefs.ops.Events;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreTls;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.TestCertificate;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream whose certificate a CA of the site's own signed. */
class UpstreamTlsTest {
    @TempDir
    static Path folder;

    private static TestCertificate certificate;
    private static ScriptedUpstream script;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        certificate = TestCertificate.in(folder);
        char[] password = TestCertificate.PASSWORD.toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(certificate.keyStore())) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        script = new ScriptedUpstream();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(keys))
                        .build())
                .addService(script)
                .build()
                .start();
    }

    @AfterAll
    static void stop() {
        server.shutdownNow();
        script.close();
    }

    private static UpstreamStore open(String scheme, Path ca) {
        return new UpstreamStore(
                new UpstreamSettings(
                        URI.create(scheme + "://127.0.0.1:" + server.getPort()),
                        ca == null ? null : StoreTls.trusting(ca),
                        null,
                        TestArtefacts.ACME,
                        true,
                        new UpstreamSettings.Limits(
                                Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10))),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                Events.NONE);
    }

    @Test
    void itIsTrustedWhereItsCaIsNamedAndNotElsewhere() {
        try (UpstreamStore store = open("grpcs", certificate.pem())) {
            store.probe();
        }
        try (UpstreamStore store = open("https", null)) {
            StoreFault fault = assertThrows(StoreFault.class, store::probe);
            assertEquals(StoreFault.Reason.TLS, fault.reason());
            assertFalse(fault.mayBeRetried());
        }
        assertEquals(
                StoreFault.Reason.TLS,
                assertThrows(
                                StoreFault.class,
                                () -> open("https", folder.resolve("none.pem")).close())
                        .reason());
    }
}
