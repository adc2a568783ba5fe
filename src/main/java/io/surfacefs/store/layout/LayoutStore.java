package io.surfacefs.store.layout;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreUpkeep;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Artefacts in a blob store: the names, the order of writes, the index and the drop markers, the same for a folder and
 * for S3. Holds no lock of its own; every step is one call to the blob store, and what may interleave between them is
 * withstood by their order. Thread-safe.
 */
public final class LayoutStore implements ArtefactStore {
    private final BlobStore blobs;
    private final StoredVerifier verifier;
    private final LayoutSettings settings;
    private final Clock clock;
    private final Events events;
    private final Quotas quotas;
    private final Manifests manifests;
    private final Payloads payloads;
    private final Markers markers;
    private final Puts puts;
    private final Pages pages;
    private final Scans scans;
    private final CacheEntries cacheEntries;
    private final Absent absent;
    private final Maintenance maintenance;
    private final boolean remote;

    /**
     * Opens the layout; writes {@code format.json} where it is missing.
     *
     * @throws io.surfacefs.model.SurfaceException {@code STORE_UNAVAILABLE} when the store has a newer format
     */
    public LayoutStore(
            BlobStore blobs,
            ManifestCodec codec,
            StoredVerifier verifier,
            LayoutSettings settings,
            Clock clock,
            Events events) {
        this(blobs, codec, verifier, settings, clock, events, new Markers(blobs, clock, settings));
        check();
    }

    /** As the constructor, but asks the store nothing yet: {@link #check} must have returned before it is used. */
    public static LayoutStore unchecked(
            BlobStore blobs,
            ManifestCodec codec,
            StoredVerifier verifier,
            LayoutSettings settings,
            Clock clock,
            Events events) {
        return new LayoutStore(blobs, codec, verifier, settings, clock, events, new Markers(blobs, clock, settings));
    }

    /**
     * Looks at the format; writes {@code format.json} where it is missing.
     *
     * @throws io.surfacefs.model.SurfaceException {@code STORE_UNAVAILABLE} when the store has a newer format
     */
    public void check() {
        Format.check(blobs);
    }

    LayoutStore(
            BlobStore blobs,
            ManifestCodec codec,
            StoredVerifier verifier,
            LayoutSettings settings,
            Clock clock,
            Events events,
            Markers markers) {
        this.blobs = blobs;
        this.verifier = verifier;
        this.settings = settings;
        this.clock = clock;
        this.events = events;
        this.quotas = new Quotas(blobs, settings.quotas(), events);
        this.manifests = new Manifests(blobs, codec);
        this.payloads = new Payloads(blobs, verifier, settings, events);
        this.markers = markers;
        this.puts = new Puts(blobs, manifests, payloads, markers, quotas, settings, clock, events);
        this.pages = new Pages(blobs, manifests, settings.timeout().dividedBy(2), events);
        this.scans = new Scans(blobs, manifests);
        this.cacheEntries = new CacheEntries(blobs, verifier, quotas);
        this.remote = settings.remote();
        this.absent = new Absent(manifests, remote);
        this.maintenance = new Maintenance(blobs, manifests, payloads, markers, quotas, settings, clock);
    }

    @Override
    public boolean stage(ArtefactKey key, Received payload) {
        return puts.stage(key, payload);
    }

    @Override
    public Committed<ArtefactManifest> commit(
            ArtefactKey key, @Nullable Received payload, Maker manifest, Index index) {
        return puts.commit(key, payload, manifest, index);
    }

    @Override
    public Committed<ScanManifest> putScan(ScanManifest manifest) {
        return scans.put(manifest);
    }

