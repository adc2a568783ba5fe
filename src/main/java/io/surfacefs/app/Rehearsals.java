package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.faults.RehearsalSettings;
import io.surfacefs.store.faults.RehearsedBlobs;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** Faults that an operator has asked for, to see what becomes of them. */
final class Rehearsals {
    private static final Logger LOG = Logger.getLogger(Rehearsals.class);

    private Rehearsals() {}

    /** Objects, and a look at their store. */
    record Parts(BlobStore blobs, StoreProbe look) {}

    /** Whether what is to be spoiled can be: who believes that he rehearses and doesn't has seen nothing. */
    static void check(SurfaceConfig config, List<Finding> findings) {
        if (config.get(Settings.STORE_TYPE) != Settings.StoreType.S3
                && settings(config).any()) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.store.rehearse.* spoils requests to buckets, and the store has none",
                    "rehearse where the buckets are asked, as at the upstream, or unset surface.store.rehearse.*"));
        }
    }

    /** Both spoiled as configured; themselves where nothing of that is. */
    static Parts before(BlobStore blobs, StoreProbe look, SurfaceConfig config) {
        RehearsalSettings settings = settings(config);
        if (!settings.any()) {
            return new Parts(blobs, look);
        }
        LogLine.event("store.rehearsal")
                .with(LogKey.MESSAGE, "the store is made to fail on purpose")
                .with(LogKey.LATENCY, settings.latency())
                .with(LogKey.ERROR_RATE, settings.errors())
                .with(LogKey.CUT_RATE, settings.cuts())
                .with(LogKey.TORN_RATE, settings.torn())
                .with(LogKey.SEED, settings.seed())
                .with(LogKey.HINT, "unset surface.store.rehearse.* in production")
                .warn(LOG);
        RehearsedBlobs spoiled = new RehearsedBlobs(blobs, settings);
        return new Parts(spoiled, spoiled.probe(look));
    }

    private static RehearsalSettings settings(SurfaceConfig config) {
        return new RehearsalSettings(
                config.get(Settings.REHEARSE_LATENCY),
                config.get(Settings.REHEARSE_ERRORS),
                config.get(Settings.REHEARSE_CUTS),
                config.get(Settings.REHEARSE_TORN),
                config.find(Settings.REHEARSE_SEED)
                        .map(Integer::longValue)
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE)));
    }
}
