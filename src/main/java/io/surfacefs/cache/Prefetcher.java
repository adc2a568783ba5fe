package io.surfacefs.cache;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Manifest;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.Prefetch;
import io.surfacefs.store.Spread;
import java.io.IOException;
import java.util.List;

/** Brings artefacts into the local cache, some at a time. Thread-safe. */
final class Prefetcher implements Prefetch {
    private final CachingStore store;
    private final CacheEngine engine;
    private final Spread fetches;

    Prefetcher(CachingStore store, CacheEngine engine, int atATime) {
        this.store = store;
        this.engine = engine;
        this.fetches = new Spread(atATime);
    }

    @Override
    public List<Result> prefetch(List<ArtefactKey> keys) {
        return fetches.over(keys, this::bring);
    }

    private Result bring(ArtefactKey key) {
        boolean known = isHere(CacheName.manifest(key));
        Manifest manifest = store.manifest(key);
        if (manifest == null) {
            return Result.MISSING;
        }
        if (!(manifest instanceof ArtefactManifest artefact)) {
            return known ? Result.PRESENT : Result.FETCHED;
        }
        CacheName payload = CacheName.payload(key, artefact.payload().storedDigest());
        if (isHere(payload)) {
            return Result.PRESENT;
        }
        try (ArtefactStore.OpenPayload open = store.payload(key)) {
            if (open == null) {
                return Result.MISSING;
            }
            readLastByte(open);
            engine.awaitKept(payload);
            return Result.FETCHED;
        } catch (IOException e) {
            throw DiskFaults.of("prefetch", e);
        }
    }

    private boolean isHere(CacheName name) {
        try (CachedObject here = engine.lookup(name)) {
            return here != null;
        }
    }

    /** It comes when all of them have come. */
    private static void readLastByte(ArtefactStore.OpenPayload open) throws IOException {
        long size = open.bytes().size();
        if (size > 0) {
            open.bytes().read(size - 1, new byte[1], 0, 1);
        }
    }
}
