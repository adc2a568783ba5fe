package io.surfacefs.app;

import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.fs.FolderBlobStore;
import io.surfacefs.store.fs.FolderStore;
import io.surfacefs.store.fs.InstanceFolder;
import io.surfacefs.store.s3.S3BlobStore;
import io.surfacefs.store.s3.S3Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The objects that the configuration names, opened.
 *
 * @param intake where uploads land
 * @param owner whether this process may delete and sweep
 * @param remote whether other replicas may work on the same objects, over a network
 * @param probe a look at whether they can be used
 * @param also closed with this, behind the objects, which the layout over them closes
 */
record OpenedStore(BlobStore blobs, Path intake, boolean owner, boolean remote, StoreProbe probe, AutoCloseable also)
        implements AutoCloseable {
    private static final BlobKey FORMAT = BlobKey.manifest("format.json");

    static OpenedStore folder(SurfaceConfig config, Disk disk, FolderStore.Hold hold, SoundObjects sound) {
        FolderBlobStore folder = FolderStore.open(
                new FolderStore.Place(
                        config.storeRoot(),
                        config.get(Settings.BUCKET_NAME),
                        config.get(Settings.MANIFEST_BUCKET_NAME),
                        config.get(Settings.STORE_PREFIX)),
                disk,
                hold,
                sound::isSound);
        return new OpenedStore(
                folder,
                config.find(Settings.INTAKE_ROOT).orElse(folder.temporary()),
                folder.owner(),
                false,
                folder::probe,
                () -> {});
    }

    static OpenedStore s3(SurfaceConfig config, Disk disk) {
        S3BlobStore buckets = S3BlobStore.open(settings(config));
        boolean opened = false;
        try {
            InstanceFolder intake = InstanceFolder.openAlone(disk, config.intakeRoot());
            opened = true;
            return new OpenedStore(buckets, intake.path(), true, true, buckets::probe, intake);
        } finally {
            if (!opened) {
                buckets.close();
            }
        }
    }

    private static S3Settings settings(SurfaceConfig config) {
        return new S3Settings(
                config.find(Settings.STORE_ENDPOINT).orElse(null),
                config.get(Settings.STORE_REGION),
                config.find(Settings.PATH_STYLE)
                        .orElse(config.find(Settings.STORE_ENDPOINT).isPresent()),
                config.get(Settings.BUCKET_NAME),
                config.get(Settings.MANIFEST_BUCKET_NAME),
                config.get(Settings.STORE_PREFIX),
                config.find(Settings.CA_FILE).orElse(null),
                config.find(Settings.SECRETS_DIR).orElse(null),
                new S3Settings.Limits(
                        config.get(Settings.CONNECT_TIMEOUT),
                        config.get(Settings.ATTEMPT_TIMEOUT),
                        config.get(Settings.STORE_TIMEOUT)));
    }

    /**
     * Looks for what must be there before the layout is; makes missing buckets where it may.
     *
     * @throws StoreFault when the store can't be asked, or a bucket is missing
     */
    void checkBuckets(SurfaceConfig config) {
        List<String> missing = blobs instanceof S3BlobStore buckets
                ? buckets.missingBuckets(config.get(Settings.CREATE_BUCKETS))
                : List.of();
        if (!missing.isEmpty()) {
            throw new StoreFault(
                    StoreFault.Reason.NO_BUCKET,
                    "create " + String.join(" and ", missing)
                            + ", name others by surface.store.bucket and surface.store.manifest-bucket, or set"
                            + " surface.store.create-buckets=true",
                    null);
        }
    }

    /**
     * Makes sure that the store heeds conditions, once the layout is in it.
     *
     * @throws StoreFault when it doesn't: replicas would overwrite each other's objects
     */
    void checkConditions() {
        if (blobs instanceof S3BlobStore buckets && !buckets.keepsConditions(FORMAT)) {
            throw new StoreFault(
                    StoreFault.Reason.REFUSED,
                    "the store takes no notice of If-None-Match and If-Match on PUT; use one that does",
                    null);
        }
    }

    @Override
    public void close() {
        try {
            also.close();
        } catch (IOException e) {
            return; // the next start clears it
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
