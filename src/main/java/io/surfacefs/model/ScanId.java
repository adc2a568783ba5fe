package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/**
 * Names one scan of one image. Matches {@code [A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}}, so it is safe as one path segment.
 *
 * @param value the id as it stands in paths
 */
public record ScanId(String value) {
    /** What a value looks like, as a regular expression of the whole. */
    public static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}";

    /** Characters of the longest value. */
    public static final int LONGEST = 128;

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when the value does not match */
    public ScanId {
        if (!isValid(value)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a scan id: '" + Names.shown(value) + "'",
                    "1 to 128 of A-Z a-z 0-9 . _ : @ + -, a letter or digit first");
        }
    }

    /** Whether the value is a scan id. */
    public static boolean isValid(String value) {
        int n = value.length();
        if (n == 0 || n > LONGEST || !isAlphanumeric(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < n; i++) {
            char c = value.charAt(i);
            if (!isAlphanumeric(c) && "._:@+-".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScanId that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
