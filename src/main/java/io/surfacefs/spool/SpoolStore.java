package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Write-behind in front of a store. A put is acknowledged once it is safe on this node's disk, and delivered later;
 * until then it is read from here. What was known of its key before comes first: then the put only adds to that.
 * Deletes go to the store at once, behind what waits of their key. Thread-safe; closing it delivers what it can and
 * closes the store.
 */
public final class SpoolStore implements ArtefactStore {
    private static final int TRIES = 10;

    private final ArtefactStore store;
    private final Spool spool;
    private final Known known;
    private final SpoolReads reads;
    private final SpoolPages pages;

    /** Puts an open spool in front of a store; both are closed with this. */
    public SpoolStore(ArtefactStore store, Spool spool, Known known) {
        this.store = store;
        this.spool = spool;
        this.known = known;
        this.reads = new SpoolReads(store, spool.pending(), spool.reader(), spool.codec());
        this.pages = new SpoolPages(store, spool.pending(), reads);
        spool.deliverTo(store);
    }

    @Override
    public Duration age(ArtefactKey key) {
        boolean waits = spool.pending().of(SpoolKey.of(key)).stream().anyMatch(e -> e.manifest);
        return waits ? Duration.ZERO : store.age(key);
    }

    @Override
    public boolean tellsLookups() {
        return store.tellsLookups();
    }

    @Override
    public boolean stage(ArtefactKey key, Received payload) {
        SpoolKey name = SpoolKey.of(key);
        // What waits with its payload is as safe as this would be.
        if (spool.pending().of(name).stream().anyMatch(e -> e.hasPayload() && reads.isWhole(e))) {
            return false;
        }
        boolean had = known.payload(key);
        put(name, false, () -> Intake.Content.of(Head.Op.STAGE, payload));
        return !had && spool.pending().of(name).stream().noneMatch(e -> e.manifest);
    }

    private boolean put(SpoolKey key, boolean manifest, Supplier<Intake.Content> content) {
        try {
            boolean first = spool.intake().put(key, manifest, content);
            spool.delivery().pruneIfFree(key);
            return first;
        } catch (IOException e) {
            throw DiskFaults.of("spool", e);
        }
    }

    @Override
    public Committed<ArtefactManifest> commit(
            ArtefactKey key, @Nullable Received payload, Maker manifest, Index index) {
        for (int i = 0; ; i++) {
            try {
                return commitOnce(key, payload, manifest, index);
            } catch (NoSuchFileException e) {
                // The payload that lay here is in the store by now, so it is looked for anew.
                if (i == TRIES || payload != null) {
                    throw DiskFaults.of("spool", e);
                }
            } catch (IOException e) {
                throw DiskFaults.of("spool", e);
            }
        }
    }

    private Committed<ArtefactManifest> commitOnce(ArtefactKey key, @Nullable Received payload, Maker fill, Index index)
            throws IOException {
        SpoolKey name = SpoolKey.of(key);
        Received content = payload == null ? reads.received(name) : payload;
        StoredPayload facts = content == null ? store.facts(key) : content.facts();
        if (facts == null) {
            throw new SurfaceException(
                    ErrorCode.PAYLOAD_MISSING,
                    "the payload is neither stored nor sent",
                    "send the payload first, or with the manifest");
        }
        ArtefactManifest made = fill.make(facts);
        if (reads.addsNothing(name, made, index)) {
            ArtefactManifest here = reads.here(key);
            if (here != null) {
                return new Committed<>(here, false);
            }
        }
        Manifest[] before = {null};
        boolean created = spool.intake().put(name, true, () -> {
            before[0] = known.manifest(key);
            if (before[0] instanceof ArtefactManifest stored) {
                fill.found(stored);
            }
            return new Intake.Content(Head.Op.COMMIT, content, made, index, before[0] != null);
        });
        spool.delivery().pruneIfFree(name);
        return created
                ? new Committed<>(made, true)
                : new Committed<>(reads.shown(key, (ArtefactManifest) before[0], made), false);
    }

    @Override
    public Committed<ScanManifest> putScan(ScanManifest manifest) {
        SpoolKey name = SpoolKey.of(manifest.key());
        if (spool.pending().of(name).stream()
                .anyMatch(e -> e.manifest && bringsNothing(manifest, e) && reads.isWhole(e))) {
            return new Committed<>(manifest, false); // the same bytes wait already
        }
        boolean created = put(name, true, () -> Intake.Content.of(manifest, known.manifest(manifest.key()) != null));
        return new Committed<>(manifest, created);
    }

    private static boolean bringsNothing(ScanManifest manifest, Entry waiting) {
        return manifest.signatures() == null || waiting.head().signatures() != null;
    }

    @Override
    public @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan) {
        return reads.currentScan(tenant, scan);
    }

    @Override
    public @Nullable ScanManifest currentScanBeforePut(Tenant tenant, ScanId scan) {
        return reads.currentScanBeforePut(tenant, scan);
    }

    @Override
    public @Nullable Manifest manifest(ArtefactKey key) {
        return reads.manifest(key);
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key) {
        return reads.payload(key, () -> store.payload(key));
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key, StoredPayload facts) {
        return reads.payload(key, () -> store.payload(key, facts));
    }

    /** What waits is looked at first; where nothing does, the store may be asked for both at a time. */
    @Override
    public Artefact artefact(ArtefactKey key) {
        return spool.pending().of(SpoolKey.of(key)).isEmpty() ? store.artefact(key) : ArtefactStore.super.artefact(key);
    }

    @Override
    public @Nullable StoredPayload facts(ArtefactKey key) {
        return reads.facts(key);
    }

    @Override
    public byte @Nullable [] secret() {
        return store.secret();
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
        List<ArtefactKey> unsure = new ArrayList<>();
        for (ArtefactKey key : keys) {
            if (spool.pending().of(SpoolKey.of(key)).stream().noneMatch(e -> e.manifest)) {
                unsure.add(key);
            }
        }
        if (unsure.isEmpty()) {
            return unsure;
        }
        Set<ArtefactKey> missing = new HashSet<>(store.missing(unsure));
        return unsure.stream().filter(missing::contains).toList();
    }

    /** What waits of the key is delivered first; when the store doesn't take it, nothing is deleted. */
    @Override
    public boolean delete(ArtefactKey key) {
        return spool.behind(SpoolKey.of(key), () -> store.delete(key));
    }

    @Override
    public @Nullable OpenEntry cacheEntry(CacheKey key) {
        return reads.cacheEntry(key);
    }

    @Override
    public void putCacheEntry(CacheKey key, Received value) {
        put(SpoolKey.of(key), false, () -> Intake.Content.of(Head.Op.CACHE, value));
    }

    /** Puts it now: that it has waited elsewhere already is not known of those that wait here. */
    @Override
    public boolean putCacheEntryLate(CacheKey key, Received value, Instant put) {
        putCacheEntry(key, value);
        return true;
    }

    @Override
    public boolean deleteCacheEntry(CacheKey key) {
        return spool.behind(SpoolKey.of(key), () -> store.deleteCacheEntry(key));
    }

    @Override
    public void close() {
        try {
            spool.close();
        } catch (IOException e) {
            throw DiskFaults.of("close the spool", Objects.requireNonNull(e));
        } finally {
            store.close();
        }
    }
}
