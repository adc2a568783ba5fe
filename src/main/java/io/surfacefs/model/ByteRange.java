package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/**
 * A range of the bytes of a representation.
 *
 * @param offset first byte, from 0
 * @param length number of bytes
 */
public record ByteRange(long offset, long length) {
    public ByteRange {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("negative range: " + offset + "+" + length);
        }
    }

    /** The whole of something of that size. */
    public static ByteRange whole(long size) {
        return new ByteRange(0, size);
    }

    /** The first byte behind the range. */
    public long end() {
        return offset + length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ByteRange that && offset == that.offset && length == that.length;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(offset) + Long.hashCode(length);
    }
}
