package io.surfacefs.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.surfacefs.cache.CacheEngine;
import io.surfacefs.ops.Metric;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;

/** What the local cache has, as gauges; all 0 where there is none. */
@Singleton
public class CacheGauges {
    private static final List<Metric> NAMES =
            List.of(Metric.CACHE_BYTES, Metric.CACHE_QUOTA, Metric.CACHE_ENTRIES, Metric.CACHE_OPEN);

    void register(@Observes StartupEvent event, Engine engine, MeterRegistry registry) {
        CacheEngine cache = engine.cache();
        if (cache != null) {
            register(registry, cache);
        } else {
            for (Metric metric : NAMES) {
                metric.gauge(registry, metric, none -> 0);
            }
        }
    }

    private static void register(MeterRegistry registry, CacheEngine cache) {
        Metric.CACHE_BYTES.gauge(registry, cache, c -> c.stat().bytes());
        Metric.CACHE_QUOTA.gauge(registry, cache, c -> c.stat().quota());
        Metric.CACHE_ENTRIES.gauge(registry, cache, c -> c.stat().entries());
        Metric.CACHE_OPEN.gauge(registry, cache, c -> c.stat().openSeconds());
    }
}
