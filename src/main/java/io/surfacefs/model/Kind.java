package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/**
 * What an artefact is, an open set. Matches {@code [a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?}, so it is safe as one path
 * segment.
 *
 * @param value the name as it stands in paths
 */
public record Kind(String value) implements Comparable<Kind> {
    /** What a value looks like, as a regular expression of the whole. */
    public static final String PATTERN = Names.LABEL;

    /** Characters of the longest value. */
    public static final int LONGEST = Names.LONGEST_LABEL;

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when the value does not match */
    public Kind {
        if (!Names.isLabel(value)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a kind name: '" + Names.shown(value) + "'",
                    "1 to 64 of a-z 0-9 . _ -, a letter or digit at both ends");
        }
    }

    /** The kind under which scan manifests are found; reserved for them. */
    public static final Kind SURFACE_MANIFEST = new Kind("surface.manifest");

    /** Whether this is the kind reserved for scan manifests. */
    public boolean isSurfaceManifest() {
        return equals(SURFACE_MANIFEST);
    }

    @Override
    public int compareTo(Kind other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Kind that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
