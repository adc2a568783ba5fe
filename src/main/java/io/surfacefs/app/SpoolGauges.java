package io.surfacefs.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.surfacefs.ops.Metric;
import io.surfacefs.spool.Spool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;

/** What waits in the spool, as gauges; all 0 where there is none. */
@Singleton
public class SpoolGauges {
    private static final double MILLIS = 1_000;

    void register(@Observes StartupEvent event, Engine engine, MeterRegistry registry) {
        Spool spool = engine.spool();
        if (spool != null) {
            Metric.SPOOL_DEPTH.gauge(registry, spool, Spool::depth);
            Metric.SPOOL_AGE.gauge(registry, spool, s -> s.age().toMillis() / MILLIS);
            Metric.SPOOL_BYTES.gauge(registry, spool, Spool::used);
            Metric.SPOOL_QUOTA.gauge(registry, spool, Spool::quota);
        } else {
            for (Metric metric :
                    List.of(Metric.SPOOL_DEPTH, Metric.SPOOL_AGE, Metric.SPOOL_BYTES, Metric.SPOOL_QUOTA)) {
                metric.gauge(registry, metric, none -> 0);
            }
        }
    }
}
