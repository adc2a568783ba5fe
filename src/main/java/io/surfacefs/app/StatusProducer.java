package io.surfacefs.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.LastFaults;
import io.surfacefs.ops.Status;
import io.surfacefs.ops.StoreReadiness;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.eclipse.microprofile.health.Readiness;

/** What the status page tells, for the edge that shows it. */
@Singleton
public class StatusProducer {
    @Produces
    @Singleton
    @Unremovable
    LastFaults faults() {
        return new LastFaults(Clock.systemUTC());
    }

    @Produces
    @Singleton
    @Unremovable
    Status.Source status(
            Engine engine, SurfaceConfig config, MeterRegistry registry, @Readiness StoreReadiness readiness) {
        return new StatusFacts(engine, config, registry, readiness);
    }
}
