package io.surfacefs.service;

import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything one can do with artefacts. Both network edges and the command line call this and decide nothing
 * themselves. Thread-safe; every method but {@link #hotManifest} and {@link #hotPayload} may block, so it runs on
 * virtual threads.
 */
public abstract class ArtefactService {
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
     */
    public record ListRequest(
            @Nullable Kind kind,
            @Nullable Digest image,
            @Nullable ScanId scan,
            int pageSize,
            String pageToken,
            long maxBytes) {}

    /** A page of manifests in key order; {@code nextPageToken} is null on the last one. */
    public record ListResult(
            List<Manifest> manifests, @Nullable String nextPageToken) {}

    /** One answer of a batch: the manifest, or why there is none. */
    public record BatchItem(
            ItemKey key,
            @Nullable Manifest manifest,
            @Nullable ErrorCode code) {}

    /** What a prefetch came to. */
    public record PrefetchResult(int present, int fetched, int missing) {}

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
    public abstract ReceivedPayload receive(TenantAccess access, Upload upload) throws IOException;

    /**
     * Puts an artefact, or a scan manifest where the kind is {@code surface.manifest}.
     *
     * @param payload what was received, or null when it must be stored already
     */
    public abstract PutResult put(TenantAccess access, PutRequest request, @Nullable ReceivedPayload payload);

    /**
     * Puts a payload alone. It is staged until a manifest comes.
     *
     * @return whether it was not stored before
     */
    public abstract boolean putPayload(TenantAccess access, Kind kind, Digest digest, ReceivedPayload payload);

    /**
     * The manifest of an artefact, or the scan manifest where the kind is {@code surface.manifest}; {@code NOT_FOUND}
     * when there is none.
     */
    public abstract Manifest manifest(TenantAccess access, ItemKey key);

    /** Opens a payload, {@code NOT_FOUND} when there is none. The handle must be closed. */
    public abstract PayloadHandle payload(TenantAccess access, ItemKey key);

    /** What is known of a payload without opening it, {@code NOT_FOUND} when there is none. */
    public abstract StoredPayload stat(TenantAccess access, ItemKey key);

    public abstract ListResult list(TenantAccess access, ListRequest request);

    /** Removes an artefact, where retention allows it: {@code NOT_FOUND}, else {@code RETENTION_FORBIDS}. */
    public abstract void delete(TenantAccess access, ItemKey key);

    /** Those of up to {@link #MAX_KEYS} keys that have no manifest, in their order. */
    public abstract List<ItemKey> findMissing(TenantAccess access, List<ItemKey> keys);

    /** Answers up to {@link #MAX_KEYS} keys one by one, in their order. */
    public abstract void batchGet(TenantAccess access, List<ItemKey> keys, Consumer<BatchItem> answer);

    /** Warms the local cache with up to {@link #MAX_KEYS} keys. */
    public abstract PrefetchResult prefetch(TenantAccess access, List<ItemKey> keys);

    /**
     * Resolves a {@code cas://} pointer.
     *
     * @throws SurfaceException {@code PERMISSION_DENIED} for another tenant's key, {@code INVALID_ARGUMENT} when it is
     *     no pointer
     */
    public abstract ObjectNames.Pointer resolve(TenantAccess access, String uri);

    /**
     * A manifest from memory, or null when it isn't there (which says nothing): no lock, no I/O, may run on an event
     * loop.
     */
    public abstract @Nullable HotObject hotManifest(TenantAccess access, ItemKey key);

    /**
     * A small payload from memory, or null when it isn't there (which says nothing): no lock, no I/O, may run on an
     * event loop.
     */
    public abstract @Nullable HotObject hotPayload(TenantAccess access, ItemKey key, Representation representation);
}
