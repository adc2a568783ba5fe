package io.surfacefs.app;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.faults.FaultSettings;
import io.surfacefs.store.faults.Faults;
import io.surfacefs.store.fs.FolderBlobStore;
import io.surfacefs.store.fs.FolderStore;
import io.surfacefs.store.fs.InstanceFolder;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import io.surfacefs.store.s3.S3BlobStore;
import io.surfacefs.store.s3.S3Settings;
import io.surfacefs.store.upstream.UpstreamSettings;
import io.surfacefs.store.upstream.UpstreamStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * The store that the configuration names, opened; one that is far away stands behind its guard.
 *
 * @param store closed by whoever stands in front of it
 * @param upkeep the operator's work on it
 * @param sweeps whether this process is to sweep it
 * @param intake where uploads land
 * @param owner whether this process may delete
 * @param probe a look at whether it can be used
 * @param contact the first look at one that is far away, which was not asked yet; null for a folder
 * @param also closed with this, behind the store
 */
record OpenedStore(
        ArtefactStore store,
        StoreUpkeep upkeep,
        boolean sweeps,
        Path intake,
        boolean owner,
        StoreProbe probe,
        @Nullable Contact contact,
        AutoCloseable also)
        implements AutoCloseable {
    private static final BlobKey FORMAT = BlobKey.manifest("format.json");

    /**
     * The first look at a store that is far away; the first call makes it, if nobody did before.
     *
     * @param make throws when the store is away, or is not one to be used
     * @param heard open once it has answered anything
     */
    record Contact(Runnable make, CountDownLatch heard) {}

    /** What a store is made of. */
    record Parts(
            SurfaceConfig config, Disk disk, ManifestCodec codec, StoredVerifier verifier, Clock clock, Events events) {
        private LayoutStore layout(BlobStore blobs, boolean remote) {
            return LayoutStore.unchecked(
                    blobs,
                    codec,
                    verifier,
                    new LayoutSettings(
                            config.get(Settings.STORE_GRACE),
                            config.get(Settings.STAGED_TTL),
                            config.get(Settings.STORE_TIMEOUT),
                            config.get(Settings.STORE_VERIFY) != Settings.Verify.OFF,
                            remote,
                            config.members(Settings.TENANT_QUOTA)),
                    clock,
                    events);
        }

        private Faults faults(Runnable firstContact, StoreProbe look) {
            return Faults.open(
                    new FaultSettings(
                            config.get(Settings.STORE_TIMEOUT),
                            config.get(Settings.MAX_ATTEMPTS),
                            config.get(Settings.BREAKER_DELAY),
                            config.get(Settings.MAX_CONCURRENT)),
                    firstContact,
                    look,
                    events);
        }
    }

    /**
     * Opens the store.
     *
     * @param hold how a folder is to be held; a guest is spared what only a server has to know
     * @throws io.surfacefs.model.SurfaceException when it can't be used
     */
    static OpenedStore open(Parts parts, FolderStore.Hold hold) {
        return switch (parts.config().get(Settings.STORE_TYPE)) {
            case FOLDER -> folder(parts, hold);
            case S3 -> s3(parts, hold);
            case UPSTREAM -> upstream(parts);
        };
    }

    private static OpenedStore folder(Parts parts, FolderStore.Hold hold) {
        SurfaceConfig config = parts.config();
        return folder(
                parts,
                hold,
                new FolderStore.Place(
                        config.storeRoot(),
                        config.get(Settings.BUCKET_NAME),
                        config.get(Settings.MANIFEST_BUCKET_NAME),
                        config.get(Settings.STORE_PREFIX)));
    }

    /**
     * Opens a folder.
     *
     * @throws io.surfacefs.model.SurfaceException when it can't be used
     */
    static OpenedStore folder(Parts parts, FolderStore.Hold hold, FolderStore.Place place) {
        SurfaceConfig config = parts.config();
        FolderBlobStore folder =
                FolderStore.open(place, parts.disk(), hold, new SoundObjects(parts.codec(), parts.verifier())::isSound);
        LayoutStore layout = parts.layout(folder, false);
        layout.check();
        return new OpenedStore(
                layout,
                layout.upkeep(),
                folder.owner(),
                config.find(Settings.INTAKE_ROOT).orElse(folder.temporary()),
                folder.owner(),
                folder::probe,
                null,
                () -> {});
    }

    private static OpenedStore s3(Parts parts, FolderStore.Hold hold) {
        SurfaceConfig config = parts.config();
        S3BlobStore buckets = S3BlobStore.open(s3Settings(config));
        boolean opened = false;
        try {
            InstanceFolder intake = InstanceFolder.openAlone(parts.disk(), config.intakeRoot());
            Rehearsals.Parts asked = Rehearsals.before(buckets, buckets::probe, config);
            LayoutStore layout = parts.layout(asked.blobs(), true);
            CountDownLatch heard = new CountDownLatch(1);
            Faults faults = parts.faults(
                    () -> {
                        checkBuckets(buckets, config);
                        heard.countDown();
                        layout.check();
                        if (hold != FolderStore.Hold.GUEST) {
                            checkConditions(buckets);
                        }
                    },
                    asked.look());
            opened = true;
            return new OpenedStore(
                    faults.store(layout),
                    layout.upkeep(faults.blobs(asked.blobs())),
                    true,
                    intake.path(),
                    true,
                    faults.probe(),
                    new Contact(faults::contact, heard),
                    () -> {
                        faults.close();
                        intake.close();
                    });
        } finally {
            if (!opened) {
                buckets.close();
            }
        }
    }

    private static S3Settings s3Settings(SurfaceConfig config) {
        return new S3Settings(
                config.find(Settings.STORE_ENDPOINT).orElse(null),
                config.get(Settings.STORE_REGION),
                config.find(Settings.PATH_STYLE)
                        .orElse(config.find(Settings.STORE_ENDPOINT).isPresent()),
                config.get(Settings.BUCKET_NAME),
                config.get(Settings.MANIFEST_BUCKET_NAME),
                config.get(Settings.STORE_PREFIX),
                StoreTransport.open(config, ConfigProvider.getConfig()),
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
    private static void checkBuckets(S3BlobStore buckets, SurfaceConfig config) {
        List<String> missing = buckets.missingBuckets(config.get(Settings.CREATE_BUCKETS));
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
    private static void checkConditions(S3BlobStore buckets) {
        if (!buckets.keepsConditions(FORMAT)) {
            throw new StoreFault(
                    StoreFault.Reason.REFUSED,
                    "the store does not do what If-None-Match and If-Match on PUT ask; use one that does",
                    null);
        }
    }

    private static OpenedStore upstream(Parts parts) {
        SurfaceConfig config = parts.config();
        UpstreamStore upstream =
                new UpstreamStore(upstreamSettings(config), parts.codec(), parts.verifier(), parts.events());
        boolean opened = false;
        try {
            InstanceFolder intake = InstanceFolder.openAlone(parts.disk(), config.intakeRoot());
            CountDownLatch heard = new CountDownLatch(1);
            Faults faults = parts.faults(
                    () -> {
                        upstream.probe();
                        heard.countDown();
                    },
                    upstream::probe);
            opened = true;
            return new OpenedStore(
                    faults.store(upstream),
                    new UpkeepElsewhere(),
                    false,
                    intake.path(),
                    true,
                    faults.probe(),
                    new Contact(faults::contact, heard),
                    () -> {
                        faults.close();
                        intake.close();
                    });
        } finally {
            if (!opened) {
                upstream.close();
            }
        }
    }

    private static UpstreamSettings upstreamSettings(SurfaceConfig config) {
        return new UpstreamSettings(
                config.find(Settings.STORE_ENDPOINT)
                        .orElseThrow(() -> new StoreFault(
                                StoreFault.Reason.UNREACHABLE, "set surface.store.endpoint to its address", null)),
                StoreTransport.open(config, ConfigProvider.getConfig()),
                UpstreamChecks.tokenFile(config),
                config.find(Settings.TENANT).orElse(null),
                config.get(Settings.STORE_VERIFY) != Settings.Verify.OFF,
                new UpstreamSettings.Limits(
                        config.get(Settings.CONNECT_TIMEOUT),
                        config.get(Settings.ATTEMPT_TIMEOUT),
                        config.get(Settings.STORE_TIMEOUT)));
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
