package io.surfacefs.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of a tenant's index: an artefact is found under an image, or under a scan.
 *
 * @param image null where it is a scan
 * @param scan null where it is an image
 */
public record IndexEntry(
        ArtefactKey key, @Nullable Digest image, @Nullable ScanId scan) {
    /** @throws IllegalArgumentException unless exactly one of image and scan is there */
    public IndexEntry {
        if ((image == null) == (scan == null)) {
            throw new IllegalArgumentException("an index entry is of an image or of a scan");
        }
    }

    /**
     * Where it stands in the order of a tenant's index, which is that of the bytes of {@code image/{64 hex}/{kind}/{64
     * hex}} and {@code scan/{scan id}/{kind}/{64 hex}}.
     */
    public String place() {
        String under = image != null ? "image/" + image.hex() : "scan/" + scan;
        return under + "/" + key.kind() + "/" + key.digest().hex();
    }

    /** The entry that stands at a place of a tenant's index, or null when there can be none. */
    public static @Nullable IndexEntry at(Tenant tenant, String place) {
        String[] parts = place.split("/", -1);
        if (parts.length != 4) {
            return null;
        }
        try {
            ArtefactKey key = new ArtefactKey(tenant, new Kind(parts[2]), new Digest(parts[3]));
            return switch (parts[0]) {
                case "image" -> new IndexEntry(key, new Digest(parts[1]), null);
                case "scan" -> new IndexEntry(key, null, new ScanId(parts[1]));
                default -> null;
            };
        } catch (SurfaceException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IndexEntry that
                && key.equals(that.key)
                && Objects.equals(image, that.image)
                && Objects.equals(scan, that.scan);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, image, scan);
    }
}
