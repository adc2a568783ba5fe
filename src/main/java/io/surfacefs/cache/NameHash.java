package io.surfacefs.cache;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The first 128 bits of the SHA-256 of a {@link CacheName}: what the index knows an object by, and its file's name. The
 * name itself stands in the file and is compared whenever the file is opened.
 */
record NameHash(long high, long low) {
    /** Folders below {@code data}, told by the first byte. */
    static final int FOLDERS = 256;

    private static final int BYTES = 16;

    static NameHash of(byte[] sha256) {
        ByteBuffer bytes = ByteBuffer.wrap(sha256);
        return new NameHash(bytes.getLong(), bytes.getLong());
    }

    /** The hash that a file name is, or null when it is none. */
    static @Nullable NameHash parse(String fileName) {
        if (fileName.length() != 2 * BYTES || !fileName.chars().allMatch(NameHash::isHex)) {
            return null;
        }
        return of(HexFormat.of().parseHex(fileName));
    }

    private static boolean isHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    int folder() {
        return (int) (high >>> 56);
    }

    static String folderName(int folder) {
        return HexFormat.of().toHexDigits((byte) folder);
    }

    String fileName() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
