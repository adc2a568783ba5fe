package io.surfacefs.store.s3;

import io.surfacefs.codec.HeapBytes;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/**
 * Objects in one or two S3 buckets. A tag is the object's ETag. Every change that must be conditional is one for the
 * store itself ({@code If-None-Match: *}, {@code If-Match}), so replicas need no other agreement. Failures are
 * {@link StoreFault}s. Blocks its caller, which should be a virtual thread: no call holds a carrier for long.
 */
public final class S3BlobStore implements BlobStore {
    /** Objects up to here are fetched whole when they are opened. */
    private static final int WHOLE = 256 << 10;

    /** An object that is in the way is compared with the one to be put up to this size. */
    private static final int COMPARED = 1 << 20;

    private static final long PART = 16 << 20;
    private static final int SENDERS_PER_CORE = 3;
    private static final int EMPTY_AT_A_TIME = 16;

    private final S3Objects objects;
    private final S3Listing listing;
    private final S3Uploads uploads;
    private final S3Conditions conditions;
    private final S3Client client;
    private final SdkHttpClient http;
    private final ExecutorService senders;
    private final Semaphore emptyPuts = new Semaphore(EMPTY_AT_A_TIME, true);

    private S3BlobStore(S3Settings settings, long partSize) {
        this.http = S3Clients.http(settings);
        AwsCredentialsProvider credentials = S3Clients.credentials(settings);
        this.client = S3Clients.client(settings, http, credentials);
        this.senders = Executors.newFixedThreadPool(
                Math.max(4, SENDERS_PER_CORE * Runtime.getRuntime().availableProcessors()),
                Thread.ofPlatform().daemon().name("s3-send-", 0).factory());
        this.objects = new S3Objects(client, S3Gets.of(settings, http, credentials), settings);
        this.conditions = new S3Conditions(objects);
        this.listing = new S3Listing(objects);
        this.uploads = new S3Uploads(objects, senders, conditions, partSize);
    }

    /** Makes a client of the buckets; asks nobody anything yet. */
    public static S3BlobStore open(S3Settings settings) {
        return open(settings, PART);
    }

    /** @param partSize files above this go in parts, at least 5 MiB for most stores */
    static S3BlobStore open(S3Settings settings, long partSize) {
        return new S3BlobStore(settings, partSize);
    }

    /**
     * Looks for the buckets.
     *
     * @param create makes those that are missing
     * @return the names of those that are missing still
     * @throws StoreFault when the store can't be asked
     */
    public List<String> missingBuckets(boolean create) {
        List<String> missing = new ArrayList<>();
        for (String bucket : List.of(objects.bucket(BlobKey.Bucket.CACHE), objects.bucket(BlobKey.Bucket.MANIFEST))) {
            if (missing.contains(bucket) || objects.bucketExists(bucket)) {
                continue;
            }
            if (create) {
                S3Objects.call(() -> client.createBucket(
                        CreateBucketRequest.builder().bucket(bucket).build()));
            } else {
                missing.add(bucket);
            }
        }
        return missing;
    }

    /**
     * Looks whether the buckets can be asked.
     *
     * @throws StoreFault when they can't, or one is missing
     */
    public void probe() {
        if (!missingBuckets(false).isEmpty()) {
            throw S3Faults.fault(StoreFault.Reason.NO_BUCKET, null);
        }
    }

    /**
     * Finds out whether the store does what is asked under its condition and not otherwise, by puts of an object over
     * itself. One that takes no notice of conditions would let replicas overwrite each other; with one that refuses
     * what it should do nothing would ever get done. Where only uploads in parts take no notice, what has a condition
     * goes in one piece from now on.
     *
     * @param key a small object that is there, whose bytes nobody changes
     */
    public boolean keepsConditions(BlobKey key) {
        return new S3ConditionCheck(uploads, conditions).keeps(key, () -> {
            Content there = read(key, COMPARED);
            if (there == null) {
                throw new IllegalArgumentException("not there: " + key);
            }
            return there;
        });
    }

    @Override
    public @Nullable Head head(BlobKey key) {
        return objects.head(key);
    }

    @Override
    public @Nullable Opened open(BlobKey key, long size) {
        if (size > WHOLE) {
            Head head = objects.head(key);
            return head == null ? null : new Opened(new S3Bytes(objects, key, head, new byte[0]), head);
        }
        try {
            return objects.whole(() -> objects.get(key, 0, WHOLE, null), WHOLE, whole -> opened(key, whole));
        } catch (StoreFault e) {
            // A range of an empty object can't be satisfied.
            Head head = e.reason() == StoreFault.Reason.REFUSED ? objects.head(key) : null;
            if (head == null || head.size() != 0) {
                throw e;
            }
            return new Opened(new HeapBytes(new byte[0]), head);
        }
    }

