package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/** Names one artefact; a scan manifest is named by the kind {@code surface.manifest} and its manifest digest. */
public record ArtefactKey(Tenant tenant, Kind kind, Digest digest) {
    /** Whether this names a scan manifest. */
    public boolean isScanManifest() {
        return kind.isSurfaceManifest();
    }

    @Override
    public String toString() {
        return tenant + "/" + kind + "/" + digest;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ArtefactKey that
                && digest.equals(that.digest)
                && tenant.equals(that.tenant)
                && kind.equals(that.kind);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * digest.hashCode() + tenant.hashCode()) + kind.hashCode();
    }
}
