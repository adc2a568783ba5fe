package io.surfacefs.store.layout;

import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;

/** The layout over objects that change one by one, as in S3. */
class MemoryStoreContractTest extends ArtefactStoreContract {
    private MemoryBlobStore blobs;
    private LayoutStore store;

    @Override
    protected ArtefactStore open() {
        blobs = new MemoryBlobStore(clock);
        store = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(15), true),
                clock,
                Events.NONE);
        return store;
    }

    @Override
    protected StoreUpkeep upkeep() {
        return store.upkeep();
    }

    @Override
    protected void damage(BlobKey name, double at) {
        blobs.damage(name, at);
    }
}