    private Opened opened(BlobKey key, S3Objects.Whole whole) {
        Head head = whole.got().head();
        Head sized = new Head(whole.got().size(), head.tag(), head.modified());
        return new Opened(
                sized.size() == whole.bytes().length
                        ? new HeapBytes(whole.bytes())
                        : new S3Bytes(objects, key, sized, whole.bytes()),
                sized);
    }

    @Override
    public @Nullable Content read(BlobKey key, int maxBytes) {
        return objects.whole(
                () -> objects.get(key, 0, -1, null),
                maxBytes,
                whole -> new Content(whole.bytes(), whole.got().head()));
    }

    @Override
    public PutResult putAllIfAbsent(List<Put> puts) {
        boolean first = false;
        boolean created = false;
        int done = 0;
        while (done < puts.size()) {
            int behind = done;
            while (behind < puts.size() && puts.get(behind).source().size() == 0) {
                behind++;
            }
            if (behind > done) {
                created = putEmpty(puts.subList(done, behind));
                first |= created && behind == 1;
                done = behind;
                continue;
            }
            Put put = puts.get(done);
            created = uploads.put(put.key(), put.source(), S3Condition.ABSENT);
            if (!created && !isEqual(put)) {
                return new PutResult(done, first, false);
            }
            first |= created && done == 0;
            done++;
        }
        return new PutResult(done, first, created);
    }

    /** Puts index entries, which are names and nothing else, some at a time; tells whether the last was put. */
    private boolean putEmpty(List<Put> puts) {
        if (puts.size() == 1) {
            return uploads.put(puts.getFirst().key(), BlobSource.Bytes.EMPTY, S3Condition.ABSENT);
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> under = new ArrayList<>(puts.size());
            for (Put put : puts) {
                acquire(emptyPuts);
                under.add(threads.submit(() -> {
                    try {
                        return uploads.put(put.key(), BlobSource.Bytes.EMPTY, S3Condition.ABSENT);
                    } finally {
                        emptyPuts.release();
                    }
                }));
                // The first that fails ends it: what was put so far is no harm.
                if (under.size() > EMPTY_AT_A_TIME) {
                    got(under.get(under.size() - EMPTY_AT_A_TIME - 1));
                }
            }
            boolean created = false;
            for (Future<Boolean> put : under) {
                created = got(put);
            }
            return created;
        }
    }

    private static void acquire(Semaphore permits) {
        try {
            permits.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw S3Faults.fault(StoreFault.Reason.TIMEOUT, e);
        }
    }

    private static boolean got(Future<Boolean> put) {
        try {
            return put.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? S3Faults.of(failure)
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw S3Faults.fault(StoreFault.Reason.TIMEOUT, e);
        }
    }

    private boolean isEqual(Put put) {
        if (put.source().size() > COMPARED) {
            return false;
        }
        Head head = head(put.key());
        if (head == null || head.size() != put.source().size()) {
            return false;
        }
        Content there = read(put.key(), COMPARED);
        try {
            byte[] wanted = switch (put.source()) {
                case BlobSource.Bytes bytes -> bytes.bytes();
                case BlobSource.LocalFile file -> Files.readAllBytes(file.file());
            };
            return there != null && Arrays.equals(wanted, there.bytes());
        } catch (IOException e) {
            throw DiskFaults.of("intake", e);
        }
    }

    @Override
    public boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source) {
        return uploads.put(key, source, new S3Condition(false, expectedTag));
    }

    /**
     * {@inheritDoc} A store that takes no notice of {@code If-Match} on deletes leaves the time between the look and
     * the delete open.
     */
    @Override
    public boolean delete(BlobKey key, @Nullable String expectedTag) {
        Head head = head(key);
        if (head == null || (expectedTag != null && !expectedTag.equals(head.tag()))) {
            return false;
        }
        return uploads.delete(key, expectedTag);
    }

    @Override
    public Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        return listing.list(bucket, prefix, after, delimiter, limit);
    }

    @Override
    public Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
        return listing.sizes(bucket, prefix, after, limit);
    }

    @Override
    public void close() {
        senders.shutdownNow();
        client.close();
        http.close();
    }
}
