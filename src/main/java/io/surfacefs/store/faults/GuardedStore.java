package io.surfacefs.store.faults;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.faults.StoreGuard.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store behind its guard. Puts are named by their content or their key, so they may be sent again; deletes are not
 * tried again, since they tell whether there was something. Thread-safe.
 */
final class GuardedStore implements ArtefactStore {
    private static final Duration SLOWEST_MIB = Duration.ofSeconds(1);

    private final ArtefactStore store;
    private final StoreGuard guard;

    GuardedStore(ArtefactStore store, StoreGuard guard) {
        this.store = store;
        this.guard = guard;
    }

    private <T extends @Nullable Object> T read(String op, Supplier<T> work) {
        return guard.call(op, guard.settings().timeout(), Mode.RETRIED, work);
    }

    /**
     * Puts. One that may take long, or is many requests, is not what finds out whether a store that was out is back:
     * something small is asked before it.
     */
    private <T> T put(String op, long bytes, ArtefactKey key, Supplier<T> work) {
        knock(key);
        return guard.call(op, limit(bytes), Mode.RETRIED, work);
    }

    private void knock(ArtefactKey key) {
        if (!guard.circuit().isClosed()) {
            OnBehalf.nobody(
                    () -> guard.call("probe", guard.settings().timeout(), Mode.ONCE, () -> store.manifest(key)));
        }
    }

    private Duration limit(long bytes) {
        return guard.settings().timeout().plus(SLOWEST_MIB.multipliedBy((bytes >> 20) + 1));
    }

    @Override
    public boolean stage(ArtefactKey key, Received payload) {
        return put("stage", payload.content().size(), key, () -> store.stage(key, payload));
    }

    @Override
    public Committed<ArtefactManifest> commit(
            ArtefactKey key, @Nullable Received payload, Maker manifest, Index index) {
        return put("commit", sizeOf(key, payload), key, () -> store.commit(key, payload, manifest, index));
    }

    /** Bytes that a commit may have to read or send: a payload that was staged elsewhere is verified first. */
    private long sizeOf(ArtefactKey key, @Nullable Received payload) {
        if (payload != null) {
            return payload.content().size();
        }
        StoredPayload staged = OnBehalf.nobody(() -> facts(key));
        return staged == null ? 0 : staged.storedSize();
    }

    @Override
    public Committed<ScanManifest> putScan(ScanManifest manifest) {
        return put("put_scan", 0, manifest.key(), () -> store.putScan(manifest));
    }

    @Override
    public @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan) {
        return read("current_scan", () -> store.currentScan(tenant, scan));
    }

    @Override
    public @Nullable Manifest manifest(ArtefactKey key) {
        return read("manifest", () -> store.manifest(key));
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key) {
        return open(() -> store.payload(key));
    }

    @Override
    public @Nullable OpenPayload payload(ArtefactKey key, StoredPayload known) {
        return open(() -> store.payload(key, known));
    }

    private @Nullable OpenPayload open(Supplier<@Nullable OpenPayload> work) {
        long begun = System.nanoTime();
        return guarded(read("payload", work), begun);
    }

    private @Nullable OpenPayload guarded(@Nullable OpenPayload open, long begun) {
        return open == null
                ? null
                : new OpenPayload(
                        open.key(), open.facts(), new GuardedBytes(open.bytes(), guard, GuardedStore.since(begun)));
    }

    /** Of a store that was out two questions at a time are one too many: what finds out is the first of two. */
    @Override
    public Artefact artefact(ArtefactKey key) {
        if (!guard.circuit().isClosed()) {
            return ArtefactStore.super.artefact(key);
        }
        long begun = System.nanoTime();
        Artefact found = read("artefact", () -> store.artefact(key));
        return new Artefact(found.manifest(), guarded(found.payload(), begun));
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public @Nullable StoredPayload facts(ArtefactKey key) {
        return read("facts", () -> store.facts(key));
    }

    @Override
    public byte @Nullable [] secret() {
        return read("secret", store::secret);
    }

    @Override
    public Page page(Query query) {
        return read("page", () -> store.page(query));
    }

    @Override
    public IndexPage index(Tenant tenant, String after, int limit) {
        return read("index", () -> store.index(tenant, after, limit));
    }

    @Override
    public List<ArtefactKey> missing(Collection<ArtefactKey> keys) {
        if (keys.isEmpty()) {
            return List.of();
        }
        knock(keys.iterator().next());
        return read("missing", () -> store.missing(keys));
    }

    @Override
    public boolean delete(ArtefactKey key) {
        return guard.call("delete", guard.settings().timeout(), Mode.ONCE, () -> store.delete(key));
    }

    @Override
    public @Nullable OpenEntry cacheEntry(CacheKey key) {
        long begun = System.nanoTime();
        OpenEntry open = read("cache_entry", () -> store.cacheEntry(key));
        return open == null
                ? null
                : new OpenEntry(open.raw(), open.facts(), new GuardedBytes(open.bytes(), guard, since(begun)));
    }

    @Override
    public void putCacheEntry(CacheKey key, Received value) {
        guard.call("put_cache_entry", limit(value.content().size()), Mode.RETRIED, () -> {
            store.putCacheEntry(key, value);
            return Boolean.TRUE;
        });
    }

    @Override
    public boolean putCacheEntryLate(CacheKey key, Received value, Instant put) {
        return guard.call(
                "put_cache_entry",
                limit(value.content().size()),
                Mode.RETRIED,
                () -> store.putCacheEntryLate(key, value, put));
    }

    @Override
    public boolean deleteCacheEntry(CacheKey key) {
        return guard.call(
                "delete_cache_entry", guard.settings().timeout(), Mode.ONCE, () -> store.deleteCacheEntry(key));
    }

    @Override
    public void close() {
        store.close();
    }
}
