package io.surfacefs.store.upstream;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.grpc.v1.DeleteRequest;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.GetManifestResponse;
import io.surfacefs.grpc.v1.GetScanManifestResponse;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.StatPayloadResponse;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.StoreFault;
import io.surfacefs.wire.Questions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another Surface.FS as the store. It decides what is stored and first, as it does for any client; here nothing is
 * kept. Payloads come and go in their stored form, untouched: those up to 256 KiB are hashed before their first byte is
 * given, larger ones while they are read from beginning to end, and the last piece is given only when the digest is
 * right. Every call has a limit and ends when its caller's call over gRPC does. Failures of the upstream are
 * {@link StoreFault}s. Thread-safe.
 */
public final class UpstreamStore implements ArtefactStore {
    /** How long a reader may pause before his call is given up. */
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Kind PROBED = new Kind("surface.probe");

    private final UpstreamSettings settings;
    private final Connections upstream;
    private final Stalled stalled;
    private final ManifestCodec codec;
    private final Opening opening;
    private final Events events;
    private final Puts puts;
    private final Listing listing;

    /**
     * Opens the store; connects to nobody yet.
     *
     * @throws StoreFault when TLS can't be spoken as the settings say
     */
    public UpstreamStore(UpstreamSettings settings, ManifestCodec codec, StoredVerifier verifier, Events events) {
        this(settings, codec, verifier, events, PAUSE);
    }

    UpstreamStore(
            UpstreamSettings settings, ManifestCodec codec, StoredVerifier verifier, Events events, Duration pause) {
        this.settings = settings;
        this.upstream = new Connections(settings);
        this.codec = codec;
        this.stalled = new Stalled(pause);
        this.opening = new Opening(settings, stalled, verifier);
        this.events = events;
        this.puts = new Puts(upstream, codec);
        this.listing = new Listing(upstream, codec, events);
    }

    /**
     * Looks whether the upstream answers, and, where this instance has one tenant, whether its store does.
     *
     * @throws SurfaceException when it doesn't
     */
    public void probe() {
        OnBehalf.nobody(() -> {
            look();
            return null;
        });
    }

    private void look() {
        FindMissingRequest.Builder request = FindMissingRequest.newBuilder();
        if (settings.tenant() != null) {
            request.setTenant(settings.tenant().value());
            request.addKeys(Key.newBuilder().setKind(PROBED.value()).setDigest(new Digest("0".repeat(64)).toString()));
        }
        try {
            upstream.ask(
                    SurfaceFsGrpc.getFindMissingMethod(),
                    request.build(),
                    upstream.limits().attempt());
        } catch (StoreFault e) {
            // Without a tenant nothing can be asked; that this is what it says shows who answers.
            boolean tenantless = settings.tenant() == null
                    && e.reason() == StoreFault.Reason.FORBIDDEN
                    && e.getCause() instanceof SurfaceException said
                    && said.code() == ErrorCode.TENANT_REQUIRED;
            if (!tenantless) {
                throw e;
            }
        }
    }

    /** Asks for one object; null when the upstream itself says that it isn't there. */
    private <Q, A> @Nullable A find(MethodDescriptor<Q, A> method, Q request) {
        return unlessAbsent(method, request, upstream.limits().attempt());
    }

    /** Deletes; null when the upstream itself says that it isn't there. Who gave up early would not know what was. */
    private <Q, A> @Nullable A remove(MethodDescriptor<Q, A> method, Q request) {
        return unlessAbsent(method, request, upstream.limits().total());
    }

    private <Q, A> @Nullable A unlessAbsent(MethodDescriptor<Q, A> method, Q request, Duration patience) {
        try {
            return upstream.ask(method, request, patience);
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public boolean stage(ArtefactKey key, Received payload) {
        return puts.payload(key, payload);
    }

    @Override
    public Committed<ArtefactManifest> commit(
            ArtefactKey key, @Nullable Received payload, Maker manifest, Index index) {
        StoredPayload facts = payload == null ? OnBehalf.nobody(() -> facts(key)) : payload.facts();
        if (facts == null) {
            throw new SurfaceException(
                    ErrorCode.PAYLOAD_MISSING,
                    "the payload is neither stored nor sent",
                    "send it along, or put it before the manifest");
        }
        return puts.artefact(manifest.make(facts), payload, index);
    }

    @Override
    public Committed<ScanManifest> putScan(ScanManifest manifest) {
        return puts.scan(manifest);
    }

    @Override
    public @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan) {
        GetScanManifestResponse answer = find(SurfaceFsGrpc.getGetScanManifestMethod(), Questions.scan(tenant, scan));
        if (answer == null) {
            return null;
        }
        byte[] json = answer.getManifestBytes().toByteArray();
        ScanManifest manifest =
                codec.readScan(json, new ArtefactKey(tenant, Kind.SURFACE_MANIFEST, ManifestCodec.digestOf(json)));
        if (!manifest.scanId().equals(scan)) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the upstream answered with another scan's manifest");
        }
        return signed(manifest, answer.getSignaturesBytes());
    }

