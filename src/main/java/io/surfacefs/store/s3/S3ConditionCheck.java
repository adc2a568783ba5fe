package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.util.function.Supplier;

/** Tries what a store makes of conditions, by puts of an object over itself. */
final class S3ConditionCheck {
    private static final String NOBODYS = "\"00000000000000000000000000000000\"";
    /** So often another replica's look at the same object is allowed for. */
    private static final int TRIES = 5;

    private final S3Uploads uploads;
    private final S3Conditions conditions;

    S3ConditionCheck(S3Uploads uploads, S3Conditions conditions) {
        this.uploads = uploads;
        this.conditions = conditions;
    }

    /**
     * Tries it.
     *
     * @param there reads the object
     * @return whether puts are done where their condition holds, and only there
     */
    boolean keeps(BlobKey key, Supplier<BlobStore.Content> there) {
        BlobSource same = new BlobSource.Bytes(there.get().bytes());
        if (uploads.put(key, same, S3Condition.ABSENT)
                || !isDoneWhereItHolds(key, there)
                || uploads.put(key, same, new S3Condition(false, NOBODYS))) {
            return false;
        }
        if (!uploads.partsHeed(key, there.get().bytes())) {
            conditions.notOnParts();
        }
        return true;
    }

    private boolean isDoneWhereItHolds(BlobKey key, Supplier<BlobStore.Content> there) {
        String before = null;
        for (int i = 0; i < TRIES; i++) {
            BlobStore.Content content = there.get();
            String tag = content.head().tag();
            if (tag.equals(before)) {
                return false; // nobody changed it, and still the put was refused
            }
            if (uploads.put(key, new BlobSource.Bytes(content.bytes()), new S3Condition(false, tag))) {
                return true;
            }
            before = tag;
        }
        return true;
    }
}
