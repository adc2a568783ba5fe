package io.surfacefs.store.s3;

import java.net.URI;
import java.nio.file.Path;

/**
 * A server that stands already, for suites that are tagged {@code given-s3}. The environment names it:
 * {@code SURFACE_TEST_S3_ENDPOINT}, {@code SURFACE_TEST_S3_ACCESS_KEY} and {@code SURFACE_TEST_S3_SECRET_KEY}. Its
 * bucket {@code one-bucket} is made where it is missing; each run has a prefix of its own there, and leaves what it
 * put.
 */
final class GivenS3 {
    private static final Path SECRETS =
            S3Secrets.write(named("SURFACE_TEST_S3_ACCESS_KEY"), named("SURFACE_TEST_S3_SECRET_KEY"));

    private GivenS3() {}

    static URI endpoint() {
        return URI.create(named("SURFACE_TEST_S3_ENDPOINT"));
    }

    static Path secrets() {
        return SECRETS;
    }

    static void makeBucket() {
        try (S3BlobStore blobs = S3BlobStore.open(S3StoreContract.settings(endpoint(), "one-bucket", "", secrets()))) {
            blobs.missingBuckets(true);
        }
    }

    private static String named(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("this suite needs an S3 server of yours: set " + name);
        }
        return value;
    }
}
