package io.surfacefs.app;

import io.quarkus.vertx.http.ManagementInterface;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * Metrics are Prometheus' text unless OpenMetrics are asked for, in whatever version: what Quarkus gives to whom is the
 * other way round, and nothing to who asks without a version.
 */
@Singleton
public final class ScrapeFormat {
    private static final String OPEN_METRICS = "application/openmetrics-text";

    void register(@Observes ManagementInterface management) {
        management.router().route("/q/metrics").order(Integer.MIN_VALUE).handler(context -> {
            String accept = context.request().getHeader("Accept");
            boolean open = accept != null && accept.contains(OPEN_METRICS);
            context.request()
                    .headers()
                    .set("Accept", open ? OPEN_METRICS + "; version=1.0.0; charset=utf-8" : "text/plain");
            context.next();
        });
    }
}
