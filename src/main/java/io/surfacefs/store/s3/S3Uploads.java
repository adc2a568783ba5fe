package io.surfacefs.store.s3;

import io.surfacefs.model.Digest;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Changes objects, each change conditional where a condition is given. What is sent is checked by the store: by the
 * signature over the payload where the connection isn't encrypted, by Content-MD5 where it is; a file is checked
 * against the digest it was received with before it gets its name. Large files go in parts, some at a time, on threads
 * of their own, since hashing and files hold a virtual thread's carrier; an upload that fails is aborted. Thread-safe.
 */
final class S3Uploads {
    private static final String TYPE = "application/octet-stream";
    /** Above this a body may not fit into the buffers of a connection. */
    private static final long LARGE = 64 << 10;

    private static final int MAX_PARTS = 9_000;
    private static final int PARTS_AT_A_TIME = 3;
    /** So often another's put of the same name is waited for; each gets done, so that is soon. */
    private static final int CONFLICTS = 8;

    private static final Duration SLOWEST_MIB = Duration.ofSeconds(1);

    private final S3Objects objects;
    private final ExecutorService senders;
    private final long partSize;

    /**
     * @param senders platform threads
     * @param partSize files above this go in parts of at least this, bytes
     */
    S3Uploads(S3Objects objects, ExecutorService senders, long partSize) {
        this.objects = objects;
        this.senders = senders;
        this.partSize = partSize;
    }

    /**
     * What must be so for a put to happen.
     *
     * @param absent that there is no such object
     * @param tag that it has this tag, or null
     */
    record Condition(boolean absent, @Nullable String tag) {
        static final Condition ABSENT = new Condition(true, null);

        @Nullable String ifNoneMatch() {
            return absent ? "*" : null;
        }
    }

    /**
     * Whether the object was put; false when its condition didn't hold. For a large one that is looked at before and,
     * since a store that refuses without reading closes the connection while the body is being sent and its answer is
     * lost, once more where the connection broke.
     */
    boolean put(BlobKey key, BlobSource source, Condition condition) {
        boolean look = (condition.absent() || condition.tag() != null) && source.size() > LARGE;
        if (look && !holds(key, condition)) {
            return false;
        }
        try {
            return send(key, source, condition);
        } catch (StoreFault e) {
            if (look && e.reason() == StoreFault.Reason.UNREACHABLE && !holds(key, condition)) {
                return false;
            }
            throw e;
        }
    }

    private boolean holds(BlobKey key, Condition condition) {
        BlobStore.Head head = objects.head(key);
        return condition.absent() ? head == null : head != null && head.tag().equals(condition.tag());
    }

    private boolean send(BlobKey key, BlobSource source, Condition condition) {
        return switch (source) {
            case BlobSource.Bytes bytes ->
                put(key, RequestBody.fromBytes(bytes.bytes()), bytes.size(), md5(bytes.bytes()), condition);
            case BlobSource.LocalFile file when file.size() > partSize -> putParts(key, file, condition);
            case BlobSource.LocalFile file -> onSender(() -> putFile(key, file, condition), limit(file.size()));
        };
    }

    private boolean putFile(BlobKey key, BlobSource.LocalFile file, Condition condition) throws IOException {
        check(file);
        FileSpan span = new FileSpan(file.file(), 0, file.size());
        return put(key, span.body(TYPE), file.size(), md5(span), condition);
    }

    private boolean put(BlobKey key, RequestBody body, long size, @Nullable String md5, Condition condition) {
        return conditional(() -> objects.client()
                .putObject(
                        r -> r.bucket(objects.bucket(key))
                                .key(objects.key(key))
                                .contentType(TYPE)
                                .contentLength(size)
                                .contentMD5(md5)
                                .ifNoneMatch(condition.ifNoneMatch())
                                .ifMatch(condition.tag())
                                .overrideConfiguration(within(size)),
                        body));
    }

    /** Whether the object was deleted; false when it has another tag, or none. */
    boolean delete(BlobKey key, @Nullable String tag) {
        return conditional(() -> objects.client()
                .deleteObject(
                        r -> r.bucket(objects.bucket(key)).key(objects.key(key)).ifMatch(tag)));
    }

