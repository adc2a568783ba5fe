package io.surfacefs.service;

import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.codec.CodecPool;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything one can do with artefacts. Both network edges and the command line call this and decide nothing
 * themselves. Thread-safe; every method but {@link #hotManifest} and {@link #hotPayload} may block, so it runs on
 * virtual threads.
 */
public final class ArtefactService {
    /** The most keys that one batch call takes. */
    public static final int MAX_KEYS = 1_000;

    /** What a put came to. */
    public record PutResult(Manifest manifest, boolean created) {}

    /**
     * Which manifests to list.
     *
     * @param pageSize 1 to 500, 0 for the default of 50
     * @param pageToken from the page before, or empty
     * @param maxBytes a page ends early when its manifests' bytes would pass this
     * @param after where to begin instead, a place in the key order as {@code {kind}/{64 hex}}, or empty
     */
    public record ListRequest(
            @Nullable Kind kind,
            @Nullable Digest image,
            @Nullable ScanId scan,
            int pageSize,
            String pageToken,
            long maxBytes,
            String after) {
        /** A listing from its begin or from where a token stands. */
        public ListRequest(
                @Nullable Kind kind,
                @Nullable Digest image,
                @Nullable ScanId scan,
                int pageSize,
                String pageToken,
                long maxBytes) {
            this(kind, image, scan, pageSize, pageToken, maxBytes, "");
        }

        /** The same listing, beginning behind a place in the key order; {@code INVALID_ARGUMENT} when it is none. */
        public ListRequest behind(String after) {
            return new ListRequest(kind, image, scan, pageSize, "", maxBytes, after);
        }
    }

    /**
     * A page of manifests in key order.
     *
     * @param nextPageToken null on the last one
     * @param next the place in the key order that the token stands for; null on the last one
     */
    public record ListResult(
            List<Manifest> manifests,
            @Nullable String nextPageToken,
            @Nullable String next) {}

    /**
     * A page of a tenant's index in its order.
     *
     * @param next the place that the next page begins behind; null on the last one
     */
    public record IndexResult(
            List<IndexEntry> entries, @Nullable String next) {}

    /** One answer of a batch: the manifest, or why there is none. */
    public record BatchItem(
            ItemKey key,
            @Nullable Manifest manifest,
            @Nullable ErrorCode code) {}

    private final ArtefactStore store;
    private final Intakes intakes;
    private final Puts puts;
    private final ManifestCodec codec;
    private final HotTier hot;
    private final Reads reads;
    private final Lists lists;
    private final DeletePolicy deletes;
    private final Clock clock;
    private final Events events;
    private final SignatureGate gate;

    /** A service that neither signs nor looks at signatures. */
    public ArtefactService(
            ArtefactStore store,
            ManifestCodec codec,
            Intakes intakes,
            HotTier hot,
            CodecPool pool,
            DeletePolicy deletes,
            Clock clock,
            Events events) {
        this(store, codec, intakes, hot, pool, deletes, clock, events, Signing.NONE);
    }

    /** All parts are shared and closed by whoever made them. */
    public ArtefactService(
            ArtefactStore store,
            ManifestCodec codec,
            Intakes intakes,
            HotTier hot,
            CodecPool pool,
            DeletePolicy deletes,
            Clock clock,
            Events events,
            Signing signing) {
        this.store = store;
        this.intakes = intakes;
        this.puts = new Puts(store, codec, clock, signing);
        this.codec = codec;
        this.hot = hot;
        this.deletes = deletes;
        this.clock = clock;
        this.events = events;
        this.gate = signing.gate();
        this.reads = new Reads(store, hot, pool, events, gate);
        this.lists = new Lists(store, gate, reads::lookAtKeys);
    }

    /** The most bytes that a client's manifest may have, of either shape; an edge needs to read no more. */
    public long maxManifestBytes() {
        return codec.maxBytes();
    }

    /**
     * Takes a payload in: reads the stream once to its end, hashes, verifies and compresses it into the intake, where
     * it waits for the put.
     *
     * @param access with the right to write
     * @param upload what is being sent
     * @return must be closed, whatever becomes of the put
     * @throws IOException when the stream failed: the client's fault or absence
     * @throws SurfaceException {@code DIGEST_MISMATCH}, {@code MALFORMED_ENCODING}, {@code PAYLOAD_TOO_LARGE},
     *     {@code OVERLOADED}, {@code DISK_FULL}
     */
    public ReceivedPayload receive(TenantAccess access, Upload upload) throws IOException {
        require(access, Right.WRITE);
        if (upload.kind() != null) {
            requirePayloadKind(upload.kind());
        }
        return intakes.receive(upload);
    }

    /**
     * Puts an artefact, or a scan manifest where the kind is {@code surface.manifest}.
     *
     * @param payload what was received, or null when it must be stored already
     */
    public PutResult put(TenantAccess access, PutRequest request, @Nullable ReceivedPayload payload) {
        return put(access, request, payload, true);
    }

    /** As {@link #put}, for what another site stored: it comes in as it is, so that nothing is signed here. */
    public PutResult copy(TenantAccess access, PutRequest request, @Nullable ReceivedPayload payload) {
        return put(access, request, payload, false);
    }

    /** What {@link #copy} would say of who signed a manifest; nothing is changed, and nobody else is told. */
    public SignatureGate.Foreseen foresee(TenantAccess access, Manifest manifest) {
        require(access, Right.READ);
        reads.lookAtKeys();
        return gate.foreseen(manifest);
    }

    private PutResult put(TenantAccess access, PutRequest request, @Nullable ReceivedPayload payload, boolean sign) {
        require(access, Right.WRITE);
        reads.lookAtKeys();
        Digest digest = payload == null ? request.digest() : payload.digest();
        return Timing.put(events, access.tenant(), request.kind(), digest, () -> {
            ArtefactStore.Committed<? extends Manifest> committed = puts.put(access, request, payload, sign);
            ArtefactKey key = committed.manifest().key();
            if (!committed.created()) {
                hot.forget(key); // the expiry, or what is known of the stored bytes, may have changed
            }
            long epoch = hot.epoch(key);
            if (committed.created() ? gate.trusts(committed.manifest()) : gate.kept(committed.manifest())) {
                hot.keep(committed.manifest(), hot.now(), epoch);
            }
            return new PutResult(committed.manifest(), committed.created());
        });
    }

    /**
     * Puts a payload alone. It is staged until a manifest comes.
     *
     * @return whether it was not stored before
     */
    public boolean putPayload(TenantAccess access, Kind kind, Digest digest, ReceivedPayload payload) {
        require(access, Right.WRITE);
        requirePayloadKind(kind);
        if (!payload.digest().equals(digest)) {
            throw new SurfaceException(
                    ErrorCode.DIGEST_MISMATCH,
                    "the payload's digest is " + payload.digest() + ", not " + digest,
                    "the digest is over the uncompressed bytes");
        }
        ArtefactKey key = access.key(kind, digest);
        boolean created = store.stage(key, payload.received(null));
        hot.forget(key); // a damaged payload may have been replaced
        return created;
    }

    /**
     * The manifest of an artefact, or the scan manifest where the kind is {@code surface.manifest}; {@code NOT_FOUND}
     * when there is none.
     */
    public Manifest manifest(TenantAccess access, ItemKey item) {
        return reads.manifest(access.key(item.kind(), item.digest()));
    }

    /** Opens a payload, {@code NOT_FOUND} when there is none. The handle must be closed. */
    public PayloadHandle payload(TenantAccess access, ItemKey item) {
        return payload(access, item, null);
    }

    /**
     * Opens a payload, {@code NOT_FOUND} when there is none. The handle must be closed.
     *
     * @param wanted the representation that is going to be read whole, and so is worth being kept in memory where it is
     *     small; null for none
     */
    public PayloadHandle payload(TenantAccess access, ItemKey item, @Nullable Representation wanted) {
        return reads.payload(access.key(item.kind(), item.digest()), wanted);
    }

    /** What is known of a payload without opening it, {@code NOT_FOUND} when there is none. */
    public StoredPayload stat(TenantAccess access, ItemKey item) {
        return reads.stat(access.key(item.kind(), item.digest()));
    }

    /** Lists manifests; {@code INVALID_ARGUMENT} for a page size out of bounds or a token of another listing. */
    public ListResult list(TenantAccess access, ListRequest request) {
        return lists.manifests(access.tenant(), request);
    }

    /**
     * Lists under which images and scans the tenant's artefacts are found.
     *
     * @param after the {@link IndexEntry#place} behind which to begin, or empty
     * @param pageSize 1 to 1,000, 0 for the most
     * @throws SurfaceException {@code INVALID_ARGUMENT} for a page size out of bounds or what is no place
     */
    public IndexResult index(TenantAccess access, String after, int pageSize) {
        require(access, Right.READ);
        return lists.index(access.tenant(), after, pageSize);
    }

    /** Removes an artefact, where retention allows it: {@code NOT_FOUND}, else {@code RETENTION_FORBIDS}. */
    public void delete(TenantAccess access, ItemKey item) {
        require(access, Right.DELETE);
        ArtefactKey key = access.key(item.kind(), item.digest());
        // A look that the caller needs no right for: nothing of the answer is shown.
        Manifest manifest = OnBehalf.nobody(() -> store.manifest(key));
        if (manifest == null) {
            throw notFound("there is no such manifest");
        }
        if (!deletes.allows(manifest, clock.instant())) {
            throw new SurfaceException(
                    ErrorCode.RETENTION_FORBIDS,
                    "this artefact must be kept",
                    "surface.retention.delete says what may be deleted");
        }
        hot.forget(key);
        boolean deleted = store.delete(key);
        hot.forget(key);
        if (!deleted) {
            throw notFound("there is no such manifest");
        }
    }

    /** Those of up to {@link #MAX_KEYS} keys that have no manifest, in their order. */
    public List<ItemKey> findMissing(TenantAccess access, List<ItemKey> items) {
        requireBatch(items);
        List<ArtefactKey> unknown = new ArrayList<>();
        for (ItemKey item : items) {
            ArtefactKey key = access.key(item.kind(), item.digest());
            if (!hot.present(key)) {
                unknown.add(key);
            }
        }
        if (unknown.isEmpty()) {
            return List.of();
        }
        long[] epochs = unknown.stream().mapToLong(hot::epoch).toArray();
        long asked = hot.now();
        List<ArtefactKey> missing = store.missing(unknown);
        Set<ArtefactKey> absent = new HashSet<>(missing);
        for (int i = 0; i < epochs.length; i++) {
            if (!absent.contains(unknown.get(i))) {
                hot.keepPresent(unknown.get(i), asked, store.age(unknown.get(i)), epochs[i]);
            }
        }
        return missing.stream()
                .map(key -> new ItemKey(key.kind(), key.digest()))
                .toList();
    }

    /** Answers up to {@link #MAX_KEYS} keys one by one, in their order. */
    public void batchGet(TenantAccess access, List<ItemKey> items, Consumer<BatchItem> answer) {
        requireBatch(items);
        for (ItemKey item : items) {
            BatchItem result;
            try {
                Manifest manifest = reads.find(access.key(item.kind(), item.digest()));
                result = new BatchItem(item, manifest, manifest == null ? ErrorCode.NOT_FOUND : null);
            } catch (SurfaceException e) {
                result = new BatchItem(item, null, e.code());
            }
            answer.accept(result);
        }
    }

    /**
     * Resolves a {@code cas://} pointer.
     *
     * @throws SurfaceException {@code PERMISSION_DENIED} for another tenant's key, {@code INVALID_ARGUMENT} when it is
     *     no pointer
     */
    public ObjectNames.Pointer resolve(TenantAccess access, String uri) {
        ObjectNames.Pointer pointer = ObjectNames.parsePointer(uri);
        if (!pointer.key().tenant().equals(access.tenant())) {
            throw new SurfaceException(ErrorCode.PERMISSION_DENIED, "the pointer is another tenant's");
        }
        return pointer;
    }

    /**
     * A manifest from memory, or null when it isn't there (which says nothing): no lock, no I/O, may run on an event
     * loop.
     */
    public @Nullable HotObject hotManifest(TenantAccess access, ItemKey item) {
        return reads.hotManifest(access.key(item.kind(), item.digest()));
    }

    /**
     * A small payload from memory, or null when it isn't there (which says nothing): no lock, no I/O, may run on an
     * event loop.
     */
    public @Nullable HotObject hotPayload(TenantAccess access, ItemKey item, Representation representation) {
        return reads.hotPayload(access.key(item.kind(), item.digest()), representation);
    }

    /** Drops what is in memory, or is of one tenant. */
    public void forgetHot(@Nullable Tenant only) {
        hot.forgetAll(only);
    }

    private static void require(TenantAccess access, Right right) {
        if (access.right() != right) {
            throw new IllegalArgumentException("admitted to " + access.right() + ", not to " + right);
        }
    }

    private static void requirePayloadKind(Kind kind) {
        if (kind.isSurfaceManifest()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the kind surface.manifest is reserved for scan manifests, which have no payload");
        }
    }

    static void requireBatch(List<ItemKey> items) {
        if (items.size() > MAX_KEYS) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "more than " + MAX_KEYS + " keys", "ask in several calls");
        }
    }

    static SurfaceException notFound(String message) {
        return new SurfaceException(ErrorCode.NOT_FOUND, message);
    }
}
