package io.surfacefs.store.s3;

import org.jspecify.annotations.Nullable;

/**
 * What must be so for a put to happen.
 *
 * @param absent that there is no such object
 * @param tag that it has this tag, or null
 */
record S3Condition(boolean absent, @Nullable String tag) {
    static final S3Condition ABSENT = new S3Condition(true, null);

    @Nullable String ifNoneMatch() {
        return absent ? "*" : null;
    }

    boolean any() {
        return absent || tag != null;
    }
}
