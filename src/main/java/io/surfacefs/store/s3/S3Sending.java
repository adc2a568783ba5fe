package io.surfacefs.store.s3;

import io.surfacefs.model.Digest;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;

/**
 * What goes with a body that is sent: its checksum, its limit of time, and a thread where it is a file, since hashing
 * and files hold a virtual thread's carrier. Thread-safe.
 */
final class S3Sending {
    static final int AT_A_TIME = 3;
    private static final Duration SLOWEST_MIB = Duration.ofSeconds(1);

    private final S3Settings settings;
    private final ExecutorService senders;

    /** @param senders platform threads */
    S3Sending(S3Settings settings, ExecutorService senders) {
        this.settings = settings;
        this.senders = senders;
    }

    /** Does something on a sender. */
    <T> Future<T> submit(Callable<T> work) {
        return senders.submit(work);
    }

    /** A file that isn't what was received any more must not be stored as that. */
    static void check(BlobSource.LocalFile file) throws IOException {
        if (file.digest() == null) {
            return;
        }
        MessageDigest sha256 = digest("SHA-256");
        new FileSpan(file.file(), 0, file.size()).feed(sha256);
        if (!Digest.of(sha256.digest()).equals(file.digest())) {
            throw new IOException("the intake file is not what was written to it");
        }
    }

    @Nullable String md5(byte[] bytes) {
        return settings.encrypted()
                ? Base64.getEncoder().encodeToString(digest("MD5").digest(bytes))
                : null;
    }

    @Nullable String md5(FileSpan span) throws IOException {
        if (!settings.encrypted()) {
            return null;
        }
        MessageDigest md5 = digest("MD5");
        span.feed(md5);
        return Base64.getEncoder().encodeToString(md5.digest());
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Duration limit(long size) {
        return settings.limits().total().plus(SLOWEST_MIB.multipliedBy((size >> 20) + 1));
    }

    AwsRequestOverrideConfiguration within(long size) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(limit(size))
                .build();
    }

    <T> T onSender(Callable<T> work, Duration limit) {
        Future<T> sent = senders.submit(work);
        try {
            return await(sent, limit);
        } finally {
            if (!sent.isDone()) {
                sent.cancel(true); // nobody waits for it any more, and its file is about to go
            }
        }
    }

    <T> T await(Future<T> sent, Duration limit) {
        try {
            // Others' parts may stand before it; each has its limit, and the queue is as long as there are puts.
            return sent.get(limit.multipliedBy(AT_A_TIME).toNanos(), TimeUnit.NANOSECONDS);
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