    /** The manifest with who signed it by what the upstream says. */
    static ScanManifest signed(ScanManifest manifest, ByteString signatures) {
        return signatures.isEmpty()
                ? manifest
                : manifest.withSignatures(SignedForm.signaturesAsFound(signatures.toByteArray(), manifest));
    }

    @Override
    public @Nullable Manifest manifest(ArtefactKey key) {
        GetManifestResponse answer = find(SurfaceFsGrpc.getGetManifestMethod(), Questions.manifest(key));
        if (answer == null) {
            return null;
        }
        Manifest manifest = read(codec, key, answer.getManifest().getJsonBytes());
        return manifest instanceof ScanManifest scan
                ? signed(scan, answer.getManifest().getSignaturesBytes())
                : manifest;
    }

    static Manifest read(ManifestCodec codec, ArtefactKey key, ByteString json) {
        return key.isScanManifest()
                ? codec.readScan(json.toByteArray(), key)
                : codec.readArtefact(json.toByteArray(), key);
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key) {
        Opening.Opened opened = opening.open(new Question.OfPayload(upstream, key), right -> {
            if (!right) {
                events.corruptPayload(key);
            }
        });
        if (opened == null) {
            return null;
        }
        if (!opened.sound() || !opened.raw().equals(key.digest())) {
            opened.bytes().close();
            events.corruptPayload(key);
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT, "the upstream gave other bytes than are stored", "ask again");
        }
        return new OpenPayload(key, opened.facts(), opened.bytes());
    }

    @Override
    public @Nullable StoredPayload facts(ArtefactKey key) {
        StatPayloadResponse answer = find(SurfaceFsGrpc.getStatPayloadMethod(), Questions.facts(key));
        if (answer == null) {
            return null;
        }
        try {
            return new StoredPayload(
                    new MediaType(answer.getContentType()),
                    answer.getRawSize(),
                    answer.getStoredSize(),
                    Digest.parse(answer.getSha256()),
                    answer.getSeekable());
        } catch (SurfaceException e) {
            throw UpstreamFaults.strange(e);
        }
    }

    @Override
    public Page page(Query query) {
        return listing.page(query);
    }

    @Override
    public IndexPage index(Tenant tenant, String after, int limit) {
        return listing.index(tenant, after, limit);
    }

    @Override
    public List<ArtefactKey> missing(Collection<ArtefactKey> keys) {
        return listing.missing(keys);
    }

    @Override
    public boolean delete(ArtefactKey key) {
        return remove(SurfaceFsGrpc.getDeleteManifestMethod(), Questions.delete(key)) != null;
    }

    @Override
    public @Nullable OpenEntry cacheEntry(CacheKey key) {
        Opening.Opened opened = opening.open(new Question.OfEntry(upstream, key), right -> {});
        // A memo that is damaged is as good as absent.
        return opened == null || !opened.sound() ? null : new OpenEntry(opened.raw(), opened.facts(), opened.bytes());
    }

    @Override
    public void putCacheEntry(CacheKey key, Received value) {
        puts.entry(key, value);
    }

    /** Stored in any case: an upstream doesn't tell when what it has was stored. */
    @Override
    public boolean putCacheEntryLate(CacheKey key, Received value, Instant put) {
        putCacheEntry(key, value);
        return true;
    }

    @Override
    public boolean deleteCacheEntry(CacheKey key) {
        return remove(
                        SurfaceCacheGrpc.getDeleteMethod(),
                        DeleteRequest.newBuilder()
                                .setTenant(key.tenant().value())
                                .setNamespace(key.namespace().value())
                                .setSha256(key.inputs().hex())
                                .build())
                != null;
    }

    @Override
    public void close() {
        stalled.close();
        upstream.close();
    }
}
