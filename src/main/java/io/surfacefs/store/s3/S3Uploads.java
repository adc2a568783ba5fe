package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Changes objects, each change conditional where a condition is given. What is sent is checked by the store: by the
 * signature over the payload where the connection isn't encrypted, by Content-MD5 where it is; a file is checked
 * against the digest it was received with before it gets its name. Large files go in parts, but where the store heeds
 * no conditions there, as large as it takes them in one piece. Thread-safe.
 */
final class S3Uploads {
    static final String TYPE = "application/octet-stream";

    /** Above this a body may not fit into the buffers of a connection. */
    private static final long LARGE = 64 << 10;

    /** The most that a store takes in one request. */
    private static final long LARGEST_PUT = 5L << 30;

    private final S3Objects objects;
    private final S3Sending sending;
    private final S3Conditions conditions;
    private final S3PartUploads parts;
    private final long partSize;

    /**
     * @param senders platform threads
     * @param conditions how the store wants them; what shows here is noted there
     * @param partSize files above this go in parts of at least this, bytes
     */
    S3Uploads(S3Objects objects, ExecutorService senders, S3Conditions conditions, long partSize) {
        this.objects = objects;
        this.sending = new S3Sending(objects.settings(), senders);
        this.conditions = conditions;
        this.parts = new S3PartUploads(objects, sending, conditions, partSize);
        this.partSize = partSize;
    }

    /**
     * Whether the object was put; false when its condition didn't hold. For a large one that is looked at before and,
     * since a store that refuses without reading closes the connection while the body is being sent and its answer is
     * lost, once more where the connection broke.
     */
    boolean put(BlobKey key, BlobSource source, S3Condition condition) {
        boolean look = condition.any() && source.size() > LARGE;
        if (look && !conditions.holds(key, condition)) {
            return false;
        }
        try {
            return send(key, source, condition);
        } catch (StoreFault e) {
            if (look && e.reason() == StoreFault.Reason.UNREACHABLE && !conditions.holds(key, condition)) {
                return false;
            }
            throw e;
        }
    }

    private boolean send(BlobKey key, BlobSource source, S3Condition condition) {
        return switch (source) {
            case BlobSource.Bytes bytes ->
                put(key, RequestBody.fromBytes(bytes.bytes()), bytes.size(), sending.md5(bytes.bytes()), condition);
            case BlobSource.LocalFile file
            when file.size() > largestAtOnce(condition) -> parts.put(key, file, condition);
            case BlobSource.LocalFile file ->
                sending.onSender(() -> putFile(key, file, condition), sending.limit(file.size()));
        };
    }

    /** See {@link S3PartUploads#heedConditions}. */
    boolean partsHeed(BlobKey key, byte[] same) {
        return parts.heedConditions(key, same);
    }

    private long largestAtOnce(S3Condition condition) {
        return condition.any() && !conditions.onParts() ? Math.max(partSize, LARGEST_PUT) : partSize;
    }

    private boolean putFile(BlobKey key, BlobSource.LocalFile file, S3Condition condition) throws IOException {
        S3Sending.check(file);
        FileSpan span = new FileSpan(file.file(), 0, file.size());
        return put(key, span.body(TYPE), file.size(), sending.md5(span), condition);
    }

    private boolean put(BlobKey key, RequestBody body, long size, @Nullable String md5, S3Condition condition) {
        return conditions.done(
                key,
                condition,
                tag -> objects.client()
                        .putObject(
                                r -> r.bucket(objects.bucket(key))
                                        .key(objects.key(key))
                                        .contentType(TYPE)
                                        .contentLength(size)
                                        .contentMD5(md5)
                                        .ifNoneMatch(condition.ifNoneMatch())
                                        .ifMatch(tag)
                                        .overrideConfiguration(sending.within(size)),
                                body));
    }

    /** Whether the object was deleted; false when it has another tag, or none. */
    boolean delete(BlobKey key, @Nullable String tag) {
        return conditions.done(
                key,
                new S3Condition(false, tag),
                form -> objects.client()
                        .deleteObject(r -> r.bucket(objects.bucket(key))
                                .key(objects.key(key))
                                .ifMatch(form)));
    }
}
