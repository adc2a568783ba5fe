package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
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
        List<String> names = new ArrayList<>();
        String token = null;
        do {
            ListObjectsV2Response page = page(bucket, prefix, after, delimiter, limit + 1 - names.size(), token);
            // Folders and objects come apart, each in order.
            TreeSet<String> shown = new TreeSet<>();
            page.contents().forEach(object -> shown.add(relative(object.key())));
            page.commonPrefixes().forEach(folder -> shown.add(relative(folder.prefix())));
            for (String name : shown) {
                if (name.compareTo(after) > 0 && !name.equals(prefix)) {
                    names.add(name);
                }
            }
            token = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        } while (token != null && names.size() <= limit);
        boolean more = names.size() > limit;
        return new BlobStore.Names(more ? List.copyOf(names.subList(0, limit)) : names, more);
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
