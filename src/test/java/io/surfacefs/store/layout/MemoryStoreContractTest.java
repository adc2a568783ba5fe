package io.surfacefs.store.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.IndexEntry;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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

    @Test
    void somebodyElsesFilesInTheIndexAreNoPlacesToGoOnFrom() {
        byte[] payload = TestArtefacts.text(71, 100);
        TestArtefacts.put(store, payload);
        List<IndexEntry> all = store.index(TestArtefacts.ACME, "", 1_000).entries();
        assertEquals(2, all.size());
        for (String stray : List.of("!begin", "image/zzz/1", "image/zzz/2", "image/zzz/3", "scan/~", "zzz")) {
            blobs.putAllIfAbsent(List.of(new BlobStore.Put(
                    BlobKey.manifest("index/" + TestArtefacts.ACME + "/" + stray), BlobSource.Bytes.EMPTY)));
        }
        for (int limit = 1; limit < 10; limit++) {
            List<IndexEntry> found = new ArrayList<>();
            String after = "";
            while (after != null) {
                ArtefactStore.IndexPage page = store.index(TestArtefacts.ACME, after, limit);
                found.addAll(page.entries());
                after = page.next();
                assertTrue(after == null || IndexEntry.at(TestArtefacts.ACME, after) != null, after);
            }
            assertEquals(all, found);
        }
    }
}
