package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Pages of names, by the bucket's own order. Thread-safe. */
final class S3Listing {
    private static final int MOST_KEYS = 1_000;

    /** Stands behind every character of our names, so that a folder that was shown is not looked into again. */
    private static final String BEHIND = "~";

    private final S3Objects objects;

    S3Listing(S3Objects objects) {
        this.objects = objects;
    }

    /** See {@link BlobStore#list}. */
    BlobStore.Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        BlobStore.Sizes page = sizes(bucket, prefix, after, delimiter, limit);
        return new BlobStore.Names(
                page.objects().stream().map(BlobStore.Sized::name).toList(), page.more());
    }

    /** See {@link BlobStore#sizes}. */
    BlobStore.Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
        return sizes(bucket, prefix, after, false, limit);
    }

    /** Folders have the size 0. */
    private BlobStore.Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        List<BlobStore.Sized> objects = new ArrayList<>();
        String token = null;
        do {
            ListObjectsV2Response page = page(bucket, prefix, after, delimiter, limit + 1 - objects.size(), token);
            // Folders and objects come apart, each in order.
            TreeMap<String, Long> shown = new TreeMap<>();
            page.contents().forEach(object -> shown.put(relative(object.key()), object.size()));
            page.commonPrefixes().forEach(folder -> shown.put(relative(folder.prefix()), 0L));
            shown.forEach((name, size) -> {
                if (name.compareTo(after) > 0 && !name.equals(prefix)) {
                    objects.add(new BlobStore.Sized(name, size));
                }
            });
            token = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        } while (token != null && objects.size() <= limit);
        boolean more = objects.size() > limit;
        return new BlobStore.Sizes(more ? List.copyOf(objects.subList(0, limit)) : objects, more);
    }

    private ListObjectsV2Response page(
            BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int wanted, @Nullable String token) {
        ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
                .bucket(objects.bucket(bucket))
                .prefix(objects.prefix() + prefix)
                .delimiter(delimiter ? "/" : null)
                .maxKeys(Math.min(MOST_KEYS, wanted))
                .continuationToken(token);
        if (token == null && !after.isEmpty()) {
            request.startAfter(objects.prefix() + after + (after.endsWith("/") ? BEHIND : ""));
        }
        return S3Objects.call(() -> objects.client().listObjectsV2(request.build()));
    }

    private String relative(String key) {
        return key.substring(objects.prefix().length());
    }
}
