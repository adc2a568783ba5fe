package io.surfacefs.model;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 digest.
 *
 * @param hex 64 lower-case hexadecimal characters, without the algorithm
 */
public record Digest(String hex) implements Comparable<Digest> {
    /** What {@link #hex} looks like, as a regular expression of the whole. */
    public static final String HEX_PATTERN = "[0-9a-f]{64}";

    private static final String PREFIX = "sha256:";

    /** What {@link #parse} takes, as a regular expression of the whole. */
    public static final String PATTERN = PREFIX + HEX_PATTERN;

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when this is not 64 lower-case hexadecimal characters */
    public Digest {
        if (!Names.isHex64(hex, 0)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a SHA-256: '" + Names.shown(hex) + "'",
                    "64 lower-case hexadecimal characters");
        }
    }

    /**
     * Reads {@code sha256:} and 64 lower-case hexadecimal characters.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when the text is anything else
     */
    public static Digest parse(String text) {
        if (!isValid(text)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a digest: '" + Names.shown(text) + "'",
                    "sha256: and 64 lower-case hexadecimal characters");
        }
        return new Digest(text.substring(PREFIX.length()));
    }

    /** Whether the text is {@code sha256:} and 64 lower-case hexadecimal characters. */
    public static boolean isValid(String text) {
        return text.startsWith(PREFIX) && Names.isHex64(text, PREFIX.length());
    }

    /** @param sha256 the 32 bytes of a digest */
    public static Digest of(byte[] sha256) {
        return new Digest(HexFormat.of().formatHex(sha256));
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    /** With the algorithm in front, as it stands in routes and manifests. */
    @Override
    public String toString() {
        return PREFIX + hex;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Digest that && hex.equals(that.hex);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }
}
