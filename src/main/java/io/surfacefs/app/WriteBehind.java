package io.surfacefs.app;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.surfacefs.spool.Known;
import io.surfacefs.spool.Spool;
import io.surfacefs.spool.SpoolEvents;
import io.surfacefs.spool.SpoolSettings;
import io.surfacefs.spool.SpoolStore;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.FolderOwnedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The spool of a server, as the configuration wants it.
 *
 * @param spool to be looked at by gauges and health
 * @param store the spool in front of the store; closes both
 */
record WriteBehind(Spool spool, ArtefactStore store) {
    private static final Logger LOG = Logger.getLogger(WriteBehind.class);

    /**
     * Puts a spool in front of a store.
     *
     * @throws UncheckedIOException with a {@link FolderOwnedException} when another process has the folder
     * @throws SurfaceException when the folder can't be used
     */
    static WriteBehind open(
            SurfaceConfig config,
            ArtefactStore store,
            Known known,
            Disk disk,
            ManifestCodec codec,
            StoredVerifier verifier,
            Clock clock,
            SpoolEvents events) {
        try {
            Spool spool = Spool.open(config.spoolRoot(), disk, settings(config), codec, verifier, clock, events);
            if (spool.depth() > 0) {
                LogLine.event("spool.found")
                        .with(LogKey.DEPTH, spool.depth())
                        .with(LogKey.AGE, spool.age())
                        .info(LOG);
            }
            return new WriteBehind(spool, new SpoolStore(store, spool, known));
        } catch (FolderOwnedException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            if (DiskFaults.of("spool", e).code() == ErrorCode.DISK_FULL) {
                throw DiskFaults.of("spool", e);
            }
            throw new SurfaceException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the spool can't be opened: " + e.getMessage(),
                    "set surface.spool.root to a folder that this user may write to",
                    e);
        }
    }

    private static SpoolSettings settings(SurfaceConfig config) {
        return SpoolSettings.of(
                config.get(Settings.SPOOL_QUOTA),
                config.get(Settings.SPOOL_RETRY_INTERVAL),
                config.get(Settings.SPOOL_DRAIN_TIMEOUT));
    }

    /**
     * Counts and logs what the spool tells.
     *
     * @param forget makes whoever remembers an artefact from here forget it
     */
    static SpoolEvents told(Events events, Consumer<ArtefactKey> forget) {
        return new SpoolEvents() {
            @Override
            public void delivered() {
                events.spoolDelivered();
            }

            @Override
            public void rejected(String key, ErrorCode code, String message) {
                events.spoolRejected(code.name().toLowerCase(Locale.ROOT));
                LogLine.event("spool.rejected")
                        .with(LogKey.KEY, key)
                        .with(LogKey.CODE, code)
                        .with(LogKey.MESSAGE, message)
                        .with(LogKey.HINT, "surface-fs spool ls")
                        .error(LOG);
            }

            @Override
            public void damaged(ArtefactKey key) {
                events.corruptManifest(key);
            }

            @Override
            public void forgotten(ArtefactKey key) {
                forget.accept(key);
            }

            @Override
            public void waiting(ErrorCode code, String message, Duration pause) {
                LogLine.event("spool.waiting")
                        .with(LogKey.CODE, code)
                        .with(LogKey.PAUSE_MS, pause.toMillis())
                        .with(LogKey.MESSAGE, message)
                        .warn(LOG);
            }

            @Override
            public void delayed(String key, ErrorCode code, String message) {
                LogLine.event("spool.delayed")
                        .with(LogKey.KEY, key)
                        .with(LogKey.CODE, code)
                        .with(LogKey.MESSAGE, message)
                        .warn(LOG);
            }

            @Override
            public void left(String key) {
                LogLine.event("spool.left").with(LogKey.KEY, key).warn(LOG);
            }
        };
    }
}
