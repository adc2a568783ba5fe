package io.surfacefs.store;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.SurfaceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects by name, as little as a folder and S3 have in common. Knows nothing of artefacts. When a call that changes
 * something returns, the change is durable. Failures of the medium are {@link SurfaceException}s:
 * {@code STORE_UNAVAILABLE}, {@code STORE_TIMEOUT}, {@code DISK_FULL}. Thread-safe; calls may block.
 */
public interface BlobStore extends AutoCloseable {
    /**
     * What is known of an object without reading it.
     *
     * @param tag changes whenever the content does
     * @param modified when it was last written, by the store's clock
     */
    record Head(long size, String tag, Instant modified) {}

    /** An object open for reading. The bytes must be closed. */
    record Opened(StoredBytes bytes, Head head) {}

    /** A small object, read whole. */
    record Content(byte[] bytes, Head head) {}

    /** An object to be put. */
    record Put(BlobKey key, BlobSource source) {}

    /**
     * What became of several puts.
     *
     * @param done how many of the first ones are there now, put or found equal
     * @param firstCreated whether the first of all was put by this call
     * @param lastCreated whether the last of those that are there now was put by this call
     */
    record PutResult(int done, boolean firstCreated, boolean lastCreated) {}

    /** One page of names, in the order of their bytes. {@code more} tells whether others follow. */
    record Names(List<String> names, boolean more) {}

    /** An object that was listed, and its size in bytes. */
    record Sized(String name, long size) {}

    /** One page of objects, in the order of their names' bytes. {@code more} tells whether others follow. */
    record Sizes(List<Sized> objects, boolean more) {}

    /** Null when there is no such object. */
    @Nullable Head head(BlobKey key);

    /**
     * Opens an object for reading at any place. What was opened is never mixed with what replaces it: it stays
     * readable, or, in a store that is far away, reading on fails.
     *
     * @param size what the caller believes the object to have, -1 when it doesn't know: a small object that is far away
     *     is fetched at once
     * @return null when there is no such object
     */
    @Nullable Opened open(BlobKey key, long size);

    /**
     * Reads a small object.
     *
     * @param maxBytes a longer one is {@code CORRUPT_OBJECT}
     * @return null when there is no such object
     */
    @Nullable Content read(BlobKey key, int maxBytes);

    /**
     * Puts objects that are not there yet, in order, none visible before those in front of it; only empty objects that
     * stand side by side come in any order, and count as put where anything has their name. Stops at the first name
     * that is taken by other bytes (an equal object of up to 1 MiB counts as put). All that was put is durable when
     * this returns; a loss of power in between leaves any number of the first ones.
     */
    PutResult putAllIfAbsent(List<Put> puts);

    /**
     * Writes an object over what is there.
     *
     * @param expectedTag the tag that must be there for this to happen, or null for whatever is there
     * @return whether it was written
     */
    boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source);

    /**
     * Asked before the first step of work that ends with the deletion of an artefact's object, so that a refusal comes
     * before anything has changed. Decorators pass it on.
     *
     * @throws SurfaceException {@code STORE_UNAVAILABLE} when {@link #delete} is not for this process
     */
    default void requireDeletes() {}

    /**
     * Deletes an object.
     *
     * @param expectedTag the tag that must be there for this to happen, or null for whatever is there
     * @return whether it was there and is gone now
     */
    boolean delete(BlobKey key, @Nullable String expectedTag);

    /**
     * Lists names that begin with a prefix, in the order of their bytes. Costs the page, not the store.
     *
     * @param prefix a folder, ending in {@code /}
     * @param after only names behind this one, itself beginning with the prefix; empty for all
     * @param delimiter true: only the next level, folders with a {@code /} at their end
     * @param limit at most so many, 1 to 10,000
     */
    Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit);

    /**
     * As {@link #list} without a delimiter, with each object's size. Where a list doesn't tell sizes, each is looked
     * at: one that went meanwhile is left out.
     */
    default Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
        Names names = list(bucket, prefix, after, false, limit);
        List<Sized> objects = new ArrayList<>();
        for (String name : names.names()) {
            Head head = head(new BlobKey(bucket, name));
            if (head != null) {
                objects.add(new Sized(name, head.size()));
            }
        }
        return new Sizes(objects, names.more());
    }

    @Override
    void close();
}
