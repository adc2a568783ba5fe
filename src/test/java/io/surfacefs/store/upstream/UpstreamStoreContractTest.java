package io.surfacefs.store.upstream;

import io.surfacefs.grpc.InJvmServer;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.fs.FolderBlobStore;
import io.surfacefs.store.fs.FolderStore;
import io.surfacefs.store.fs.RealDisk;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract through a chain: the store, the gRPC edge and the services of another Surface.FS, a folder. */
class UpstreamStoreContractTest extends ArtefactStoreContract {
    static final UpstreamSettings.Limits PATIENT =
            new UpstreamSettings.Limits(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30));

    @TempDir
    Path folder;

    private LayoutStore behind;
    private InJvmServer upstream;

    static ArtefactStore open(InJvmServer upstream) {
        return new UpstreamStore(
                new UpstreamSettings(upstream.endpoint(), null, null, null, true, PATIENT),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                Events.NONE);
    }

    @Override
    protected ArtefactStore open() throws IOException {
        FolderBlobStore blobs = FolderStore.open(
                new FolderStore.Place(folder.resolve("store"), "cache", "manifests", ""),
                new RealDisk(4),
                FolderStore.Hold.OWNER,
                (key, bytes) -> false);
        behind = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(15), true),
                clock,
                Events.NONE);
        upstream = InJvmServer.start(behind, Files.createDirectory(folder.resolve("intake")), clock);
        return open(upstream);
    }

    @Override
    protected ArtefactStore innermost() {
        return behind;
    }

    @AfterEach
    void closeUpstream() {
        upstream.close();
        behind.close();
    }

    @Override
    protected StoreUpkeep upkeep() {
        return behind.upkeep();
    }

    @Override
    protected void damage(BlobKey name, double at) throws IOException {
        String bucket = name.bucket() == BlobKey.Bucket.CACHE ? "cache" : "manifests";
        Path file = folder.resolve("store").resolve(bucket).resolve(name.name());
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) (bytes.length * at)] ^= 1;
        Path other = Files.write(folder.resolve("damaged"), bytes);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
