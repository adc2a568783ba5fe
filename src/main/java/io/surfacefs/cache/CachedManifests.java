package io.surfacefs.cache;

import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.HeapBytes;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.Trace;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Manifests in the cache: each counts for its age, then the store is asked again; in an outage, and only then, an older
 * one is given. Thread-safe.
 */
final class CachedManifests {
    /** A manifest that is here. */
    private record Here(Manifest manifest, int fresh) {}

    private static final byte[] NOTHING = new byte[0];

    private final CacheEngine engine;
    private final ManifestCodec codec;
    private final CachePolicy policy;
    private final Events events;
    private final Flights<Answer> flights;

    CachedManifests(
            CacheEngine engine,
            ManifestCodec codec,
            CachePolicy policy,
            Events events,
            Executor executor,
            Executor keeping) {
        this.events = events;
        this.engine = engine;
        this.codec = codec;
        this.policy = policy;
        this.flights = new Flights<>(executor, keeping, engine.settings().openWait(), engine::nanos);
    }

    /**
     * The manifest of that name, from here or from the store; null when there is none.
     *
     * @param store asks the store
     */
    @Nullable Manifest get(CacheName name, Supplier<? extends @Nullable Manifest> store) {
        return get(name, store, () -> Answer.of(store.get())).manifest();
    }

    /**
     * As the other, with the payload where it comes too.
     *
     * @param store asks the store for a manifest of which an older one is here
     * @param both asks it for one of which nothing is known here
     */
    Answer get(CacheName name, Supplier<? extends @Nullable Manifest> store, Supplier<Answer> both) {
        Here here = read(name);
        if (here != null && engine.within(here.fresh(), policy.maxAge())) {
            tell(name, true);
            Trace.answeredBy(Events.Tier.DISK);
            return Answer.of(here.manifest());
        }
        tell(name, false);
        if (here == null && engine.isAbsent(name)) {
            Trace.answeredBy(Events.Tier.DISK);
            return Answer.of(null);
        }
        long epoch = engine.epoch(name);
        int tick = engine.tick();
        try {
            return flights.ask(
                    name,
                    here == null ? () -> comeMeanwhile(name, both) : () -> Answer.of(store.get()),
                    answer -> keep(name, here, answer, epoch, tick));
        } catch (SurfaceException e) {
            if (here != null && isOutage(e)) {
                return Answer.of(here.manifest());
            }
            throw e;
        }
    }

    /** Of artefacts' and scans' manifests by their digest, not of the pointers from scans to them. */
    private void tell(CacheName name, boolean fresh) {
        if (name.group() == CacheName.Group.MANIFEST) {
            events.manifestLookup(Events.Tier.DISK, name.tenant(), fresh);
        }
    }

    /** What another's question brought, after it was looked for here; else what the store says. */
    private Answer comeMeanwhile(CacheName name, Supplier<Answer> store) {
        Here here = read(name);
        return here != null && engine.within(here.fresh(), policy.maxAge())
                ? Answer.here(here.manifest())
                : store.get();
    }

    /** Whether a failure says nothing of the object, only that the store can't be asked. */
    static boolean isOutage(SurfaceException e) {
        return e.code() == ErrorCode.STORE_UNAVAILABLE || e.code() == ErrorCode.STORE_TIMEOUT;
    }

    private void keep(CacheName name, @Nullable Here before, Answer answer, long epoch, int tick) {
        if (answer.isHere()) {
            return;
        }
        try (answer) {
            keepPayload(name, answer, epoch, tick);
            keepManifest(name, before, answer.manifest(), epoch, tick);
        }
    }

    /** The payload first: who finds the manifest here looks for it. */
    private void keepPayload(CacheName manifestName, Answer answer, long epoch, int tick) {
        StoredBytes bytes = answer.small();
        if (bytes == null || !(answer.manifest() instanceof ArtefactManifest manifest)) {
            return;
        }
        Digest digest = manifest.payload().storedDigest();
        CacheName name = CacheName.payload(manifest.key(), digest);
        long payloadEpoch = engine.epoch(name);
        if (engine.epoch(manifestName) == epoch && !engine.isHere(name)) {
            engine.put(name, new Source(bytes, digest, policy.expires(manifest), new byte[0]), payloadEpoch, tick);
        }
    }

    private void keepManifest(
            CacheName name, @Nullable Here before, @Nullable Manifest manifest, long epoch, int tick) {
        if (manifest == null) {
            long now = epoch;
            if (before != null) {
                // Whoever withdrew it besides us did so for something newer than this answer.
                now = withdraw(name) == epoch + 1 ? epoch + 1 : epoch;
                forgetPayload(before.manifest());
            }
            engine.rememberAbsent(name, now);
        } else if (before != null && before.manifest().equals(manifest)) {
            engine.fresh(name, tick);
        } else {
            put(name, manifest, epoch, tick);
        }
    }

    void put(CacheName name, Manifest manifest, long epoch, int tick) {
        byte[] bytes = manifest.canonical();
        byte[] beside =
                manifest instanceof ScanManifest scan && scan.signatures() != null ? scan.signatures() : NOTHING;
        Source source = new Source(new HeapBytes(bytes), Hashes.sha256(bytes), policy.expires(manifest), beside);
        engine.put(name, source, epoch, tick);
    }

    long withdraw(CacheName name) {
        flights.forget(name);
        return engine.withdraw(name);
    }

    void forgetPayload(Manifest manifest) {
        if (manifest instanceof ArtefactManifest artefact) {
            engine.withdraw(CacheName.payload(artefact.key(), artefact.payload().storedDigest()));
        }
    }

    /** What is here, however old; null when nothing is. */
    @Nullable Manifest peek(CacheName name) {
        Here here = read(name);
        return here == null ? null : here.manifest();
    }

    /** Whether no manifest is being asked for, nor being kept. */
    boolean idle() {
        return flights.idle();
    }

    private @Nullable Here read(CacheName name) {
        try (CachedObject object = engine.lookup(name)) {
            if (object == null) {
                return null;
            }
            return new Here(parse(name, HeapBytes.all(object.bytes()), object.meta()), object.fresh());
        } catch (IOException | SurfaceException e) {
            // Not to be read, or of a version that said something else: as good as not here.
            return null;
        }
    }

    private Manifest parse(CacheName name, byte[] bytes, byte[] beside) {
        Kind kind = new Kind(name.kind());
        ArtefactKey key = new ArtefactKey(
                name.tenant(),
                kind,
                name.group() == CacheName.Group.SCAN ? Hashes.sha256(bytes) : new Digest(name.id()));
        if (!kind.isSurfaceManifest()) {
            return codec.readArtefact(bytes, key);
        }
        ScanManifest scan = codec.readScan(bytes, key);
        if (name.group() == CacheName.Group.SCAN && !scan.scanId().value().equals(name.id())) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the manifest of another scan");
        }
        return beside.length == 0 ? scan : scan.withSignatures(beside);
    }
}
