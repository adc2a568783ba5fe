package io.surfacefs.store.s3;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Objects on a server inside this JVM. */
class InJvmBlobsTest extends S3BlobContract {
    private static InJvmS3 server;

    @BeforeAll
    static void start() throws Exception {
        server = new InJvmS3();
        try (S3BlobStore blobs = S3BlobStore.open(S3StoreContract.settings(server.endpoint(), "one-bucket", ""))) {
            blobs.missingBuckets(true);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
    }

    @Override
    URI endpoint() {
        return server.endpoint();
    }
}
