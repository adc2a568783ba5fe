package io.surfacefs.cache;

import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** A cache in front of a store is a store. */
class CachingStoreContractTest extends ArtefactStoreContract {
    private static final List<CacheRig> RIGS = new ArrayList<>();

    private MemoryBlobStore blobs;
    private LayoutStore store;
    private CacheEngine engine;
    private CachingStore caching;

    @Override
    protected ArtefactStore open() throws Exception {
        CacheRig rig = new CacheRig();
        RIGS.add(rig);
        blobs = new MemoryBlobStore(clock);
        store = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(15), true),
                clock,
                Events.NONE);
        engine = rig.open(CacheSettings.of(64L * CacheRig.KIB * CacheRig.KIB));
        caching = new CachingStore(store, engine, TestArtefacts.CODEC, CacheRig.POLICY);
        return caching;
    }

    @AfterAll
    static void removeFolders() throws IOException {
        for (CacheRig rig : RIGS) {
            rig.remove();
        }
    }

    @Override
    protected StoreUpkeep upkeep() {
        return store.upkeep();
    }

    @Override
    protected void damage(BlobKey name, double at) throws Exception {
        blobs.damage(name, at);
        // What the cache has is still whole and would be given: it is the store that is looked at here.
        while (!caching.idle()) {
            Thread.onSpinWait();
        }
        engine.evictAll(null);
    }
}
