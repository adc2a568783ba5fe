package io.surfacefs.store.layout;

import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import java.util.function.Predicate;

/** Adds up the stored bytes of a tenant's payloads and cache entries, page by page. */
final class TenantBytes {
    /** With the one behind it, by which a page knows that others follow, an S3 store's own page. */
    private static final int PAGE = 999;

    private final BlobStore blobs;
    private final Runnable keep;

    /** @param keep called before each page; throws when the work is somebody else's now */
    TenantBytes(BlobStore blobs, Runnable keep) {
        this.blobs = blobs;
        this.keep = keep;
    }

    long of(Tenant tenant) {
        long bytes = sum("tenants/" + tenant + "/", TenantBytes::isPayload);
        String after = "";
        while (true) {
            keep.run();
            BlobStore.Names namespaces = blobs.list(BlobKey.Bucket.CACHE, "cache/", after, true, PAGE);
            for (String namespace : namespaces.names()) {
                after = namespace;
                if (namespace.endsWith("/")) {
                    bytes += sum(namespace + tenant + "/", name -> true);
                }
            }
            if (!namespaces.more()) {
                return bytes;
            }
        }
    }

    /** Manifests lie beside the payloads where both buckets are one. */
    private static boolean isPayload(String name) {
        ObjectNames.Pointer pointer = ObjectNames.parseName(name);
        return pointer != null && pointer.payload();
    }

    private long sum(String prefix, Predicate<String> counts) {
        long bytes = 0;
        String after = "";
        while (true) {
            keep.run();
            BlobStore.Sizes page = blobs.sizes(BlobKey.Bucket.CACHE, prefix, after, PAGE);
            for (BlobStore.Sized object : page.objects()) {
                after = object.name();
                bytes += counts.test(object.name()) ? object.size() : 0;
            }
            if (!page.more()) {
                return bytes;
            }
        }
    }
}
