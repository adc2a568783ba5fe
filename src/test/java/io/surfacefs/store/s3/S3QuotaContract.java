package io.surfacefs.store.s3;

import io.surfacefs.store.BlobStore;
import io.surfacefs.store.QuotaContract;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** Quotas over a bucket, both buckets being one with a prefix of the test's own. */
abstract class S3QuotaContract extends QuotaContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    /** Where the server listens; its bucket {@code one-bucket} is there. */
    abstract URI endpoint();

    @Override
    protected BlobStore openBlobs() {
        return S3BlobStore.open(
                S3StoreContract.settings(endpoint(), "one-bucket", "some/quota-" + PREFIXES.incrementAndGet()));
    }
}
