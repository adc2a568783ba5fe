package io.surfacefs.store.fs;

import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/**
 * The layout over a folder that this process owns, both buckets being one with a prefix: the case that mixes names
 * most.
 */
class FolderStoreContractTest extends ArtefactStoreContract {
    @TempDir
    Path folder;

    private LayoutStore store;

    @Override
    protected ArtefactStore open() {
        FolderBlobStore blobs = FolderStore.open(
                new FolderStore.Place(folder.resolve("store"), "one-bucket", "one-bucket", "some/prefix"),
                new RealDisk(4),
                FolderStore.Hold.OWNER,
                (key, bytes) -> false);
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
    protected void damage(BlobKey name, double at) throws IOException {
        Path file = folder.resolve("store/one-bucket/some/prefix").resolve(name.name());
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) (bytes.length * at)] ^= 1;
        Path other = Files.write(folder.resolve("damaged"), bytes);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
