package io.surfacefs.service;

import io.surfacefs.access.TenantAccess;
import io.surfacefs.codec.ClientManifest;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.store.ArtefactStore;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides what a put means: key, content type, expiry, under what it is found. Thread-safe. */
final class Puts {
    private final ArtefactStore store;
    private final ManifestCodec codec;
    private final Clock clock;
    private final Signing signing;

    Puts(ArtefactStore store, ManifestCodec codec, Clock clock, Signing signing) {
        this.store = store;
        this.codec = codec;
        this.clock = clock;
        this.signing = signing;
    }

    /** @param sign whether what comes unsigned is signed here, where there is a key */
    ArtefactStore.Committed<? extends Manifest> put(
            TenantAccess access, PutRequest request, @Nullable ReceivedPayload payload, boolean sign) {
        ClientManifest client = request.manifest() == null ? null : codec.parse(request.manifest());
        if (request.kind() != null && request.kind().isSurfaceManifest()) {
            return putScan(access, request, client, payload, sign);
        }
        if (request.signature() != null) {
            throw Signing.misplaced();
        }
        Timestamp expiresAt = expiry(request);
        ArtefactKey key = key(access, request, client, payload);
        if (payload != null && !payload.digest().equals(key.digest())) {
            throw new SurfaceException(
                    ErrorCode.DIGEST_MISMATCH,
                    "the payload's digest is " + payload.digest() + ", not " + key.digest(),
                    "the digest is over the uncompressed bytes");
        }
        MediaType told = client == null ? null : client.contentType();
        Instant now = clock.instant();
        return store.commit(
                key,
                payload == null ? null : payload.received(told),
                new ArtefactStore.Maker() {
                    @Override
                    public ArtefactManifest make(StoredPayload facts) {
                        return fill(client, key, request.source(), expiresAt, facts, told, payload, now, sign);
                    }

                    @Override
                    public void found(ArtefactManifest stored) {
                        signing.gate().addedTo(stored);
                    }
                },
                index(request, client));
    }

    private ArtefactManifest fill(
            @Nullable ClientManifest client,
            ArtefactKey key,
            Source source,
            @Nullable Timestamp expiresAt,
            StoredPayload facts,
            @Nullable MediaType told,
            @Nullable ReceivedPayload payload,
            Instant now,
            boolean sign) {
        StoredPayload described = facts;
        if (payload == null && told != null && facts.contentType().equals(MediaType.OCTET_STREAM)) {
            described = Types.withType(facts, told); // staged without a type: it is what the manifest says it is
        }
        Function<byte[], Map<String, @Nullable Object>> signer = sign ? signing.signer() : null;
        ArtefactManifest filled = codec.fill(client, key, source, expiresAt, described, now, signer);
        // Nothing has changed yet: the store asks for the manifest before it writes anything.
        signing.gate().put(filled, signer != null || (client != null && client.isSigned()));
        return filled;
    }

    private ArtefactStore.Committed<ScanManifest> putScan(
            TenantAccess access,
            PutRequest request,
            @Nullable ClientManifest client,
            @Nullable ReceivedPayload payload,
            boolean sign) {
        if (payload != null || client == null || request.digest() == null) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the kind surface.manifest is reserved for scan manifests, which have no payload",
                    "PUT the manifest's JSON under its digest, or under its scan");
        }
        ScanManifest manifest = signing.signed(
                codec.exactScan(client, access.key(Kind.SURFACE_MANIFEST, request.digest())),
                request.signature(),
                sign);
        signing.gate().put(manifest, manifest.signatures() != null);
        return store.putScan(manifest);
    }

    private static ArtefactKey key(
            TenantAccess access,
            PutRequest request,
            @Nullable ClientManifest client,
            @Nullable ReceivedPayload payload) {
        if (client != null && client.isScan()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_MANIFEST,
                    "this is a scan manifest, not an artefact's",
                    "put scan manifests under /scans/{scanId}/manifest");
        }
        Kind kind = request.kind() != null ? request.kind() : client == null ? null : client.kind();
        Digest digest = request.digest() != null ? request.digest() : client == null ? null : client.digest();
        if (digest == null && payload != null) {
            digest = payload.digest();
        }
        if (kind == null || digest == null) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    kind == null ? "no kind was given" : "neither a digest nor a payload was given",
                    "name tenant, kind and digest");
        }
        if (kind.isSurfaceManifest()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "the kind surface.manifest is reserved for scan manifests");
        }
        return access.key(kind, digest);
    }

    private @Nullable Timestamp expiry(PutRequest request) {
        Duration ttl = request.ttl();
        if (ttl == null) {
            return request.expiresAt();
        }
        if (request.expiresAt() != null || ttl.isNegative() || ttl.isZero()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    request.expiresAt() != null
                            ? "both an expiry and a time to live were given"
                            : "the time to live is not positive",
                    "give one of the two, in the future");
        }
        try {
            return Timestamp.ofSeconds(clock.instant().plus(ttl));
        } catch (DateTimeException | ArithmeticException | SurfaceException e) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "the time to live is too long");
        }
    }

    private static ArtefactStore.Index index(PutRequest request, @Nullable ClientManifest client) {
        Set<Digest> images = new HashSet<>(request.images());
        Set<ScanId> scans = new HashSet<>(request.scans());
        add(images, scans, request.source());
        if (client != null) {
            add(images, scans, client.source());
        }
        return new ArtefactStore.Index(images, scans);
    }

    private static void add(Set<Digest> images, Set<ScanId> scans, Source source) {
        if (source.imageDigest() != null) {
            images.add(source.imageDigest());
        }
        if (source.scanId() != null) {
            scans.add(source.scanId());
        }
    }
}
