package io.surfacefs.store.s3;

import io.surfacefs.tls.ClientTls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the buckets are and how they are spoken to.
 *
 * @param endpoint of a store that isn't AWS; null: AWS, by region
 * @param pathStyle whether the bucket stands in the path and not in the host name
 * @param prefix of every name in both buckets, without a slash at its ends, or empty
 * @param tls whom to trust and what to show there; null: the system's trust, and nothing
 * @param secrets folder with the files {@code s3-access-key-id} and {@code s3-secret-access-key}, read again when they
 *     change; null: AWS' default chain
 * @param limits how long things may take
 */
public record S3Settings(
        @Nullable URI endpoint,
        String region,
        boolean pathStyle,
        String cacheBucket,
        String manifestBucket,
        String prefix,
        @Nullable ClientTls tls,
        @Nullable Path secrets,
        Limits limits) {
    /**
     * How long things may take.
     *
     * @param connect to be connected
     * @param attempt one attempt to its first byte, and from one byte to the next
     * @param total a request to its first byte, and all of a small object; a put may take a second longer for every MiB
     */
    public record Limits(Duration connect, Duration attempt, Duration total) {
        /** The shipped defaults. */
        public static final Limits DEFAULT =
                new Limits(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(15));
    }

    /** Whether requests go over TLS. */
    boolean encrypted() {
        return endpoint == null || !"http".equals(endpoint.getScheme());
    }
}
