package io.surfacefs.app;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.surfacefs.cache.CacheEngine;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.ProgramVersion;
import io.surfacefs.ops.Status;
import io.surfacefs.ops.StoreReadiness;
import io.surfacefs.spool.Spool;
import io.surfacefs.store.CacheUpkeep;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers what the status page shows from the parts that know it. Thread-safe. */
final class StatusFacts implements Status.Source {
    private static final String HIT = "surface.manifest.cache.hit";
    private static final String MISS = "surface.manifest.cache.miss";

    private final Engine engine;
    private final SurfaceConfig config;
    private final MeterRegistry registry;
    private final StoreReadiness readiness;
    private final Instant started =
            ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    private final String version = ProgramVersion.read();

    StatusFacts(Engine engine, SurfaceConfig config, MeterRegistry registry, StoreReadiness readiness) {
        this.engine = engine;
        this.config = config;
        this.registry = registry;
        this.readiness = readiness;
    }

    @Override
    public Status get() {
        Duration uptime = Duration.between(started, Instant.now());
        return new Status(
                version,
                runtime(),
                shape(),
                uptime.isNegative() ? Duration.ZERO : uptime,
                store(),
                storeFault(),
                config.writesBehind() ? "write-behind" : "write-through",
                config.get(Settings.AUTH) == Settings.Auth.OIDC ? "bearer tokens" : "none",
                config.cacheType() == Settings.CacheType.NONE ? 0 : config.get(Settings.MEMORY_QUOTA),
                lookups(),
                cache(),
                spool());
    }

    private static String runtime() {
        return System.getProperty("org.graalvm.nativeimage.imagecode") != null
                ? "native image"
                : "JVM " + Runtime.version();
    }

    private String shape() {
        return switch (config.get(Settings.STORE_TYPE)) {
            case FOLDER -> "single node";
            case S3 -> "service";
            case UPSTREAM -> "sidecar";
        };
    }

    private String store() {
        return switch (config.get(Settings.STORE_TYPE)) {
            case FOLDER -> engine.owner() ? "folder" : "folder, shared with the process that owns it";
            case S3 -> "S3 at " + host("AWS, " + config.get(Settings.STORE_REGION));
            case UPSTREAM -> "the Surface.FS at " + host("?");
        };
    }

    /** Never the whole URI, which may have more in it than a name. */
    private String host(String otherwise) {
        return config.find(Settings.STORE_ENDPOINT).map(URI::getHost).orElse(otherwise);
    }

    private String storeFault() {
        Map<String, Object> data = readiness.call().getData().orElse(Map.of());
        return data.getOrDefault("code", "").toString();
    }

    private Status.Lookups lookups() {
        double near = count(HIT, "memory") + count(HIT, "disk");
        double all = count(HIT, "memory") + count(MISS, "memory");
        return new Status.Lookups(Math.round(near), Math.round(Math.max(0, all - near)));
    }

    private double count(String name, String tier) {
        return registry.find(name).tag("tier", tier).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private Status.@Nullable Cache cache() {
        CacheEngine cache = engine.cache();
        if (cache == null) {
            return null;
        }
        CacheUpkeep.Stat stat = cache.stat();
        return new Status.Cache(stat.bytes(), stat.quota(), stat.entries(), stat.quarantinedBytes(), stat.complete());
    }

    private Status.@Nullable Waiting spool() {
        Spool spool = engine.spool();
        return spool == null
                ? null
                : new Status.Waiting(spool.depth(), spool.age(), spool.used(), config.get(Settings.SPOOL_QUOTA));
    }
}
