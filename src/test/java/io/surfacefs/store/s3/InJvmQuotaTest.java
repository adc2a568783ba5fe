package io.surfacefs.store.s3;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Quotas on a server inside this JVM, whose {@code If-Match} is not one step. */
class InJvmQuotaTest extends S3QuotaContract {
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

    @Override
    protected boolean forManyAtOnce() {
        return false;
    }
}
