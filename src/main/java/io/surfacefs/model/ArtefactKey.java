package io.surfacefs.model;

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
}