    /** Whether the request was done; false when the store says that its condition doesn't hold. */
    private boolean conditional(Runnable request) {
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return true;
            } catch (AwsServiceException e) {
                if (e.statusCode() == 412 || (e.statusCode() == 404 && "NoSuchKey".equals(S3Faults.code(e)))) {
                    return false;
                }
                StoreFault fault = S3Faults.of(e);
                // Another conditional put of the same name is under way; who wins shows in a moment.
                if (fault.reason() != StoreFault.Reason.CONFLICT || attempt >= CONFLICTS) {
                    throw fault;
                }
                LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(5_000_000L, 40_000_000L * attempt));
            } catch (RuntimeException e) {
                throw S3Faults.of(e);
            }
        }
    }

    private boolean putParts(BlobKey key, BlobSource.LocalFile file, Condition condition) {
        String bucket = objects.bucket(key);
        String name = objects.key(key);
        String upload = S3Objects.call(() -> objects.client()
                .createMultipartUpload(r -> r.bucket(bucket).key(name).contentType(TYPE))
                .uploadId());
        Parts under = new Parts(new ArrayList<>(), new AtomicBoolean());
        boolean done = false;
        try {
            List<CompletedPart> parts = sendParts(key, upload, file, under);
            done = conditional(() -> objects.client()
                    .completeMultipartUpload(r -> r.bucket(bucket)
                            .key(name)
                            .uploadId(upload)
                            .ifNoneMatch(condition.ifNoneMatch())
                            .ifMatch(condition.tag())
                            .multipartUpload(m -> m.parts(parts))
                            .overrideConfiguration(within(file.size()))));
            return done;
        } finally {
            if (!done) {
                under.stopped().set(true);
                aside(() -> {
                    // A part that arrives behind the abort would be stored, and paid for, without anybody's knowing.
                    under.sent().forEach(part -> awaitEnd(part, limit(partSize)));
                    abort(bucket, name, upload);
                });
            }
        }
    }

    /** Parts that were handed to the senders, and the sign that no more shall go. */
    private record Parts(List<Future<CompletedPart>> sent, AtomicBoolean stopped) {}

    /**
     * Does what must be done even when the caller was told to stop: on a thread of its own, since nothing can be sent
     * on one that is interrupted. Waited for unless, or until, that happens.
     */
    private static void aside(Runnable work) {
        Thread thread = Thread.ofVirtual().name("s3-abort").start(work);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void abort(String bucket, String name, String upload) {
        try {
            objects.client()
                    .abortMultipartUpload(r -> r.bucket(bucket).key(name).uploadId(upload));
        } catch (RuntimeException e) {
            // The put's own fault is what the caller is told; what is left is for the bucket's lifecycle rule.
            return;
        }
    }

    private List<CompletedPart> sendParts(BlobKey key, String upload, BlobSource.LocalFile file, Parts under) {
        long size = Math.max(partSize, file.size() / MAX_PARTS + 1);
        int count = (int) ((file.size() + size - 1) / size);
        List<Future<CompletedPart>> sent = under.sent();
        List<CompletedPart> parts = new ArrayList<>(count);
        Future<?> checked = senders.submit(() -> {
            check(file);
            return null;
        });
        for (int i = 0; i < count; i++) {
            int number = i + 1;
            FileSpan span = new FileSpan(file.file(), i * size, Math.min(size, file.size() - i * size));
            sent.add(senders.submit(() -> sendPart(key, upload, number, span, under.stopped())));
            if (i >= PARTS_AT_A_TIME - 1) {
                parts.add(await(sent.get(parts.size()), limit(size)));
            }
        }
        while (parts.size() < count) {
            parts.add(await(sent.get(parts.size()), limit(size)));
        }
        await(checked, limit(file.size()));
        return parts;
    }

    private static void awaitEnd(Future<?> part, Duration limit) {
        try {
            part.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            return; // another part's fault is what the caller is told
        }
    }

    private CompletedPart sendPart(BlobKey key, String upload, int number, FileSpan span, AtomicBoolean stopped)
            throws IOException {
        if (stopped.get()) {
            throw S3Faults.fault(StoreFault.Reason.CONFLICT, null);
        }
        String md5 = md5(span);
        UploadPartResponse response = S3Objects.call(() -> objects.client()
                .uploadPart(
                        r -> r.bucket(objects.bucket(key))
                                .key(objects.key(key))
                                .uploadId(upload)
                                .partNumber(number)
                                .contentLength(span.length())
                                .contentMD5(md5)
                                .overrideConfiguration(within(span.length())),
                        span.body(TYPE)));
        return CompletedPart.builder().partNumber(number).eTag(response.eTag()).build();
    }

    /** A file that isn't what was received any more must not be stored as that. */
    private static void check(BlobSource.LocalFile file) throws IOException {
        if (file.digest() == null) {
            return;
        }
        MessageDigest sha256 = digest("SHA-256");
        new FileSpan(file.file(), 0, file.size()).feed(sha256);
        if (!Digest.of(sha256.digest()).equals(file.digest())) {
            throw new IOException("the intake file is not what was written to it");
        }
    }

    private @Nullable String md5(byte[] bytes) {
        return objects.settings().encrypted()
                ? Base64.getEncoder().encodeToString(digest("MD5").digest(bytes))
                : null;
    }

    private @Nullable String md5(FileSpan span) throws IOException {
        if (!objects.settings().encrypted()) {
            return null;
        }
        MessageDigest md5 = digest("MD5");
        span.feed(md5);
        return Base64.getEncoder().encodeToString(md5.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Duration limit(long size) {
        return objects.settings().limits().total().plus(SLOWEST_MIB.multipliedBy((size >> 20) + 1));
    }

    private AwsRequestOverrideConfiguration within(long size) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(limit(size))
                .build();
    }

    private <T> T onSender(Callable<T> work, Duration limit) {
        Future<T> sent = senders.submit(work);
        try {
            return await(sent, limit);
        } finally {
            if (!sent.isDone()) {
                sent.cancel(true); // nobody waits for it any more, and its file is about to go
            }
        }
    }

    private <T> T await(Future<T> sent, Duration limit) {
        try {
            // Others' parts may stand before it; each has its limit, and the queue is as long as there are puts.
            return sent.get(limit.multipliedBy(PARTS_AT_A_TIME).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException disk) {
                throw DiskFaults.of("intake", disk);
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw S3Faults.of(failure);
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw S3Faults.fault(StoreFault.Reason.TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw S3Faults.fault(StoreFault.Reason.TIMEOUT, e);
        }
    }
}
