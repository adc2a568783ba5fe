package io.surfacefs.store.layout;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A small object that differs from every other one, so that whoever wrote it knows it again. Its writing is
 * conditional, and what came of it is read back: the store's answer may have been lost on its way, and a second attempt
 * is then refused because of the first.
 */
record Claim(BlobKey name, byte[] bytes) {
    /**
     * Writes it in the place of what was seen.
     *
     * @param seen the tag of what is to be replaced; null: nothing may be there
     * @return its tag, or null when something else is there now
     * @throws StoreFault when the store can't tell
     */
    @Nullable String write(BlobStore blobs, @Nullable String seen) {
        BlobSource source = new BlobSource.Bytes(bytes);
        StoreFault unanswered = null;
        try {
            if (seen == null) {
                blobs.putAllIfAbsent(List.of(new BlobStore.Put(name, source)));
            } else {
                blobs.replace(name, seen, source);
            }
        } catch (StoreFault fault) {
            unanswered = fault;
        }
        String tag = standing(blobs, unanswered);
        if (tag == null && unanswered != null) {
            throw unanswered; // it may still be on its way
        }
        return tag;
    }

    private @Nullable String standing(BlobStore blobs, @Nullable StoreFault before) {
        try {
            BlobStore.Content there = blobs.read(name, Marker.MAX_BYTES);
            return there != null && Arrays.equals(there.bytes(), bytes)
                    ? there.head().tag()
                    : null;
        } catch (StoreFault fault) {
            throw before == null ? fault : before;
        }
    }
}
