package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/**
 * Owner of artefacts; never inferred, always checked. Matches {@code [a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?}, so it is
 * safe as one path segment.
 *
 * @param value the name as it stands in paths
 */
public record Tenant(String value) implements Comparable<Tenant> {
    /** What a value looks like, as a regular expression of the whole. */
    public static final String PATTERN = Names.LABEL;

    /** Characters of the longest value. */
    public static final int LONGEST = Names.LONGEST_LABEL;

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when the value does not match */
    public Tenant {
        if (!Names.isLabel(value)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a tenant name: '" + Names.shown(value) + "'",
                    "1 to 64 of a-z 0-9 . _ -, a letter or digit at both ends");
        }
    }

    @Override
    public int compareTo(Tenant other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Tenant that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
