package io.surfacefs.store.s3;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Names and single requests: what is asked of a bucket, and what the answers mean. Thread-safe. */
final class S3Objects {
    /**
     * An answer of 404 to HEAD doesn't say whether the object or its bucket is missing. A bucket that was there so
     * short a time ago is believed to be there.
     */
    private static final Duration BUCKET_BELIEVED = Duration.ofSeconds(5);

    /** After a refusal the SDK asks for so long. */
    private static final Duration BY_SDK = Duration.ofMinutes(1);

    /** After one for the clock, which the SDK sets by the store's: each of ours would be refused again. */
    private static final Duration BY_SDK_FOR_CLOCK = Duration.ofHours(1);

    private final S3Client client;
    private final @Nullable S3Gets gets;
    private final S3Settings settings;
    private final String prefix;
    private final Map<String, Long> bucketsSeen = new ConcurrentHashMap<>();
    private volatile long bySdkUntil = System.nanoTime();

    /** @param gets asks for objects in the SDK's place, or null */
    S3Objects(S3Client client, @Nullable S3Gets gets, S3Settings settings) {
        this.client = client;
        this.gets = gets;
        this.settings = settings;
        this.prefix = settings.prefix().isEmpty() ? "" : settings.prefix() + "/";
    }

    /** One answer to GET. The stream must be read to its end or aborted. */
    record Got(AbortableInputStream body, long from, long to, long size, BlobStore.Head head) {
        /**
         * What an answer's header says; one that doesn't say enough is aborted and refused.
         *
         * @param wanted where the range that was asked for begins
         * @param range of the content, or null where it is the whole object
         */
        static Got of(
                AbortableInputStream body,
                long wanted,
                @Nullable Long announced,
                @Nullable String range,
                @Nullable String tag,
                @Nullable Instant modified) {
            long length = announced == null ? -1 : announced;
            long begin = 0;
            long size = length;
            if (range != null) {
                // "bytes 0-99/1234"
                int dash = range.indexOf('-');
                int slash = range.indexOf('/');
                try {
                    begin = Long.parseLong(range.substring(range.indexOf(' ') + 1, dash));
                    size = Long.parseLong(range.substring(slash + 1));
                } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
                    length = -1;
                }
            }
            Got got = new Got(body, begin, begin + length, size, S3Objects.head(size, tag, modified));
            if (length < 0 || begin != (range == null ? 0 : wanted)) {
                got.abort();
                throw S3Faults.fault(
                        StoreFault.Reason.REFUSED, new IOException("an answer without usable length or range"));
            }
            return got;
        }

