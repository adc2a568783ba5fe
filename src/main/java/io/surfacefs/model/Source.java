package io.surfacefs.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an artefact comes from, as far as the client said.
 *
 * @param scannerBuild free text, at most 512 characters
 * @param imageDigest the image that was scanned
 * @param scanId the scan that made it
 */
public record Source(
        @Nullable String scannerBuild,
        @Nullable Digest imageDigest,
        @Nullable ScanId scanId) {
    /** Nothing known. */
    public static final Source NONE = new Source(null, null, null);

    public Source {
        if (scannerBuild != null
                && (scannerBuild.length() > 512 || scannerBuild.chars().anyMatch(c -> c < 0x20 || c == 0x7f))) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a scanner build: '" + Names.shown(scannerBuild) + "'",
                    "at most 512 characters, no control characters");
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Source that
                && Objects.equals(scannerBuild, that.scannerBuild)
                && Objects.equals(imageDigest, that.imageDigest)
                && Objects.equals(scanId, that.scanId);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Objects.hashCode(scannerBuild) + Objects.hashCode(imageDigest)) + Objects.hashCode(scanId);
    }
}
