package io.surfacefs.service;

import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Scan manifests by their scan. Thread-safe; methods may block. By digest they are found through
 * {@link ArtefactService}.
 */
public final class ScanService {
    private final ArtefactStore store;
    private final ManifestCodec codec;
    private final Clock clock;
    private final Signing signing;

    /** A service that neither signs nor looks at signatures. */
    public ScanService(ArtefactStore store, ManifestCodec codec, Clock clock) {
        this(store, codec, clock, Signing.NONE);
    }

    /** All parts are shared and closed by whoever made them. */
    public ScanService(ArtefactStore store, ManifestCodec codec, Clock clock, Signing signing) {
        this.store = store;
        this.codec = codec;
        this.clock = clock;
        this.signing = signing;
    }

    /** What a put came to. */
    public record PutResult(ScanManifest manifest, boolean created) {}

    /**
     * Stores a scan manifest under its scan; fills schema, tenant, scanId and generatedAt where absent, and sorts.
     * Where generatedAt was not given and the scan's current manifest equals the new one but for it, that one is the
     * answer.
     *
     * @param json what the client sent
     */
    public PutResult put(TenantAccess access, ScanId scan, byte[] json) {
        return put(access, scan, json, null);
    }

    /**
     * As {@link #put(TenantAccess, ScanId, byte[])}.
     *
     * @param signature the envelope of the manifest as it is stored, whose payload may be left out; null for none
     */
    public PutResult put(TenantAccess access, ScanId scan, byte[] json, byte @Nullable [] signature) {
        if (access.right() != Right.WRITE) {
            throw new IllegalArgumentException("admitted to " + access.right());
        }
        ManifestCodec.FilledScan filled = codec.fillScan(codec.parse(json), access.tenant(), scan, clock.instant());
        if (!filled.generatedAtGiven()) {
            ScanManifest current = OnBehalf.nobody(() -> store.currentScanBeforePut(access.tenant(), scan));
            if (current != null && codec.equalButGeneratedAt(current, filled.manifest())) {
                signing.gate().kept(current);
                return new PutResult(current, false);
            }
        }
        ScanManifest signed = signing.signed(filled.manifest(), signature, true);
        signing.gate().put(signed, signed.signatures() != null);
        ArtefactStore.Committed<ScanManifest> committed = store.putScan(signed);
        if (!committed.created()) {
            signing.gate().kept(committed.manifest());
        }
        return new PutResult(committed.manifest(), committed.created());
    }

    /** The current manifest of a scan, {@code NOT_FOUND} when there is none. */
    public ScanManifest current(TenantAccess access, ScanId scan) {
        ScanManifest current = store.currentScan(access.tenant(), scan);
        if (current == null) {
            throw new SurfaceException(ErrorCode.NOT_FOUND, "there is no manifest of this scan");
        }
        signing.gate().read(current);
        return current;
    }

    /** The surface block of a scan manifest, {@code {"manifestUri","manifestDigest","manifest"}}, in RFC 8785 form. */
    public byte[] surfaceBlock(ScanManifest manifest) {
        return codec.surfaceBlock(manifest);
    }
}
