package io.surfacefs.codec;

import org.jspecify.annotations.Nullable;

/**
 * The header of a zstd or a skippable frame, RFC 8878 sections 3.1.1.1 and 3.1.2.
 *
 * @param magic the first four bytes
 * @param length bytes of the header
 * @param windowSize bytes that a decoder must keep, 0 for a skippable frame
 * @param contentSize raw bytes, or -1 where the header doesn't say; for a skippable frame the bytes behind the header
 * @param dictionary whether it can't be decoded without a dictionary
 * @param checksum whether a checksum of the content follows it
 */
record FrameHeader(int magic, int length, long windowSize, long contentSize, boolean dictionary, boolean checksum) {
    /** Bytes that are enough to know how long the header is. */
    static final int PREFIX = 5;

    /** Longest header. */
    static final int MAX_LENGTH = 18;

    private static final int ZSTD_MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE_MAGIC = 0x184D2A50;
    private static final int SKIPPABLE_LENGTH = 8;

    boolean skippable() {
        return isSkippable(magic);
    }

    private static boolean isSkippable(int magic) {
        return (magic & 0xFFFFFFF0) == SKIPPABLE_MAGIC;
    }

    /** How many bytes the header has that begins with these {@link #PREFIX} bytes, or -1 when no frame begins so. */
    static int lengthOf(byte[] bytes) {
        int magic = LittleEndian.getInt(bytes, 0);
        if (isSkippable(magic)) {
            return SKIPPABLE_LENGTH;
        }
        if (magic != ZSTD_MAGIC) {
            return -1;
        }
        int descriptor = bytes[4];
        return PREFIX + (isSingleSegment(descriptor) ? 0 : 1) + dictionaryIdLength(descriptor) + sizeLength(descriptor);
    }

    /** Reads a header of {@link #lengthOf} bytes; null when a bit is set that this version of the format reserves. */
    static @Nullable FrameHeader parse(byte[] bytes) {
        int magic = LittleEndian.getInt(bytes, 0);
        if (isSkippable(magic)) {
            return new FrameHeader(magic, SKIPPABLE_LENGTH, 0, LittleEndian.getUnsigned(bytes, 4, 4), false, false);
        }
        int descriptor = bytes[4];
        if ((descriptor & 0x08) != 0) {
            return null;
        }
        int at = PREFIX;
        long window = 0;
        if (!isSingleSegment(descriptor)) {
            long base = 1L << (10 + ((bytes[at] & 0xFF) >>> 3));
            window = base + base / 8 * (bytes[at] & 7);
            at++;
        }
        long dictionaryId = LittleEndian.getUnsigned(bytes, at, dictionaryIdLength(descriptor));
        at += dictionaryIdLength(descriptor);
        int sizeLength = sizeLength(descriptor);
        long size = sizeLength == 0 ? -1 : LittleEndian.getUnsigned(bytes, at, sizeLength);
        if (sizeLength == 2) {
            size += 256;
        } else if (sizeLength == 8 && size < 0) {
            size = Long.MAX_VALUE; // beyond 2^63: more than anything that is let in
        }
        return new FrameHeader(
                magic,
                at + sizeLength,
                isSingleSegment(descriptor) ? size : window,
                size,
                dictionaryId != 0,
                (descriptor & 0x04) != 0);
    }

    private static boolean isSingleSegment(int descriptor) {
        return (descriptor & 0x20) != 0;
    }

    private static int dictionaryIdLength(int descriptor) {
        int flag = descriptor & 3;
        return flag == 3 ? 4 : flag;
    }

    private static int sizeLength(int descriptor) {
        return switch ((descriptor >>> 6) & 3) {
            case 0 -> isSingleSegment(descriptor) ? 1 : 0;
            case 1 -> 2;
            case 2 -> 4;
            default -> 8;
        };
    }
}
