package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The layout over a bucket, both buckets being one with a prefix of the test's own: the case that mixes names most.
 * Parts are the smallest that S3 allows.
 */
abstract class S3StoreContract extends ArtefactStoreContract {
    static final long PART = 5 << 20;
    /** A server that stays may have been used before. */
    static final String RUN = "prefix-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);

    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private S3BlobStore blobs;
    private LayoutStore store;

    /** Where the server listens; its bucket {@code one-bucket} is there. */
    abstract URI endpoint();

    /** The folder of keys that the server knows. */
    Path secrets() {
        return S3Secrets.folder();
    }

    /** Settings for a server that knows the tests' keys. */
    static S3Settings settings(URI endpoint, String bucket, String prefix) {
        return settings(endpoint, bucket, prefix, S3Secrets.folder());
    }

    static S3Settings settings(URI endpoint, String bucket, String prefix, Path secrets) {
        return new S3Settings(endpoint, "us-east-1", true, bucket, bucket, prefix, null, secrets, PATIENT);
    }

    static final S3Settings.Limits PATIENT =
            new S3Settings.Limits(Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(60));

    @Override
    protected ArtefactStore open() {
        blobs = S3BlobStore.open(
                settings(endpoint(), "one-bucket", "some/" + RUN + "-" + PREFIXES.incrementAndGet(), secrets()), PART);
        store = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(60), true, true),
                clock,
                Events.NONE);
        return store;
    }

    @Override
    protected StoreUpkeep upkeep() {
        return store.upkeep();
    }

    @Override
    protected void damage(BlobKey name, double at) {
        BlobStore.Content content = blobs.read(name, 1 << 20);
        byte[] bytes = content.bytes();
        bytes[(int) (bytes.length * at)] ^= 1;
        assertTrue(blobs.replace(name, content.head().tag(), new BlobSource.Bytes(bytes)));
    }

    @Test
    void theStoreHeedsConditions() {
        assertTrue(blobs.keepsConditions(BlobKey.manifest("format.json")));
        assertArrayEquals(
                "{\"format\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                blobs.read(BlobKey.manifest("format.json"), 100).bytes());
    }
}
