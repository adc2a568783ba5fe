package io.surfacefs.model;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content type of a payload as the client gave it, {@code type/subtype} and parameters (RFC 9110 section 8.3.1).
 *
 * @param value the form that is served, without {@code +zstd}; at most 255 printable ASCII characters
 */
public record MediaType(String value) {
    private static final String ZSTD = "+zstd";
    private static final Pattern FORM =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \\t]*(;[\\x20-\\x7e\\t]*)?");

    /** What a payload is when nobody said. Behind the pattern, which its constructor needs. */
    public static final MediaType OCTET_STREAM = new MediaType("application/octet-stream");

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when this is not a media type */
    public MediaType {
        value = value.strip();
        if (value.length() > 255 || !FORM.matcher(value).matches()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a content type: '" + Names.shown(value) + "'",
                    "type/subtype with optional parameters, at most 255 characters");
        }
        int end = essence(value);
        if (value.substring(0, end).endsWith(ZSTD)) {
            value = value.substring(0, end - ZSTD.length()) + value.substring(end);
        }
    }

    /** The form that stands in a manifest: {@code +zstd} behind the subtype, before parameters. */
    public String stored() {
        int end = essence(value);
        return value.substring(0, end) + ZSTD + value.substring(end);
    }

    private static int essence(String value) {
        int end = value.indexOf(';');
        end = end < 0 ? value.length() : end;
        while (end > 0 && (value.charAt(end - 1) == ' ' || value.charAt(end - 1) == '\t')) {
            end--;
        }
        return end;
    }

    @Override
    public String toString() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MediaType that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
