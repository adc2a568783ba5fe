package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.surfacefs.it.Authority;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreTls;
import io.surfacefs.tls.ClientTls;
import io.surfacefs.tls.Pin;
import io.surfacefs.tls.StoreFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that answers only to whom it knows by a certificate. */
class S3ClientCertificateTest {
    @TempDir
    static Path folder;

    private static Authority ours;
    private static Authority theirs;
    private static Authority.Issued shown;
    private static Authority.Issued client;
    private static HttpsServer server;

    @BeforeAll
    static void start() throws Exception {
        ours = new Authority(folder, "ours");
        theirs = new Authority(folder, "theirs");
        shown = ours.issue("server");
        client = ours.issue("client");
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(pair(shown).load(), new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                keys.getKeyManagers(),
                new TrustManager[] {ClientTls.trusting(pem(ours).load())},
                null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static StoreFile pair(Authority.Issued issued) {
        return new StoreFile.PemPairs(List.of(issued.certificate()), List.of(issued.key()));
    }

    private static StoreFile pem(Authority authority) {
        return new StoreFile.PemCertificates(List.of(authority.certificate()));
    }

    private static S3BlobStore open(Authority trusted, StoreFile own, Pin... pins) {
        return S3BlobStore.open(
                new S3Settings(
                        URI.create("https://127.0.0.1:" + server.getAddress().getPort()),
                        "us-east-1",
                        true,
                        "one-bucket",
                        "one-bucket",
                        "",
                        StoreTls.open(new ClientTls.Settings(
                                "test", pem(trusted), own, null, List.of(), List.of(), List.of(pins))),
                        S3Secrets.folder(),
                        S3StoreContract.PATIENT),
                S3StoreContract.PART);
    }

    private static StoreFault refused(Authority trusted, StoreFile own, Pin... pins) {
        try (S3BlobStore blobs = open(trusted, own, pins)) {
            return assertThrows(StoreFault.class, () -> blobs.missingBuckets(false));
        }
    }

    @Test
    void itAnswersToACertificateItKnowsAndWhoShowsNoneOrTrustsAnotherAuthorityGetsNothing() throws Exception {
        try (S3BlobStore blobs = open(ours, pair(client))) {
            assertEquals(List.of(), blobs.missingBuckets(false));
        }
        // Which of the two ends first, the alert or the connection, is the server's affair.
        assertEquals(ErrorCode.STORE_UNAVAILABLE, refused(ours, null).code());
        assertEquals(StoreFault.Reason.TLS, refused(theirs, pair(client)).reason());
    }

    @Test
    void pinsHoldHereToo() throws Exception {
        Pin pin = Pin.of(pair(shown).holders().getFirst());
        Pin other = Pin.of(pair(client).holders().getFirst());
        try (S3BlobStore blobs = open(ours, pair(client), other, pin)) {
            assertEquals(List.of(), blobs.missingBuckets(false));
        }
        StoreFault fault = refused(ours, pair(client), other);
        assertEquals(StoreFault.Reason.PINS, fault.reason());
        assertTrue(String.valueOf(fault.hint()).contains(pin.text()), fault::hint);
    }
}
