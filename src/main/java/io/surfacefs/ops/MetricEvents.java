package io.surfacefs.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Turns events into the contract's metrics. Meters are looked up once; kinds beyond a bound are told as {@code _other}.
 */
@Singleton
public class MetricEvents implements Events {
    private static final Logger LOG = Logger.getLogger(MetricEvents.class);
    private static final long TELL_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_KINDS = 100;

    /** So many keys are logged, each once: pages are asked for again and again. The metric counts on. */
    private static final int MAX_TOLD = 1_000;

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

    private final MeterRegistry registry;
    private final ConcurrentMap<String, Timer> timers = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Boolean> kinds = new ConcurrentHashMap<>();
    private final ConcurrentMap<Tenant, Double> quotas = new ConcurrentHashMap<>();
    private final ConcurrentMap<ArtefactKey, Boolean> told = new ConcurrentHashMap<>();

    private final AtomicLong unsignedTold = new AtomicLong();

    MetricEvents(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void timed(Op op, String outcome, long nanos) {
        timers.computeIfAbsent(
                        op + outcome,
                        key -> Timer.builder("surface."
                                        + op.name().toLowerCase(Locale.ROOT).replace('_', '.'))
                                .tag("outcome", outcome)
                                .serviceLevelObjectives(BUCKETS)
                                .register(registry))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void manifestLookup(Tier tier, boolean hit) {
        count(
                hit ? "surface.manifest.cache.hit" : "surface.manifest.cache.miss",
                "tier",
                tier.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void payloadPersisted(Kind kind) {
        count("surface.payload.persisted", "surface_kind", bounded(kind));
    }

    @Override
    public void storeUnusable(RuntimeException why) {
        if (why instanceof SurfaceException known) {
            LOG.errorf(
                    "event=store.unusable code=%s message=\"%s\" hint=\"%s\"",
                    known.code(), known.getMessage(), known.hint() == null ? "" : known.hint());
        } else {
            LOG.error("event=store.unusable", why);
        }
    }

    @Override
    public void corrupt(Kind kind) {
        count("surface.store.corrupt", "surface_kind", bounded(kind));
    }

    @Override
    public void corruptManifest(ArtefactKey key) {
        corrupt(key.kind());
        if (told.size() < MAX_TOLD && told.put(key, Boolean.TRUE) == null) {
            LOG.warnf(
                    "event=corrupt-manifest tenant=%s kind=%s digest=%s hint=\"a put of the artefact mends it\"",
                    key.tenant(), key.kind(), key.digest());
        }
    }

    @Override
    public void unsigned(ArtefactKey key, String why, boolean refused) {
        count("surface.manifests.unsigned", "outcome", refused ? "refused" : "warned");
        long now = System.nanoTime();
        long last = unsignedTold.get();
        if ((last == 0 || now - last > TELL_AGAIN_NANOS) && unsignedTold.compareAndSet(last, now)) {
            LOG.warnf(
                    "event=manifest-unsigned tenant=%s kind=%s digest=%s refused=%s why=\"%s\"",
                    key.tenant(), key.kind(), key.digest(), refused, why.replace('"', '\''));
        }
    }

    @Override
    public void keysUnreadable(String why) {
        LOG.warnf(
                "event=signing-keys-unreadable why=\"%s\" hint=\"the last ones that could be read go on counting\"",
                why);
    }

    @Override
    public void prefetched(String result, int times) {
        counter("surface.prefetch", "result", result).increment(times);
    }

    @Override
    public void cacheEvicted(String reason) {
        count("surface.cache.evictions", "reason", reason);
    }

    @Override
    public void cacheQuarantined() {
        count("surface.cache.quarantined", "tier", "disk");
    }

    @Override
    public void spoolDelivered() {
        counters.computeIfAbsent(
                        "spool",
                        key -> Counter.builder("surface.spool.delivered").register(registry))
                .increment();
    }

    @Override
    public void spoolRejected(String code) {
        count("surface.spool.rejected", "code", code);
    }

    @Override
    public void storeRequest(String op, String outcome) {
        counters.computeIfAbsent(
                        "store" + op + "/" + outcome,
                        key -> Counter.builder("surface.store.requests")
                                .tag("op", op)
                                .tag("outcome", outcome)
                                .register(registry))
                .increment();
    }

    /** Only the fullest quota is a gauge, since metrics name no tenant. */
    @Override
    public void quotaUsed(Tenant tenant, long bytes, long quota) {
        if (quotas.isEmpty()) {
            Gauge.builder(
                            "surface.quota.used.ratio",
                            quotas,
                            used -> used.values().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .max()
                                    .orElse(0))
                    .register(registry);
        }
        quotas.put(tenant, (double) bytes / Math.max(1, quota));
    }

    @Override
    public void quotaExceeded() {
        counters.computeIfAbsent(
                        "quota",
                        key -> Counter.builder("surface.quota.exceeded").register(registry))
                .increment();
    }

    private String bounded(Kind kind) {
        boolean known = kinds.containsKey(kind.value())
                || (kinds.size() < MAX_KINDS && kinds.put(kind.value(), Boolean.TRUE) == null);
        return known ? kind.value() : "_other";
    }

    private void count(String name, String tag, String value) {
        counter(name, tag, value).increment();
    }

    private Counter counter(String name, String tag, String value) {
        return counters.computeIfAbsent(
                name + "/" + value, key -> Counter.builder(name).tag(tag, value).register(registry));
    }
}
