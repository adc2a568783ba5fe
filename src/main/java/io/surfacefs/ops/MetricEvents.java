package io.surfacefs.ops;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Turns events into the contract's metrics. Labels are bounded: kinds beyond a bound are told as {@code _other}, and so
 * are tenants, where they are told at all. Series whose labels are known beforehand begin at 0. Thread-safe.
 */
public final class MetricEvents implements Events {
    /** What stands for all that is beyond a bound; no tenant and no kind has such a name. */
    static final String OTHER = "_other";

    private static final Logger LOG = Logger.getLogger(MetricEvents.class);
    private static final long TELL_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_KINDS = 100;

    /** So many keys are logged, each once: pages are asked for again and again. The metric counts on. */
    private static final int MAX_TOLD = 1_000;

    /** Outcomes of a request that are a fault of this node; those of the store are told by whoever asks the store. */
    private static final Set<String> OWN_FAULTS = Set.of("internal", "disk_full");

    private static final Set<String> STORE_FAULTS =
            Set.of("internal", "store_unavailable", "store_timeout", "disk_full");

    /**
     * How the metrics are told.
     *
     * @param prefix put before the names of those that publishers have too
     * @param byTenant whether reads, puts and hits carry the tenant as a label
     * @param tenantLimit so many tenants at most, each by its name; later ones are {@code _other}
     */
    public record Settings(String prefix, boolean byTenant, int tenantLimit) {}

    private final MeterRegistry registry;
    private final LastFaults faults;
    private final Settings settings;
    private final TenantMeters all;
    private final ConcurrentMap<Tenant, TenantMeters> tenants = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();
    private final Set<Kind> kinds = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Tenant, Double> quotas = new ConcurrentHashMap<>();
    private final AtomicBoolean quotaTold = new AtomicBoolean();
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    private final AtomicLong unsignedTold = new AtomicLong();

    /** Registers what can be told from the begin. */
    public MetricEvents(MeterRegistry registry, LastFaults faults, Settings settings) {
        this.registry = registry;
        this.faults = faults;
        this.settings = settings;
        this.all = settings.byTenant()
                ? new TenantMeters(registry, settings.prefix(), "tenant", OTHER)
                : new TenantMeters(registry, settings.prefix());
        for (String result : new String[] {"present", "fetched", "missing"}) {
            counter(Metric.PREFETCH, "result", result);
        }
        for (String reason : new String[] {"quota", "expired", "operator"}) {
            counter(Metric.CACHE_EVICTIONS, "reason", reason);
        }
        counter(Metric.CACHE_QUARANTINED, "tier", "disk");
        for (String outcome : new String[] {"refused", "warned"}) {
            counter(Metric.UNSIGNED, "outcome", outcome);
        }
        counter(Metric.SPOOL_DELIVERED);
        counter(Metric.QUOTA_EXCEEDED);
    }

    @Override
    public void timed(Op op, Tenant tenant, String outcome, long nanos) {
        if (OWN_FAULTS.contains(outcome)) {
            faults.add(code(outcome), "a request failed: " + words(op.name()), null);
        }
        of(tenant).timed(op, outcome, nanos);
    }

    @Override
    public void manifestLookup(Tier tier, Tenant tenant, boolean hit) {
        of(tenant).lookup(tier, hit);
    }

    private TenantMeters of(Tenant tenant) {
        if (!settings.byTenant()) {
            return all;
        }
        TenantMeters known = tenants.get(tenant);
        return known == null ? admitted(tenant) : known;
    }

    private synchronized TenantMeters admitted(Tenant tenant) {
        if (tenants.size() >= settings.tenantLimit()) {
            return tenants.getOrDefault(tenant, all);
        }
        return tenants.computeIfAbsent(tenant, t -> new TenantMeters(registry, settings.prefix(), "tenant", t.value()));
    }

    @Override
    public void payloadPersisted(ArtefactKey key) {
        of(key.tenant()).persisted(bounded(key.kind()));
    }

    @Override
    public void storeUnusable(RuntimeException why) {
        String code = why instanceof SurfaceException named ? named.code().name() : "INTERNAL";
        faults.add(code, "the store can't be used as it is", null);
        if (why instanceof SurfaceException known) {
            LogLine.event("store.unusable")
                    .with(LogKey.CODE, known.code())
                    .with(LogKey.MESSAGE, known.getMessage())
                    .with(LogKey.HINT, known.hint())
                    .error(LOG);
        } else {
            LogLine.event("store.unusable").error(LOG, why);
        }
    }

    @Override
    public void corruptPayload(ArtefactKey key) {
        corrupt("corrupt-payload", key);
    }

    @Override
    public void corruptManifest(ArtefactKey key) {
        corrupt("corrupt-manifest", key);
    }

    private void corrupt(String event, ArtefactKey key) {
        faults.add(
                "CORRUPT_OBJECT",
                "an object of the store failed its check",
                key.kind().value());
        counter(Metric.CORRUPT, "surface_kind", bounded(key.kind())).increment();
        if (told.size() < MAX_TOLD && told.add(event + ' ' + key)) {
            LogLine.event(event)
                    .of(key)
                    .with(LogKey.HINT, "a put of the artefact mends it")
                    .warn(LOG);
        }
    }

    @Override
    public void unsigned(ArtefactKey key, String why, boolean refused) {
        counter(Metric.UNSIGNED, "outcome", refused ? "refused" : "warned").increment();
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
        counter(Metric.PREFETCH, "result", result).increment(times);
    }

    @Override
    public void cacheEvicted(String reason) {
        counter(Metric.CACHE_EVICTIONS, "reason", reason).increment();
    }

    @Override
    public void cacheQuarantined() {
        faults.add("CORRUPT_OBJECT", "an object of the local cache was put aside", null);
        counter(Metric.CACHE_QUARANTINED, "tier", "disk").increment();
    }

    @Override
    public void spoolDelivered() {
        counter(Metric.SPOOL_DELIVERED).increment();
    }

    @Override
    public void spoolRejected(String code) {
        faults.add(code(code), "the store refused for good what waited in the spool", null);
        counter(Metric.SPOOL_REJECTED, "code", code).increment();
    }

    @Override
    public void storeRequest(String op, String outcome) {
        if (STORE_FAULTS.contains(outcome)) {
            faults.add(code(outcome), "the store did not do its work: " + words(op), null);
        }
        counter(Metric.STORE_REQUESTS, "op", op, "outcome", outcome).increment();
    }

    /** Only the fullest quota is a gauge, since metrics name no tenant. */
    @Override
    public void quotaUsed(Tenant tenant, long bytes, long quota) {
        if (quotaTold.compareAndSet(false, true)) {
            Metric.QUOTA_USED.gauge(
                    registry,
                    quotas,
                    used -> used.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .max()
                            .orElse(0));
        }
        quotas.put(tenant, (double) bytes / Math.max(1, quota));
    }

    @Override
    public void quotaExceeded() {
        faults.add("QUOTA_EXCEEDED", "a put was refused: its tenant has no more room", null);
        counter(Metric.QUOTA_EXCEEDED).increment();
    }

    private static String code(String outcome) {
        return outcome.toUpperCase(Locale.ROOT);
    }

    private static String words(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private String bounded(Kind kind) {
        boolean known = kinds.contains(kind) || (kinds.size() < MAX_KINDS && kinds.add(kind));
        return known ? kind.value() : OTHER;
    }

    private Counter counter(Metric metric, String... tags) {
        return counters.computeIfAbsent(metric + String.join("/", tags), key -> metric.counter(registry, "", tags));
    }
}
