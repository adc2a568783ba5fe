package io.surfacefs.store;

import org.jspecify.annotations.Nullable;

/**
 * Names one object.
 *
 * @param name relative to the bucket and its prefix; segments separated by {@code /}, none empty, {@code .} or
 *     {@code ..}
 */
public record BlobKey(Bucket bucket, String name) {
    /** The two buckets; a configuration may map both to one. */
    public enum Bucket {
        CACHE,
        MANIFEST
    }

    /** An object in the bucket of payloads and cache entries. */
    public static BlobKey cache(String name) {
        return new BlobKey(Bucket.CACHE, name);
    }

    /** An object in the bucket of manifests, index and system objects. */
    public static BlobKey manifest(String name) {
        return new BlobKey(Bucket.MANIFEST, name);
    }

    @Override
    public String toString() {
        return bucket + ":" + name;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof BlobKey that && name.equals(that.name) && bucket == that.bucket;
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + bucket.hashCode();
    }
}
