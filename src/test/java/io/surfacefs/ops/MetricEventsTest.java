package io.surfacefs.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // the registry that Quarkus brings
class MetricEventsTest {
    private static final Tenant ACME = new Tenant("acme");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private MetricEvents events(String prefix, boolean byTenant, int limit) {
        return new MetricEvents(
                registry, new LastFaults(Clock.systemUTC()), new MetricEvents.Settings(prefix, byTenant, limit));
    }

    private static ArtefactKey key(Tenant tenant, String kind) {
        return new ArtefactKey(tenant, new Kind(kind), new Digest("0".repeat(64)));
    }

    private List<String> series(String name) {
        return registry.scrape().lines().filter(line -> line.startsWith(name)).toList();
    }

    private double value(String series) {
        return series(series + " ").stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void whatIsKnownBeforehandBeginsAtNought() {
        events("", false, 100);
        assertEquals(0, value("surface_manifest_get_seconds_count{outcome=\"ok\",}"));
        assertEquals(1, series("surface_manifest_get_seconds_count{").size());
        assertEquals(3, series("surface_manifest_cache_hit_total{").size());
        assertEquals(3, series("surface_manifest_cache_miss_total{").size());
        assertEquals(3, series("surface_cache_evictions_total{").size());
        assertEquals(1, series("surface_spool_delivered_total ").size());
    }

    @Test
    void eachReadIsCountedByItsOutcome() {
        MetricEvents events = events("", false, 100);
        for (int i = 0; i < 5; i++) {
            events.timed(Events.Op.MANIFEST_GET, ACME, "ok", 1_000);
        }
        events.timed(Events.Op.MANIFEST_GET, ACME, "not_found", 2_000_000_000);
        assertEquals(5, value("surface_manifest_get_seconds_count{outcome=\"ok\",}"));
        assertEquals(1, value("surface_manifest_get_seconds_count{outcome=\"not_found\",}"));
        assertEquals(2, value("surface_manifest_get_seconds_sum{outcome=\"not_found\",}"));
        assertEquals(5, value("surface_manifest_get_seconds_bucket{outcome=\"ok\",le=\"1.0E-4\",}"));
    }

    @Test
    void noTenantIsNamedUnlessThatIsAskedFor() {
        MetricEvents events = events("", false, 100);
        events.timed(Events.Op.PAYLOAD_GET, ACME, "ok", 1);
        events.manifestLookup(Events.Tier.DISK, ACME, true);
        events.payloadPersisted(key(ACME, "sbom.fragment"));
        assertFalse(registry.scrape().contains("acme"));
        assertFalse(registry.scrape().contains("tenant="));
    }

    @Test
    void tenantsBeyondTheLimitAreToldTogether() {
        MetricEvents events = events("", true, 2);
        for (String tenant : new String[] {"acme", "beta", "gamma", "delta", "acme"}) {
            events.manifestLookup(Events.Tier.MEMORY, new Tenant(tenant), true);
            events.payloadPersisted(key(new Tenant(tenant), "sbom.fragment"));
        }
        assertEquals(2, value("surface_manifest_cache_hit_total{tenant=\"acme\",tier=\"memory\",}"));
        assertEquals(1, value("surface_manifest_cache_hit_total{tenant=\"beta\",tier=\"memory\",}"));
        assertEquals(2, value("surface_manifest_cache_hit_total{tenant=\"_other\",tier=\"memory\",}"));
        assertEquals(2, value("surface_payload_persisted_total{surface_kind=\"sbom.fragment\",tenant=\"_other\",}"));
        assertFalse(registry.scrape().contains("gamma"));
    }

    @Test
    void kindsBeyondABoundAreToldTogether() {
        MetricEvents events = events("", false, 100);
        for (int i = 0; i < 150; i++) {
            events.payloadPersisted(key(ACME, "kind-" + i));
        }
        assertEquals(101, series("surface_payload_persisted_total{").size());
        assertEquals(50, value("surface_payload_persisted_total{surface_kind=\"_other\",}"));
    }

    @Test
    void thePrefixStandsBeforeWhatPublishersTellToo() {
        events("scanner_worker_", false, 100).payloadPersisted(key(ACME, "sbom.fragment"));
        assertEquals(1, value("scanner_worker_surface_payload_persisted_total{surface_kind=\"sbom.fragment\",}"));
        assertTrue(series("surface_payload_persisted_total").isEmpty());
        assertEquals(1, series("surface_spool_delivered_total ").size());
    }

    @Test
    void everyMetricHasAHelpTextAndANameAsPrometheusWantsIt() {
        for (Metric metric : Metric.values()) {
            assertTrue(metric.help().matches("[A-Z].*\\."), metric.help());
            assertTrue(Pattern.matches("surface(_[a-z]+)+", metric.prometheusName()), metric.prometheusName());
            assertEquals(
                    metric.type() == Metric.Type.COUNTER,
                    metric.prometheusName().endsWith("_total"));
        }
    }
}
