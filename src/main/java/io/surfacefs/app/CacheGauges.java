package io.surfacefs.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.surfacefs.cache.CacheEngine;
import io.surfacefs.store.CacheUpkeep;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;

/** What the local cache has, as gauges. */
@Singleton
public class CacheGauges {
    void register(@Observes StartupEvent event, Engine engine, MeterRegistry registry) {
        CacheEngine cache = engine.cache();
        if (cache == null) {
            return;
        }
        gauge(registry, cache, "surface.cache.bytes", CacheUpkeep.Stat::bytes);
        gauge(registry, cache, "surface.cache.quota.bytes", CacheUpkeep.Stat::quota);
        gauge(registry, cache, "surface.cache.entries", CacheUpkeep.Stat::entries);
        gauge(registry, cache, "surface.cache.open.seconds", CacheUpkeep.Stat::openSeconds);
    }

    private static void gauge(
            MeterRegistry registry, CacheEngine cache, String name, ToDoubleFunction<CacheUpkeep.Stat> value) {
        Gauge.builder(name, cache, c -> value.applyAsDouble(c.stat())).register(registry);
    }
}
