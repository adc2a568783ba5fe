package io.surfacefs.app;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the ports are open that artefacts are served on. The management port opens beside them, and would otherwise
 * call a service ready whose REST port still refuses connections. Thread-safe.
 */
@Readiness
@Singleton
public class Listening implements HealthCheck {
    private volatile boolean open;

    /** Says that all ports are open. */
    void opened() {
        open = true;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("ports").status(open).build();
    }
}
