package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Uploads in parts, some at a time; one that fails is aborted. Thread-safe. */
final class S3PartUploads {
    private static final int MAX_PARTS = 9_000;

    private final S3Objects objects;
    private final S3Sending sending;
    private final S3Conditions conditions;
    private final long partSize;

    /** @param partSize of a part, at least, bytes */
    S3PartUploads(S3Objects objects, S3Sending sending, S3Conditions conditions, long partSize) {
        this.objects = objects;
        this.sending = sending;
        this.conditions = conditions;
        this.partSize = partSize;
    }

    /** Whether the object was put; false when its condition didn't hold. */
    boolean put(BlobKey key, BlobSource.LocalFile file, S3Condition condition) {
        String bucket = objects.bucket(key);
        String name = objects.key(key);
        String upload = S3Objects.call(() -> objects.client()
                .createMultipartUpload(r -> r.bucket(bucket).key(name).contentType(S3Uploads.TYPE))
                .uploadId());
        Parts under = new Parts(new ArrayList<>(), new AtomicBoolean());
        boolean done = false;
        try {
            List<CompletedPart> parts = sendParts(key, upload, file, under);
            // Beyond what goes in one piece, a store that heeds no condition here leaves this moment open.
            done = (conditions.onParts() || !condition.any() || conditions.holds(key, condition))
                    && complete(key, upload, parts, condition, file.size());
            return done;
        } finally {
            if (!done) {
                under.stopped().set(true);
                aside(() -> {
                    // A part that arrives behind the abort would be stored, and paid for, without anybody's knowing.
                    under.sent().forEach(part -> awaitEnd(part, sending.limit(partSize)));
                    abort(bucket, name, upload);
                });
            }
        }
    }

    private boolean complete(BlobKey key, String upload, List<CompletedPart> parts, S3Condition condition, long size) {
        return conditions.done(
                key,
                condition,
                tag -> objects.client()
                        .completeMultipartUpload(r -> r.bucket(objects.bucket(key))
                                .key(objects.key(key))
                                .uploadId(upload)
                                .ifNoneMatch(condition.ifNoneMatch())
                                .ifMatch(tag)
                                .multipartUpload(m -> m.parts(parts))
                                .overrideConfiguration(sending.within(size))));
    }

    /**
     * Whether an upload in parts is refused where its condition doesn't hold; false as well where there are no such
     * uploads. Tried with an object's own bytes.
     */
    boolean heedConditions(BlobKey key, byte[] same) {
        String bucket = objects.bucket(key);
        String name = objects.key(key);
        try {
            String upload = S3Objects.call(() -> objects.client()
                    .createMultipartUpload(r -> r.bucket(bucket).key(name).contentType(S3Uploads.TYPE))
                    .uploadId());
            boolean done = true;
            try {
                UploadPartResponse part = S3Objects.call(() -> objects.client()
                        .uploadPart(
                                r -> r.bucket(bucket)
                                        .key(name)
                                        .uploadId(upload)
                                        .partNumber(1)
                                        .contentMD5(sending.md5(same)),
                                RequestBody.fromBytes(same)));
                CompletedPart only =
                        CompletedPart.builder().partNumber(1).eTag(part.eTag()).build();
                done = complete(key, upload, List.of(only), S3Condition.ABSENT, same.length);
            } finally {
                abort(bucket, name, upload);
            }
            return !done;
        } catch (StoreFault e) {
            if (e.reason() == StoreFault.Reason.REFUSED) {
                return false;
            }
            throw e;
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
        Future<?> checked = sending.submit(() -> {
            S3Sending.check(file);
            return null;
        });
        for (int i = 0; i < count; i++) {
            int number = i + 1;
            FileSpan span = new FileSpan(file.file(), i * size, Math.min(size, file.size() - i * size));
            sent.add(sending.submit(() -> sendPart(key, upload, number, span, under.stopped())));
            if (i >= S3Sending.AT_A_TIME - 1) {
                parts.add(sending.await(sent.get(parts.size()), sending.limit(size)));
            }
        }
        while (parts.size() < count) {
            parts.add(sending.await(sent.get(parts.size()), sending.limit(size)));
        }
        sending.await(checked, sending.limit(file.size()));
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
        String md5 = sending.md5(span);
        UploadPartResponse response = S3Objects.call(() -> objects.client()
                .uploadPart(
                        r -> r.bucket(objects.bucket(key))
                                .key(objects.key(key))
                                .uploadId(upload)
                                .partNumber(number)
                                .contentLength(span.length())
                                .contentMD5(md5)
                                .overrideConfiguration(sending.within(span.length())),
                        span.body(S3Uploads.TYPE)));
        return CompletedPart.builder().partNumber(number).eTag(response.eTag()).build();
    }
}
