package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.Versitygw;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreTls;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate a CA of the site's own signed. */
class S3TlsTest {
    @TempDir
    static Path folder;

    private static S3Proxy server;
    private static Path certificate;

    @BeforeAll
    static void start() throws Exception {
        TestCertificate made = TestCertificate.in(folder);
        certificate = made.pem();
        server = S3Proxy.builder()
                .blobStore(new TransientNio2BlobStore())
                .secureEndpoint(URI.create("https://127.0.0.1:0"))
                .keyStore(made.keyStore().toString(), TestCertificate.PASSWORD)
                .awsAuthentication(AuthenticationType.AWS_V4, Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY)
                .build();
        server.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    private static S3BlobStore open(Path ca) {
        return S3BlobStore.open(
                new S3Settings(
                        URI.create("https://127.0.0.1:" + server.getSecurePort()),
                        "us-east-1",
                        true,
                        "one-bucket",
                        "one-bucket",
                        "",
                        ca == null ? null : StoreTls.trusting(ca),
                        S3Secrets.folder(),
                        S3StoreContract.PATIENT),
                S3StoreContract.PART);
    }

    @Test
    void itIsTrustedWhereItsCaIsNamedAndNotElsewhere() {
        try (S3BlobStore blobs = open(null)) {
            StoreFault fault = assertThrows(StoreFault.class, () -> blobs.missingBuckets(false));
            assertEquals(StoreFault.Reason.TLS, fault.reason());
            assertFalse(fault.mayBeRetried());
        }
        try (S3BlobStore blobs = open(certificate)) {
            assertEquals(List.of(), blobs.missingBuckets(true));
        }
        assertEquals(
                StoreFault.Reason.TLS,
                assertThrows(
                                StoreFault.class,
                                () -> open(folder.resolve("none.pem")).close())
                        .reason());
    }

    @Test
    void overTlsBytesComeBackAsTheyWereInOnePieceAndInParts() throws IOException {
        try (S3BlobStore blobs = open(certificate)) {
            blobs.missingBuckets(true);
            for (int size : new int[] {0, 1_000, 2_000_000, 12_000_000}) {
                byte[] content = TestArtefacts.noise(size, size);
                Path file = Files.write(folder.resolve("file-" + size), content);
                BlobKey key = BlobKey.cache("tls/" + size);
                BlobSource source = size > 1_000 ? new BlobSource.LocalFile(file, size) : new BlobSource.Bytes(content);
                assertTrue(blobs.putAllIfAbsent(List.of(new BlobStore.Put(key, source)))
                        .lastCreated());
                try (BlobStoreBytes read = new BlobStoreBytes(blobs.open(key, size))) {
                    assertArrayEquals(content, read.read(0, size + 1));
                }
            }
        }
    }
}
