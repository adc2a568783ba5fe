package io.surfacefs.app;

import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.OtelSpans;
import io.surfacefs.ops.Trace;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

/** Switches spans on where the configuration says so. */
@Singleton
public class Tracing {
    void start(@Observes StartupEvent event, SurfaceConfig config, Instance<OpenTelemetry> telemetry) {
        if (config.get(Settings.TRACING)) {
            Trace.to(new OtelSpans(telemetry.get()));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        Trace.to(null);
    }
}
