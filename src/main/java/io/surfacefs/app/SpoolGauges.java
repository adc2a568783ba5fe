package io.surfacefs.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.surfacefs.spool.Spool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;

/** What waits in the spool, as gauges. */
@Singleton
public class SpoolGauges {
    private static final double MILLIS = 1_000;

    void register(@Observes StartupEvent event, Engine engine, MeterRegistry registry) {
        Spool spool = engine.spool();
        if (spool == null) {
            return;
        }
        gauge(registry, spool, "surface.spool.depth", Spool::depth);
        gauge(registry, spool, "surface.spool.age.seconds", s -> s.age().toMillis() / MILLIS);
        gauge(registry, spool, "surface.spool.bytes", Spool::used);
    }

    private static void gauge(MeterRegistry registry, Spool spool, String name, ToDoubleFunction<Spool> value) {
        Gauge.builder(name, spool, value).register(registry);
    }
}