        /** Gives the rest up, and the connection with it. */
        void abort() {
            body.abort();
            try {
                body.close();
            } catch (IOException e) {
                return; // it was given up
            }
        }
    }

    S3Client client() {
        return client;
    }

    S3Settings settings() {
        return settings;
    }

    String bucket(BlobKey.Bucket bucket) {
        return bucket == BlobKey.Bucket.CACHE ? settings.cacheBucket() : settings.manifestBucket();
    }

    String bucket(BlobKey key) {
        return bucket(key.bucket());
    }

    String key(BlobKey key) {
        return prefix + key.name();
    }

    /** The prefix of every key, empty or ending in a slash. */
    String prefix() {
        return prefix;
    }

    /** Calls the SDK and classifies what it throws. */
    static <T> T call(Supplier<T> request) {
        try {
            return request.get();
        } catch (StoreFault e) {
            throw e;
        } catch (RuntimeException e) {
            throw S3Faults.of(e);
        }
    }

    /**
     * As {@link #call}, but null where the object isn't there.
     *
     * @param told whether a 404 tells what is missing; the SDK makes one up for HEAD
     */
    private <T> @Nullable T find(String bucket, boolean told, Supplier<T> request) {
        try {
            T found = request.get();
            seen(bucket);
            return found;
        } catch (AwsServiceException e) {
            if (e.statusCode() != 404 || "NoSuchBucket".equals(S3Faults.code(e))) {
                throw told ? S3Faults.of(e) : explained(bucket, e);
            }
            if (told && "NoSuchKey".equals(S3Faults.code(e))) {
                seen(bucket);
            } else {
                checkBucket(bucket);
            }
            return null;
        } catch (RuntimeException e) {
            throw S3Faults.of(e);
        }
    }

    private void seen(String bucket) {
        bucketsSeen.put(bucket, System.nanoTime());
    }

    private void checkBucket(String bucket) {
        Long last = bucketsSeen.get(bucket);
        if (last != null && System.nanoTime() - last < BUCKET_BELIEVED.toNanos()) {
            return;
        }
        if (!bucketExists(bucket)) {
            throw S3Faults.fault(StoreFault.Reason.NO_BUCKET, null);
        }
    }

    /** An answer to HEAD has no body that says why it was refused; one to a list has. */
    private StoreFault explained(String bucket, AwsServiceException e) {
        if (e.statusCode() == 403 || e.statusCode() == 400) {
            try {
                client.listObjectsV2(r -> r.bucket(bucket).prefix(prefix).maxKeys(1));
            } catch (RuntimeException why) {
                return S3Faults.of(why);
            }
        }
        return S3Faults.of(e);
    }

    /** Asks for a bucket. */
    boolean bucketExists(String bucket) {
        try {
            client.headBucket(r -> r.bucket(bucket));
            seen(bucket);
            return true;
        } catch (AwsServiceException e) {
            if (e.statusCode() == 404) {
                return false;
            }
            throw explained(bucket, e);
        } catch (RuntimeException e) {
            throw S3Faults.of(e);
        }
    }

    BlobStore.@Nullable Head head(BlobKey key) {
        String bucket = bucket(key);
        HeadObjectResponse head = find(
                bucket, false, () -> client.headObject(r -> r.bucket(bucket).key(key(key))));
        if (head != null && head.contentLength() == null) {
            throw S3Faults.fault(StoreFault.Reason.REFUSED, new IOException("an answer without a length"));
        }
        return head == null ? null : head(head.contentLength(), head.eTag(), head.lastModified());
    }

    private static BlobStore.Head head(long size, @Nullable String tag, @Nullable Instant modified) {
        return new BlobStore.Head(size, tag == null ? "" : tag, modified == null ? Instant.EPOCH : modified);
    }

    /**
     * Asks for an object or a part of it.
     *
     * @param to position behind the last byte that is wanted, -1 for the whole object
     * @param tag the tag that the object must have, or null
     * @return null when there is no such object
     */
    @Nullable Got get(BlobKey key, long from, long to, @Nullable String tag) {
        String bucket = bucket(key);
        String range = to < 0 ? null : "bytes=" + from + "-" + (to - 1);
        String expected = tag == null || tag.isEmpty() ? null : tag;
        return find(
                bucket,
                true,
                () -> gets == null || System.nanoTime() - bySdkUntil < 0
                        ? bySdk(bucket, key(key), from, range, expected)
                        : plain(gets, bucket, key(key), from, range, expected));
    }

    private Got plain(S3Gets gets, String bucket, String key, long from, @Nullable String range, @Nullable String tag) {
        try {
            return gets.get(bucket, key, from, range, tag);
        } catch (AwsServiceException e) {
            if (e.statusCode() == 400 || e.statusCode() == 403) {
                Duration rest = "RequestTimeTooSkewed".equals(S3Faults.code(e)) ? BY_SDK_FOR_CLOCK : BY_SDK;
                bySdkUntil = System.nanoTime() + rest.toNanos();
            }
            throw e;
        }
    }

    private Got bySdk(String bucket, String key, long from, @Nullable String range, @Nullable String tag) {
        ResponseInputStream<GetObjectResponse> body = client.getObject(GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .range(range)
                .ifMatch(tag)
                .build());
        GetObjectResponse answer = body.response();
        return Got.of(
                AbortableInputStream.create(body, body),
                from,
                answer.contentLength(),
                answer.contentRange(),
                answer.eTag(),
                answer.lastModified());
    }

    /**
     * Reads all of a body that is small.
     *
     * @param ask asks for it
     * @param maxBytes a longer one is {@code CORRUPT_OBJECT}
     */
    <T> @Nullable T whole(Supplier<@Nullable Got> ask, long maxBytes, Function<Whole, T> then) {
        long deadline = System.nanoTime() + settings.limits().total().toNanos();
        Got got = ask.get();
        if (got == null) {
            return null;
        }
        if (got.to() - got.from() > maxBytes) {
            got.abort();
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "a stored object is larger than it can be");
        }
        try {
            return then.apply(new Whole(readAll(got, deadline), got));
        } catch (IOException | RuntimeException e) {
            got.abort();
            throw S3Faults.ofBody(e);
        }
    }

    /** A body, and the answer that brought it. */
    record Whole(byte[] bytes, Got got) {}

    private static byte[] readAll(Got got, long deadline) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(got.to() - got.from())];
        int done = 0;
        while (done < bytes.length) {
            int n = got.body().read(bytes, done, bytes.length - done);
            if (n < 0) {
                throw S3Faults.fault(StoreFault.Reason.PARTIAL_BODY, null);
            }
            done += n;
            if (done < bytes.length && System.nanoTime() - deadline > 0) {
                throw S3Faults.fault(StoreFault.Reason.TIMEOUT, null);
            }
        }
        finish(got);
        return bytes;
    }

    /** Reads the end, so that the connection can be used again. */
    static void finish(Got got) throws IOException {
        if (got.body().read() >= 0) {
            got.abort();
            throw S3Faults.fault(StoreFault.Reason.REFUSED, new IOException("more bytes than announced"));
        }
        got.body().close();
    }
}
