package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Source;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A manifest as a client sent it: lawful JSON whose known members have the right types, but not yet filled, and not
 * compared with the key under which it came. Known members that are null count as absent. Immutable.
 */
public final class ClientManifest {
    private final Members members;
    private final boolean scan;
    private final @Nullable Tenant tenant;
    private final @Nullable Kind kind;
    private final @Nullable Digest digest;
    private final Source source;
    private final @Nullable Timestamp createdAt;
    private final @Nullable Timestamp expiresAt;
    private final @Nullable MediaType contentType;
    private final @Nullable Object signature;

    ClientManifest(SortedMap<String, @Nullable Object> tree) {
        members = Members.of(tree);
        scan = isScan(members);
        String schema = members.string("schema");
        if (schema != null && !schema.equals(ManifestCodec.SCHEMA)) {
            throw members.wrong("schema", "not " + ManifestCodec.SCHEMA);
        }
        tenant = members.string("tenant", Tenant::new);
        expiresAt = members.string("expiresAt", Timestamp::new);
        if (scan) {
            // The other members of a scan manifest are looked at where it is filled.
            kind = null;
            digest = null;
            source = Source.NONE;
            createdAt = null;
            contentType = null;
            signature = null;
            return;
        }
        kind = members.string("kind", Kind::new);
        if (kind != null && kind.isSurfaceManifest()) {
            throw members.wrong("kind", "reserved for scan manifests, which have artifacts");
        }
        digest = members.string("digest", Digest::parse);
        source = source(members);
        createdAt = members.string("createdAt", Timestamp::new);
        contentType = members.object("storage").string("contentType", MediaType::new);
        Members integrity = members.object("integrity");
        signature = integrity.has("signature") ? integrity.object("signature").tree() : null;
    }

    private static boolean isScan(Members members) {
        boolean artefacts = members.has("artifacts");
        if (artefacts && (members.has("kind") || members.has("digest"))) {
            throw new SurfaceException(
                    ErrorCode.INVALID_MANIFEST,
                    "not a manifest: it has artifacts and kind or digest",
                    "artifacts make a scan manifest, kind and digest an artefact manifest");
        }
        if (!artefacts && !members.has("kind")) {
            throw new SurfaceException(
                    ErrorCode.INVALID_MANIFEST,
                    "not a manifest: it has neither artifacts nor kind",
                    "artifacts make a scan manifest, kind and digest an artefact manifest");
        }
        return artefacts;
    }

    static Source source(Members manifest) {
        Members source = manifest.object("source");
        return new Source(
                source.string("scannerBuild", ClientManifest::scannerBuild),
                source.string("imageDigest", Digest::parse),
                source.string("scanId", ScanId::new));
    }

    private static String scannerBuild(String text) {
        // The record knows the rule; asked here, the refusal carries the member's path.
        return Objects.requireNonNull(new Source(text, null, null).scannerBuild());
    }

    /** Whether this is a scan manifest (it has {@code artifacts}), else an artefact manifest (it has {@code kind}). */
    public boolean isScan() {
        return scan;
    }

    public @Nullable Tenant tenant() {
        return tenant;
    }

    /** Null for a scan manifest. */
    public @Nullable Kind kind() {
        return kind;
    }

    /** The payload's digest; null where the service is to compute it, and for a scan manifest. */
    public @Nullable Digest digest() {
        return digest;
    }

    /** {@link Source#NONE} for a scan manifest, whose source says other things. */
    public Source source() {
        return source;
    }

    /** Null for a scan manifest. */
    public @Nullable Timestamp createdAt() {
        return createdAt;
    }

    public @Nullable Timestamp expiresAt() {
        return expiresAt;
    }

    /** {@code storage.contentType}; null for a scan manifest. */
    public @Nullable MediaType contentType() {
        return contentType;
    }

    /** Whether {@code integrity.signature} holds an envelope. */
    public boolean isSigned() {
        return signature != null;
    }

    /** {@code integrity.signature} as a tree. */
    @Nullable Object signature() {
        return signature;
    }

    /** The whole manifest; nobody writes to its tree. */
    Members members() {
        return members;
    }
}
