package io.surfacefs.app;

import io.surfacefs.cli.LocalEngine;
import io.surfacefs.cli.LocalSpool;
import io.surfacefs.cli.RefusedException;
import io.surfacefs.client.LocalClient;
import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.fs.FolderStore;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * The engine for a command that runs in this process and ends. The configuration is read as the server reads it, but no
 * container is started: nothing listens, nothing is scheduled, and the command begins at once.
 */
final class LocalCommands implements LocalEngine {
    @Override
    public int run(Hold hold, Work work) throws Exception {
        Config quarkus = RunTimeConfig.read();
        SurfaceConfig config = SurfaceConfig.read(new ConfigSource(quarkus));
        if (hold == Hold.NONE) {
            return work.run(new Configured(config, quarkus));
        }
        refuseErrors(config, quarkus);
        if (hold == Hold.CACHE) {
            return onCache(config, work);
        }
        if (hold != Hold.PUT
                && hold != Hold.BULK
                && config.get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER
                && !Files.isDirectory(config.storeRoot())) {
            throw new SurfaceException(
                    ErrorCode.NOT_FOUND,
                    "there is no store in " + config.storeRoot(),
                    "set SURFACE_HOME to the data folder, or use --endpoint");
        }
        // A guest doesn't take the folder from a server that is just starting on it.
        FolderStore.Hold held =
                hold == Hold.ALONE || hold == Hold.BULK ? FolderStore.Hold.OWNER_IF_FREE : FolderStore.Hold.GUEST;
        try (Engine engine = Engine.open(config, held, Events.NONE)) {
            if (hold == Hold.ALONE && !engine.owner()) {
                throw new RefusedException(List.of(Finding.error(
                                "SURFACE_CACHE_OWNED",
                                "another process owns the folder " + config.storeRoot(),
                                "use --endpoint to ask the running service, or stop it")
                        .line()));
            }
            return work.run(new Opened(engine));
        }
    }

    private static void refuseErrors(SurfaceConfig config, Config quarkus) throws RefusedException {
        List<Finding> findings = new ArrayList<>(config.findings());
        UpstreamChecks.run(config, findings);
        SigningChecks.run(config, Instant.now(), findings);
        StoreTransport.check(config, quarkus, findings);
        List<String> errors = findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .map(Finding::line)
                .toList();
        if (!errors.isEmpty()) {
            throw new RefusedException(errors);
        }
    }

    @Override
    public Keys keys() throws RefusedException {
        SurfaceConfig config = SurfaceConfig.read(new ConfigSource(RunTimeConfig.read()));
        return new Keys(
                SigningFiles.keyFile(config),
                config.find(Settings.SIGNING_KEY_ID).orElse(null),
                config.find(Settings.SIGNING_TRUST_DIR).orElse(null),
                config.get(Settings.SIGNING_VERIFY).name().toLowerCase(Locale.ROOT));
    }

    @Override
    public int runOn(CasRoot root, Work work) throws Exception {
        // Tenant, limits and quotas are the configuration's; where the store lies is not.
        Config quarkus = RunTimeConfig.read();
        SurfaceConfig config = SurfaceConfig.read(new Overridden(
                new ConfigSource(quarkus),
                Map.of(
                        Settings.STORE_TYPE.name(),
                        "folder",
                        Settings.BUCKET_NAME.name(),
                        root.bucket(),
                        Settings.MANIFEST_BUCKET_NAME.name(),
                        root.bucket(),
                        Settings.STORE_PREFIX.name(),
                        CasRoot.PREFIX)));
        refuseErrors(config, quarkus);
        try (CasFolder folder = CasFolder.open(root.folder(), root.bucket(), CasRoot.PREFIX);
                Engine engine = Engine.openFolder(config, folder.place(), Events.NONE)) {
            return work.run(new Opened(engine));
        }
    }

    private record Overridden(ConfigSource source, Map<String, String> values) implements SurfaceConfig.Source {
        @Override
        public Optional<SurfaceConfig.Raw> value(String property) {
            String value = values.get(property);
            return value == null
                    ? source.value(property)
                    : Optional.of(new SurfaceConfig.Raw(value, "the command line"));
        }

        @Override
        public List<String> names() {
            return source.names();
        }

        @Override
        public Map<String, String> environment() {
            return source.environment();
        }
    }

    private static int onCache(SurfaceConfig config, Work work) throws Exception {
        LocalCacheAdmin cache;
        try {
            cache = LocalCacheAdmin.open(config);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FolderOwnedException owned) {
                throw new RefusedException(List.of(Finding.error(
                                "SURFACE_CACHE_OWNED",
                                String.valueOf(owned.getMessage()),
                                "use --endpoint to ask the running service, or stop it")
                        .line()));
            }
            throw e;
        }
        return work.run(new Cached(cache));
    }

    /** What needs no store. */
    private record Configured(SurfaceConfig config, Config quarkus) implements Services {
        @Override
        public LocalSpool spool() {
            return new SpoolFiles(config);
        }

        @Override
        public List<Check> checks() {
            return Doctor.run(config, quarkus).stream()
                    .map(finding -> new Check(
                            finding.code(),
                            finding.severity().name().toLowerCase(Locale.ROOT),
                            finding.message(),
                            finding.hint()))
                    .toList();
        }

        @Override
        public Facts facts() {
            return new Facts(
                    config.get(Settings.HOME), new ManifestCodec(config.get(Settings.MANIFEST_SIZE)).maxBytes());
        }

        @Override
        public List<Setting> settings() {
            return EffectiveSettings.of(config, quarkus);
        }
    }

    /** The local cache alone. */
    private record Cached(LocalCacheAdmin cacheAdmin) implements Services {}

    /** What works on the store. */
    private record Opened(Engine engine) implements Services {
        @Override
        public SurfaceClient client() {
            return new LocalClient(engine.access(), engine.artefacts(), engine.scans(), engine.admin());
        }

        @Override
        public SurfaceAdmin admin() {
            return new LocalAdmin(engine.admin());
        }
    }
}
