package io.surfacefs.service;

import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;

/**
 * Scan manifests by their scan. Thread-safe; methods may block. By digest they are found through
 * {@link ArtefactService}.
 */
public abstract class ScanService {
    /** What a put came to. */
    public record PutResult(ScanManifest manifest, boolean created) {}

    /**
     * Stores a scan manifest under its scan; fills schema, tenant, scanId and generatedAt where absent, and sorts.
     * Where generatedAt was not given and the scan's current manifest equals the new one but for it, that one is the
     * answer.
     *
     * @param json what the client sent
     */
    public abstract PutResult put(TenantAccess access, ScanId scan, byte[] json);

    /** The current manifest of a scan, {@code NOT_FOUND} when there is none. */
    public abstract ScanManifest current(TenantAccess access, ScanId scan);

    /** The surface block of a scan manifest, {@code {"manifestUri","manifestDigest","manifest"}}, in RFC 8785 form. */
    public abstract byte[] surfaceBlock(ScanManifest manifest);
}
