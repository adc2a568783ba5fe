package io.surfacefs.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * The meters of what tenants do: those of one tenant, or of all together. What hot reads need is made at once, so that
 * telling of one neither looks anything up by name nor allocates. Thread-safe.
 */
final class TenantMeters {
    private static final Metric[] TIMERS = {Metric.MANIFEST_PUT, Metric.MANIFEST_GET, Metric.PAYLOAD_GET};

    private final MeterRegistry registry;
    private final String prefix;
    private final String[] tags;
    private final Timer[] ok = new Timer[Events.Op.values().length];
    private final Counter[] hits = new Counter[Events.Tier.values().length];
    private final Counter[] misses = new Counter[Events.Tier.values().length];
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
            ok[op.ordinal()] = TIMERS[op.ordinal()].timer(registry, with("outcome", "ok"));
        }
        for (Events.Tier tier : Events.Tier.values()) {
            String[] tagged = with("tier", tier.name().toLowerCase(Locale.ROOT));
            hits[tier.ordinal()] = Metric.HIT.counter(registry, "", tagged);
            misses[tier.ordinal()] = Metric.MISS.counter(registry, "", tagged);
        }
    }

    private String[] with(String tag, String value) {
        String[] all = Arrays.copyOf(tags, tags.length + 2);
        all[tags.length] = tag;
        all[tags.length + 1] = value;
        return all;
    }

    void timed(Events.Op op, String outcome, long nanos) {
        Timer timer = "ok".equals(outcome) ? ok[op.ordinal()] : failed(op, outcome);
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer failed(Events.Op op, String outcome) {
        return failed.computeIfAbsent(
                op + outcome, key -> TIMERS[op.ordinal()].timer(registry, with("outcome", outcome)));
    }

    void lookup(Events.Tier tier, boolean hit) {
        (hit ? hits : misses)[tier.ordinal()].increment();
    }

    void persisted(String kind) {
        persisted
                .computeIfAbsent(kind, k -> Metric.PERSISTED.counter(registry, prefix, with("surface_kind", k)))
                .increment();
    }
}