    @Override
    public @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan) {
        return scans.current(tenant, scan);
    }

    @Override
    public @Nullable Manifest manifest(ArtefactKey key) {
        return manifests.readSigned(key);
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key) {
        StoredPayload facts = facts(key);
        return facts == null ? null : payloads.open(key, facts);
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key, StoredPayload known) {
        OpenPayload open = payloads.openSound(key, known);
        return open == null ? payload(key) : open;
    }

    @Override
    public Artefact artefact(ArtefactKey key) {
        if (!remote || key.isScanManifest()) {
            return ArtefactStore.super.artefact(key);
        }
        try (Ahead ahead = payloads.ahead(key)) {
            ArtefactManifest manifest = manifests.readArtefact(key);
            BlobStore.Opened opened = ahead.take();
            if (opened == null) {
                // A payload that came in between is found by its manifest, or was not there yet.
                return new Artefact(manifest, manifest == null ? null : payload(key, manifest.payload()));
            }
            StoredPayload facts = manifest == null ? stagedOrClose(key, opened) : manifest.payload();
            OpenPayload sound = facts == null ? null : payloads.sound(key, facts, opened);
            return new Artefact(manifest, sound == null && facts != null ? payload(key) : sound);
        }
    }

    private @Nullable StoredPayload stagedOrClose(ArtefactKey key, BlobStore.Opened opened) {
        StoredPayload facts = null;
        try {
            facts = staged(key);
            return facts;
        } finally {
            if (facts == null) {
                opened.bytes().close();
            }
        }
    }

    @Override
    public @Nullable StoredPayload facts(ArtefactKey key) {
        ArtefactManifest manifest = manifests.readArtefact(key);
        if (manifest != null) {
            return manifest.payload();
        }
        StoredPayload staged = staged(key);
        return staged == null || !payloads.exists(key) ? null : staged;
    }

    /** What the marker of a staged payload tells; null when there is none. */
    private @Nullable StoredPayload staged(ArtefactKey key) {
        Markers.Seen marker = markers.read(key);
        return marker == null || marker.marker().state() != Marker.State.STAGED
                ? null
                : marker.marker().payload();
    }

    @Override
    public byte @Nullable [] secret() {
        return Secret.of(blobs);
    }

    @Override
    public Page page(Query query) {
        return pages.page(query);
    }

    @Override
    public IndexPage index(Tenant tenant, String after, int limit) {
        return pages.index(tenant, after, limit);
    }

    @Override
    public List<ArtefactKey> missing(Collection<ArtefactKey> keys) {
        return absent.of(keys);
    }

    @Override
    public boolean delete(ArtefactKey key) {
        if (!manifests.exists(key)) {
            return false;
        }
        blobs.requireDeletes();
        if (key.isScanManifest()) {
            return manifests.deleteScan(key);
        }
        // The marker first: a crash between the two leaves a marker that the sweep finds to have a manifest.
        markers.markDeleted(key);
        return blobs.delete(Manifests.name(key), null);
    }

    @Override
    public @Nullable OpenEntry cacheEntry(CacheKey key) {
        return cacheEntries.open(key);
    }

    @Override
    public void putCacheEntry(CacheKey key, Received value) {
        cacheEntries.put(key, value);
    }

    @Override
    public boolean putCacheEntryLate(CacheKey key, Received value, Instant put) {
        return cacheEntries.putUnlessNewer(key, value, put);
    }

    @Override
    public boolean deleteCacheEntry(CacheKey key) {
        return cacheEntries.delete(key);
    }

    /** The operator's work on the whole store. */
    public StoreUpkeep upkeep() {
        return maintenance;
    }

    /** As {@link #upkeep()}, through another view of the same objects. */
    public StoreUpkeep upkeep(BlobStore through) {
        return new Maintenance(
                through,
                new Manifests(through, manifests.codec()),
                new Payloads(through, verifier, settings, events),
                new Markers(through, clock, settings),
                quotas,
                settings,
                clock);
    }

    @Override
    public void close() {
        try {
            quotas.settle();
        } catch (SurfaceException e) {
            return; // a count finds what this process took ahead
        } finally {
            blobs.close();
        }
    }
}
