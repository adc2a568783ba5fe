package io.surfacefs.store.faults;

import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** On a good day the guard is not noticed. */
class GuardedStoreContractTest extends ArtefactStoreContract {
    private MemoryBlobStore blobs;
    private Faults faults;

    @Override
    protected ArtefactStore open() {
        blobs = new MemoryBlobStore(clock);
        faults = Faults.open(
                new FaultSettings(Duration.ofMinutes(1), 3, Duration.ofSeconds(5), 100),
                () -> {},
                () -> {},
                Events.NONE);
        return faults.store(layout(blobs));
    }

    private LayoutStore layout(BlobStore over) {
        LayoutSettings settings = new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(15), true);
        return new LayoutStore(over, TestArtefacts.CODEC, TestArtefacts.VERIFIER, settings, clock, Events.NONE);
    }

    @AfterEach
    void endTheGuard() {
        faults.close();
    }

    @Override
    protected StoreUpkeep upkeep() {
        return layout(faults.blobs(blobs)).upkeep();
    }

    @Override
    protected void damage(BlobKey name, double at) {
        blobs.damage(name, at);
    }
}
