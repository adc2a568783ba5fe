package io.surfacefs.store.s3;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a server inside this JVM. */
class InJvmStoreContractTest extends S3StoreContract {
    private static InJvmS3 server;

    @BeforeAll
    static void start() throws Exception {
        server = new InJvmS3();
        try (S3BlobStore blobs = S3BlobStore.open(settings(server.endpoint(), "one-bucket", ""))) {
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
