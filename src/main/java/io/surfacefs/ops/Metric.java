package io.surfacefs.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Every metric of ours: its name, its help text, its unit and its labels, in one place. What a person reads of them
 * ({@code docs/telling.md}) is made from this. Immutable.
 */
public enum Metric {
    MANIFEST_PUT(
            "surface.manifest.put",
            Type.TIMER,
            "outcome tenant",
            "Puts of manifests, with or without a payload: from the last byte that was received to the answer."),
    MANIFEST_GET(
            "surface.manifest.get",
            Type.TIMER,
            "outcome tenant",
            "Reads of manifests by their key, those that memory answers among them: until the manifest is there."),
    PAYLOAD_GET(
            "surface.payload.get",
            Type.TIMER,
            "outcome tenant",
            "Reads of payloads, those that memory answers among them: until the first byte is there."),
    HIT(
            "surface.manifest.cache.hit",
            Type.COUNTER,
            "tier tenant",
            "Manifests that a tier had when it was asked; the tiers are asked in the order memory, disk, store."),
    MISS(
            "surface.manifest.cache.miss",
            Type.COUNTER,
            "tier tenant",
            "Manifests that a tier did not have, or not of this age, when it was asked."),
    PERSISTED(
            "surface.payload.persisted",
            Type.COUNTER,
            "surface_kind tenant",
            "Payloads that this process stored and that were not there before."),
    CORRUPT(
            "surface.store.corrupt",
            Type.COUNTER,
            "surface_kind",
            "Reads that met an object which is not what it should be."),
    UNSIGNED(
            "surface.manifests.unsigned",
            Type.COUNTER,
            "outcome",
            "Manifests that no trusted key signed, where signatures are looked at: refused, or given with a warning."),
    STORE_REQUESTS(
            "surface.store.requests", Type.COUNTER, "op outcome", "Attempts of calls to a store that is far away."),
    PREFETCH(
            "surface.prefetch",
            Type.COUNTER,
            "result",
            "Artefacts that were asked to be brought near: present before, fetched, or missing in the store."),
    CACHE_BYTES(
            "surface.cache.bytes",
            Type.GAUGE,
            "",
            "Bytes of the local cache's files, all that counts against its quota."),
    CACHE_QUOTA("surface.cache.quota.bytes", Type.GAUGE, "", "Quota of the local cache; 0 where there is no cache."),
    CACHE_ENTRIES("surface.cache.entries", Type.GAUGE, "", "Objects in the local cache."),
    CACHE_OPEN(
            "surface.cache.open.seconds",
            Type.GAUGE,
            "",
            "How long the local cache took to know all that lies in its folder; until then, how long it has been at it."),
    CACHE_EVICTIONS(
            "surface.cache.evictions",
            Type.COUNTER,
            "reason",
            "Objects that left the local cache: for want of room, by their time, or on the operator's word."),
    CACHE_QUARANTINED(
            "surface.cache.quarantined",
            Type.COUNTER,
            "tier",
            "Objects of the local cache that failed their check and were put aside."),
    SPOOL_DEPTH("surface.spool.depth", Type.GAUGE, "", "Puts that wait to be delivered to the store."),
    SPOOL_AGE("surface.spool.age.seconds", Type.GAUGE, "", "How long the oldest put has been waiting to be delivered."),
    SPOOL_BYTES("surface.spool.bytes", Type.GAUGE, "", "Bytes of the spool, of what was rejected too."),
    SPOOL_QUOTA("surface.spool.quota.bytes", Type.GAUGE, "", "Quota of the spool; 0 where there is no spool."),
    SPOOL_DELIVERED("surface.spool.delivered", Type.COUNTER, "", "Puts that waited and are in the store now."),
    SPOOL_REJECTED(
            "surface.spool.rejected", Type.COUNTER, "code", "Puts that waited and that the store refused for good."),
    QUOTA_USED(
            "surface.quota.used.ratio",
            Type.GAUGE,
            "",
            "Of the tenant that has the most of its quota: how much of it, 1 is all."),
    QUOTA_EXCEEDED(
            "surface.quota.exceeded", Type.COUNTER, "", "Puts that were refused since their tenant has no more room.");

    /** What a metric counts. */
    public enum Type {
        /** A histogram of durations. */
        TIMER,
        COUNTER,
        GAUGE
    }

    private static final Duration[] BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60)
    };

    private final String meter;
    private final Type type;
    private final String labels;
    private final String help;

    /** @param labels with blanks between them */
    Metric(String meter, Type type, String labels, String help) {
        this.meter = meter;
        this.type = type;
        this.labels = labels;
        this.help = help;
    }

    /** Its name as Prometheus knows it; of a timer that of the histogram. */
    public String prometheusName() {
        return meter.replace('.', '_')
                + switch (type) {
                    case TIMER -> "_seconds";
                    case COUNTER -> "_total";
                    case GAUGE -> "";
                };
    }

    public Type type() {
        return type;
    }

    /** Its labels; {@code tenant} only where {@code surface.metrics.tenant-label} is on. */
    public List<String> labels() {
        return labels.isEmpty() ? List.of() : List.of(labels.split(" "));
    }

    /** One sentence on what it counts. */
    public String help() {
        return help;
    }

    /** What it is counted in: {@code seconds}, {@code bytes}, {@code ratio}; empty for what is just counted. */
    public String unit() {
        if (type == Type.TIMER) {
            return "seconds";
        }
        String last = meter.substring(meter.lastIndexOf('.') + 1);
        return type == Type.GAUGE && List.of("seconds", "bytes", "ratio").contains(last) ? last : "";
    }

    /**
     * Registers it, or finds it.
     *
     * @param tags names and values in turn
     */
    Timer timer(MeterRegistry registry, String... tags) {
        return Timer.builder(meter)
                .description(help)
                .tags(tags)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /**
     * Registers it, or finds it.
     *
     * @param prefix of its name
     * @param tags names and values in turn
     */
    Counter counter(MeterRegistry registry, String prefix, String... tags) {
        return Counter.builder(prefix + meter).description(help).tags(tags).register(registry);
    }

    /** Registers it as what a function says of a thing at each scrape; the thing is held on to. */
    public <T> void gauge(MeterRegistry registry, T of, ToDoubleFunction<T> value) {
        Gauge.builder(meter, of, value)
                .description(help)
                .baseUnit(unit().isEmpty() ? null : unit())
                .strongReference(true)
                .register(registry);
    }
}
