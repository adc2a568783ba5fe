package io.surfacefs.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * The meters of what tenants do: those of one tenant, or of all together. What hot reads need is made at once, so that
 * telling of one neither looks anything up by name nor allocates. Thread-safe.
 */
final class TenantMeters {
    private final MeterRegistry registry;
    private final String prefix;
    private final String[] tags;
    private final Map<Events.Op, Timer> ok = new EnumMap<>(Events.Op.class);
    private final Map<Events.Tier, Counter> hits = new EnumMap<>(Events.Tier.class);
    private final Map<Events.Tier, Counter> misses = new EnumMap<>(Events.Tier.class);
    private final ConcurrentMap<String, Timer> failed = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Counter> persisted = new ConcurrentHashMap<>();

    /**
     * @param prefix of the metrics that publishers have too
     * @param tags of each of them, names and values in turn
     */
    TenantMeters(MeterRegistry registry, String prefix, String... tags) {
        this.registry = registry;
        this.prefix = prefix;
        this.tags = tags.clone();
        for (Events.Op op : Events.Op.values()) {
            ok.put(op, metric(op).timer(registry, with("outcome", "ok")));
        }
        for (Events.Tier tier : Events.Tier.values()) {
            String[] tagged = with("tier", tier.name().toLowerCase(Locale.ROOT));
            hits.put(tier, Metric.HIT.counter(registry, "", tagged));
            misses.put(tier, Metric.MISS.counter(registry, "", tagged));
        }
    }

    private static Metric metric(Events.Op op) {
        return switch (op) {
            case MANIFEST_PUT -> Metric.MANIFEST_PUT;
            case MANIFEST_GET -> Metric.MANIFEST_GET;
            case PAYLOAD_GET -> Metric.PAYLOAD_GET;
        };
    }

    private String[] with(String tag, String value) {
        String[] all = Arrays.copyOf(tags, tags.length + 2);
        all[tags.length] = tag;
        all[tags.length + 1] = value;
        return all;
    }

    void timed(Events.Op op, String outcome, long nanos) {
        Timer known = "ok".equals(outcome) ? ok.get(op) : null;
        Timer timer = known == null ? failed(op, outcome) : known;
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer failed(Events.Op op, String outcome) {
        return failed.computeIfAbsent(op + outcome, key -> metric(op).timer(registry, with("outcome", outcome)));
    }

    void lookup(Events.Tier tier, boolean hit) {
        Counter counter = (hit ? hits : misses).get(tier);
        if (counter != null) { // all are there
            counter.increment();
        }
    }

    void persisted(String kind) {
        persisted
                .computeIfAbsent(kind, k -> Metric.PERSISTED.counter(registry, prefix, with("surface_kind", k)))
                .increment();
    }
}
