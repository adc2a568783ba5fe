package io.surfacefs.service;

import io.surfacefs.codec.CodecPool;
import io.surfacefs.codec.PayloadReader;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.Trace;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How single artefacts are read: from memory, else from the store, held to their signatures, and counted. Who asks has
 * been admitted. Thread-safe.
 */
final class Reads {
    private final ArtefactStore store;
    private final HotTier hot;
    private final CodecPool pool;
    private final Events events;
    private final SignatureGate gate;

    Reads(ArtefactStore store, HotTier hot, CodecPool pool, Events events, SignatureGate gate) {
        this.store = store;
        this.hot = hot;
        this.pool = pool;
        this.events = events;
        this.gate = gate;
    }

    /** As {@link ArtefactService#manifest}. */
    Manifest manifest(ArtefactKey key) {
        return Timing.read(events, Events.Op.MANIFEST_GET, key, () -> {
            Manifest manifest = find(key);
            if (manifest == null) {
                throw ArtefactService.notFound("there is no such manifest");
            }
            return manifest;
        });
    }

    /** The manifest that is given of a key, or null. */
    @Nullable Manifest find(ArtefactKey key) {
        lookAtKeys();
        return Timing.spanned(Trace.begin(Trace.CACHE, key), () -> findIn(key));
    }

    private @Nullable Manifest findIn(ArtefactKey key) {
        Manifest known = hot.manifest(key);
        events.manifestLookup(Events.Tier.MEMORY, key.tenant(), known != null);
        Trace.answeredBy(known == null ? Events.Tier.STORE : Events.Tier.MEMORY); // a cache on disk has a later word
        if (known != null) {
            return known;
        }
        long epoch = hot.epoch(key);
        long asked = hot.now();
        Manifest stored = store.manifest(key);
        seen(key, stored, asked, epoch);
        return stored;
    }

    private void seen(ArtefactKey key, @Nullable Manifest stored, long asked, long epoch) {
        if (!store.tellsLookups()) {
            events.manifestLookup(Events.Tier.STORE, key.tenant(), stored != null);
        }
        if (stored != null) {
            gate.read(stored);
            hot.keep(stored, asked - store.age(key).toNanos(), epoch);
        }
    }

    /** Other keys that count make a new beginning: what is in memory was verified by those before. */
    void lookAtKeys() {
        gate.lookAtKeys(() -> hot.forgetAll(null));
    }

    /** As {@link ArtefactService#payload(io.surfacefs.access.TenantAccess, ItemKey, Representation)}. */
    PayloadHandle payload(ArtefactKey key, @Nullable Representation wanted) {
        return Timing.read(events, Events.Op.PAYLOAD_GET, key, () -> {
            long epoch = hot.epoch(key);
            ArtefactStore.Artefact found =
                    Timing.spanned(Trace.begin(Trace.CACHE, key), () -> open(key, wanted != null, epoch));
            ArtefactStore.OpenPayload open = found.payload();
            if (open == null) {
                throw ArtefactService.notFound("there is no such payload");
            }
            PayloadHandle handle = new PayloadHandle(key.digest(), open.facts(), open.bytes(), this::decode);
            return wanted != null && found.manifest() instanceof ArtefactManifest known
                    ? readSmall(known, handle, wanted, epoch)
                    : handle;
        });
    }

    private ArtefactStore.Artefact open(ArtefactKey key, boolean whole, long epoch) {
        if (key.isScanManifest()) {
            return new ArtefactStore.Artefact(null, null);
        }
        lookAtKeys();
        Manifest known = hot.manifest(key);
        Trace.answeredBy(known == null ? Events.Tier.STORE : Events.Tier.MEMORY);
        if (whole) {
            events.manifestLookup(Events.Tier.MEMORY, key.tenant(), known != null);
        }
        if (known instanceof ArtefactManifest manifest) {
            return new ArtefactStore.Artefact(manifest, store.payload(key, manifest.payload()));
        }
        if (gate.looks()) {
            return openVerified(key);
        }
        if (!whole) {
            return new ArtefactStore.Artefact(null, store.payload(key));
        }
        long asked = hot.now();
        ArtefactStore.Artefact found = store.artefact(key);
        seen(key, found.manifest(), asked, epoch);
        return found;
    }

    /** The manifest first, which says whose the payload is. */
    private ArtefactStore.Artefact openVerified(ArtefactKey key) {
        if (find(key) instanceof ArtefactManifest manifest) {
            return new ArtefactStore.Artefact(manifest, store.payload(key, manifest.payload()));
        }
        if (!gate.isOpen() && store.facts(key) != null) {
            throw gate.staged();
        }
        return new ArtefactStore.Artefact(null, gate.isOpen() ? store.payload(key) : null);
    }

    private PayloadBlocks decode(StoredBytes stored, StoredPayload facts, ByteRange range) throws IOException {
        return new DecodedBlocks(PayloadReader.open(pool, stored, facts, range));
    }

    /** Reads a small payload at once, keeps it in memory too, and gives a handle that has its bytes. */
    private PayloadHandle readSmall(
            ArtefactManifest manifest, PayloadHandle handle, Representation wanted, long epoch) {
        boolean given = false;
        try {
            StoredPayload facts = handle.facts();
            long size = wanted == Representation.ZSTD ? facts.storedSize() : facts.rawSize();
            PayloadHandle result = handle;
            if (size <= HotTier.MAX_PAYLOAD) {
                byte[] bytes = wanted == Representation.ZSTD ? handle.allStored() : handle.allRaw();
                if (facts.equals(manifest.payload())) {
                    hot.keep(manifest, wanted, bytes, epoch);
                }
                result = handle.withAll(bytes);
            }
            given = true;
            return result;
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        } finally {
            if (!given) {
                handle.close();
            }
        }
    }

    /** As {@link ArtefactService#stat}. */
    StoredPayload stat(ArtefactKey key) {
        StoredPayload facts = key.isScanManifest() ? null : store.facts(key);
        if (facts == null) {
            throw ArtefactService.notFound("there is no such payload");
        }
        if (gate.looks()) {
            // Of a staged one this much is told: whoever brings its manifest has to know.
            find(key);
        }
        return facts;
    }

    /** As {@link ArtefactService#hotManifest}. */
    @Nullable HotObject hotManifest(ArtefactKey key) {
        long begun = System.nanoTime();
        return toldHot(Events.Op.MANIFEST_GET, key, gate.isFresh() ? hot.manifestObject(key) : null, begun);
    }

    /** As {@link ArtefactService#hotPayload}. */
    @Nullable HotObject hotPayload(ArtefactKey key, Representation representation) {
        long begun = System.nanoTime();
        return toldHot(Events.Op.PAYLOAD_GET, key, gate.isFresh() ? hot.payload(key, representation) : null, begun);
    }

    /** What isn't here is told by whoever looks further. */
    private @Nullable HotObject toldHot(Events.Op op, ArtefactKey key, @Nullable HotObject found, long begun) {
        if (found != null) {
            events.manifestLookup(Events.Tier.MEMORY, key.tenant(), true);
            events.timed(op, key.tenant(), Timing.OK, System.nanoTime() - begun);
            Trace.hot(key, begun);
        }
        return found;
    }
}
