package io.surfacefs.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Manifests and small payloads in memory, within a bound. A manifest counts for its age at most, since another process
 * may change or delete it; a payload counts as long as its manifest does. What this process deletes is gone from here
 * before the delete returns, also against a reader who has just read it from the store. Thread-safe; lookups neither
 * lock nor block.
 */
public final class HotTier {
    /** The largest payload that is kept, bytes of either representation. */
    public static final int MAX_PAYLOAD = 64 * 1024;

    private static final int OVERHEAD = 512;
    private static final int STRIPES = 4096;

    private record HotManifest(Manifest manifest, HotObject object, long loaded) {}

    private record Slot(ArtefactKey key, @Nullable Representation representation) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Slot that && representation == that.representation && key.equals(that.key);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + Objects.hashCode(representation);
        }
    }

    private final Cache<Slot, Object> entries;
    private final AtomicLongArray epochs = new AtomicLongArray(STRIPES);
    private final long maxAgeNanos;

    /**
     * @param quota bytes, counted with some overhead for each entry; 0 keeps nothing
     * @param maxAge how long a manifest counts
     */
    public HotTier(long quota, Duration maxAge) {
        this.maxAgeNanos = maxAge.toNanos();
        this.entries = Caffeine.newBuilder()
                .maximumWeight(quota)
                .weigher((Slot slot, Object value) -> OVERHEAD
                        + (value instanceof HotManifest hot
                                ? 2 * hot.object.body().length
                                : ((HotObject) value).body().length))
                .build();
    }

    /**
     * What a reader takes before it reads the store, so that what it found is kept only if nothing was deleted
     * meanwhile.
     */
    long epoch(ArtefactKey key) {
        return epochs.get(stripe(key));
    }

    private static int stripe(ArtefactKey key) {
        return Math.floorMod(key.hashCode(), STRIPES);
    }

    private @Nullable HotManifest fresh(ArtefactKey key) {
        return entries.getIfPresent(new Slot(key, null)) instanceof HotManifest hot
                        && System.nanoTime() - hot.loaded <= maxAgeNanos
                ? hot
                : null;
    }

    @Nullable HotObject manifestObject(ArtefactKey key) {
        HotManifest hot = fresh(key);
        return hot == null ? null : hot.object;
    }

    @Nullable Manifest manifest(ArtefactKey key) {
        HotManifest hot = fresh(key);
        return hot == null ? null : hot.manifest;
    }

    @Nullable HotObject payload(ArtefactKey key, Representation representation) {
        return fresh(key) != null && entries.getIfPresent(new Slot(key, representation)) instanceof HotObject hot
                ? hot
                : null;
    }

    void keep(Manifest manifest, long epoch) {
        ArtefactKey key = manifest.key();
        Slot slot = new Slot(key, null);
        HotObject before = entries.getIfPresent(slot) instanceof HotManifest hot && hot.manifest.equals(manifest)
                ? hot.object
                : new HotObject(manifest.canonical(), manifest.digest(), null);
        keep(slot, new HotManifest(manifest, before, System.nanoTime()), epoch);
    }

    void keep(ArtefactManifest manifest, Representation representation, byte[] body, long epoch) {
        MediaType type = manifest.payload().contentType();
        Slot slot = new Slot(manifest.key(), representation);
        keep(slot, new HotObject(body, manifest.key().digest(), type), epoch);
    }

    private void keep(Slot slot, Object value, long epoch) {
        if (epoch(slot.key) == epoch) {
            entries.put(slot, value);
            if (epoch(slot.key) != epoch) {
                entries.invalidate(slot);
            }
        }
    }

    /** That the stored object changed or went: whatever is known, or being read right now, doesn't count any more. */
    void forget(ArtefactKey key) {
        epochs.incrementAndGet(stripe(key));
        entries.invalidate(new Slot(key, null));
        for (Representation representation : Representation.values()) {
            entries.invalidate(new Slot(key, representation));
        }
    }
}
