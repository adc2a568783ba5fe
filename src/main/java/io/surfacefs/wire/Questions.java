package io.surfacefs.wire;

import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetScanManifestRequest;
import io.surfacefs.grpc.v1.ListIndexRequest;
import io.surfacefs.grpc.v1.ListIndexResponse;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.StatPayloadRequest;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import org.jspecify.annotations.Nullable;

/** From the model's types to requests. */
public final class Questions {
    private Questions() {}

    /** For a manifest of either shape. */
    public static GetManifestRequest manifest(ArtefactKey key) {
        return GetManifestRequest.newBuilder()
                .setTenant(key.tenant().value())
                .setKind(key.kind().value())
                .setDigest(key.digest().toString())
                .build();
    }

    /** For what is known of a payload. */
    public static StatPayloadRequest facts(ArtefactKey key) {
        return StatPayloadRequest.newBuilder()
                .setTenant(key.tenant().value())
                .setKind(key.kind().value())
                .setDigest(key.digest().toString())
                .build();
    }

    /** For the deletion of a manifest. */
    public static DeleteManifestRequest delete(ArtefactKey key) {
        return DeleteManifestRequest.newBuilder()
                .setTenant(key.tenant().value())
                .setKind(key.kind().value())
                .setDigest(key.digest().toString())
                .build();
    }

    /** For the current manifest of a scan. */
    public static GetScanManifestRequest scan(Tenant tenant, ScanId scan) {
        return GetScanManifestRequest.newBuilder()
                .setTenant(tenant.value())
                .setScanId(scan.value())
                .build();
    }

    /** For a page of a tenant's index, behind a place of it. */
    public static ListIndexRequest index(Tenant tenant, String after, int limit) {
        return ListIndexRequest.newBuilder()
                .setTenant(tenant.value())
                .setAfter(after)
                .setPageSize(limit)
                .build();
    }

    /** What a line of the answer to {@link #index} says; {@code INVALID_ARGUMENT} when it is none. */
    public static IndexEntry entry(Tenant tenant, ListIndexResponse.Entry told) {
        ArtefactKey key = new ArtefactKey(tenant, new Kind(told.getKind()), Digest.parse(told.getDigest()));
        return told.hasScanId()
                ? new IndexEntry(key, null, new ScanId(told.getScanId()))
                : new IndexEntry(key, Digest.parse(told.getImageDigest()), null);
    }

    /** For manifests, those that the filters name that are not null; where it begins is left to be said. */
    public static ListManifestsRequest.Builder list(
            Tenant tenant, @Nullable Kind kind, @Nullable Digest image, @Nullable ScanId scan, int pageSize) {
        ListManifestsRequest.Builder request =
                ListManifestsRequest.newBuilder().setTenant(tenant.value()).setPageSize(pageSize);
        if (kind != null) {
            request.setKind(kind.value());
        }
        if (image != null) {
            request.setImageDigest(image.toString());
        }
        if (scan != null) {
            request.setScanId(scan.value());
        }
        return request;
    }
}
