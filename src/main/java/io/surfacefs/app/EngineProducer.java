package io.surfacefs.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.arc.properties.IfBuildProperty;
import io.surfacefs.access.Access;
import io.surfacefs.access.Callers;
import io.surfacefs.access.ClaimPath;
import io.surfacefs.access.ClaimRules;
import io.surfacefs.access.TokenCallers;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.LastFaults;
import io.surfacefs.ops.MetricEvents;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.CacheEntryService;
import io.surfacefs.service.ClientPace;
import io.surfacefs.service.LocalCacheService;
import io.surfacefs.service.PrefetchService;
import io.surfacefs.service.ScanService;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.eclipse.microprofile.config.ConfigProvider;

/** Gives the edges the service beans of one engine, opened when the first of them is asked for. */
@Singleton
public class EngineProducer {
    @Produces
    @Singleton
    @Unremovable
    SurfaceConfig config() {
        return SurfaceConfig.read(new ConfigSource(ConfigProvider.getConfig()));
    }

    /** Counts nothing, in a build without Micrometer; {@code bench/run} holds the one that ships against it. */
    @Produces
    @Singleton
    @IfBuildProperty(name = "quarkus.micrometer.enabled", stringValue = "false")
    MeterRegistry nothing() {
        return new CompositeMeterRegistry();
    }

    @Produces
    @Singleton
    @Unremovable
    Events events(SurfaceConfig config, MeterRegistry registry, LastFaults faults) {
        return new MetricEvents(
                registry,
                faults,
                new MetricEvents.Settings(
                        config.get(Settings.METRICS_PREFIX),
                        config.get(Settings.METRICS_TENANT_LABEL),
                        config.get(Settings.METRICS_TENANT_LIMIT)));
    }

    @Produces
    @Singleton
    @Unremovable
    Engine engine(SurfaceConfig config, Events events) {
        return Startup.open(config, events);
    }

    void close(@Disposes Engine engine) {
        engine.close();
    }

    @Produces
    @Singleton
    StoreProbe storeProbe(Engine engine) {
        return engine.storeProbe();
    }

    @Produces
    @Singleton
    @Unremovable
    Access access(Engine engine) {
        return engine.access();
    }

    /** Who asks: by tokens, or everybody is local. */
    @Produces
    @Singleton
    @Unremovable
    Callers callers(SurfaceConfig config, Instance<OidcTokens> tokens) {
        return config.get(Settings.AUTH) == Settings.Auth.OIDC
                ? new TokenCallers(tokens.get(), rules(config), Clock.systemUTC())
                : Callers.LOCAL;
    }

    /** How slow clients may be. */
    @Produces
    @Singleton
    @Unremovable
    ClientPace pace(SurfaceConfig config) {
        return new ClientPace(
                config.get(Settings.HEADER_TIMEOUT), config.get(Settings.BODY_TIMEOUT), config.get(Settings.BODY_RATE));
    }

    private static ClaimRules rules(SurfaceConfig config) {
        return new ClaimRules(
                config.get(Settings.TENANT_CLAIMS).stream()
                        .map(ClaimPath::parse)
                        .toList(),
                config.members(Settings.SUBJECT_TENANTS),
                config.members(Settings.SUBJECT_SCOPES));
    }

    @Produces
    @Singleton
    @Unremovable
    ArtefactService artefacts(Engine engine) {
        return engine.artefacts();
    }

    @Produces
    @Singleton
    @Unremovable
    PrefetchService prefetches(Engine engine) {
        return engine.prefetches();
    }

    @Produces
    @Singleton
    @Unremovable
    LocalCacheService localCache(Engine engine) {
        return engine.localCache();
    }

    @Produces
    @Singleton
    @Unremovable
    ScanService scans(Engine engine) {
        return engine.scans();
    }

    @Produces
    @Singleton
    @Unremovable
    CacheEntryService cacheEntries(Engine engine) {
        return engine.cacheEntries();
    }

    @Produces
    @Singleton
    @Unremovable
    AdminService admin(Engine engine) {
        return engine.admin();
    }
}
