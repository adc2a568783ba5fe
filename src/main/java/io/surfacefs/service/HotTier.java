package io.surfacefs.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Manifests, small payloads and what is known to be there, in memory, within a bound. A manifest counts for its age at
 * most, since another process may change or delete it; a payload counts as long as its manifest does. What this process
 * deletes is gone from here before the delete returns, also against a reader who has just read it from the store.
 * Thread-safe; lookups neither lock nor block.
 */
public final class HotTier {
    /** The largest payload that is kept, bytes of either representation. */
    public static final int MAX_PAYLOAD = 64 * 1024;

    private static final int OVERHEAD = 512;
    private static final int STRIPES = 4096;
    private static final int PAGE = 8192;
    /** Memory is taken from the system, and given back, in pieces of 1 MiB. */
    private static final int CHUNK_ORDER = 7;

    private record HotManifest(Manifest manifest, HotObject object, long seen) {}

    /** That the store had the manifest, which nobody has read. */
    private record Present(long seen) {}

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
    private final LongSupplier nanoTime;
    private final @Nullable PooledByteBufAllocator memory;

    /**
     * @param quota bytes, counted with some overhead for each entry; 0 keeps nothing
     * @param maxAge how long a manifest counts
     */
    public HotTier(long quota, Duration maxAge) {
        this(quota, maxAge, System::nanoTime);
    }

    HotTier(long quota, Duration maxAge, LongSupplier nanoTime) {
        this.maxAgeNanos = maxAge.toNanos();
        this.nanoTime = nanoTime;
        this.entries = Caffeine.newBuilder()
                .maximumWeight(quota)
                .weigher((Slot slot, Object value) -> OVERHEAD
                        + switch (value) {
                            case HotManifest hot -> 2 * hot.object.length();
                            case HotObject hot -> hot.length();
                            default -> 0;
                        })
                .evictionListener((slot, value, cause) -> free(value))
                .executor(Runnable::run)
                .build();
        // Bodies that live for seconds and die would be copied from generation to generation by a collector.
        this.memory = quota > 0 ? new PooledByteBufAllocator(true, 0, 1, PAGE, CHUNK_ORDER, 0, 0, false) : null;
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
        return entries.getIfPresent(new Slot(key, null)) instanceof HotManifest hot && counts(hot.seen) ? hot : null;
    }

    private boolean counts(long seen) {
        return now() - seen <= maxAgeNanos;
    }

    /** Whether the store is known, within the age, to have this manifest. */
    boolean present(ArtefactKey key) {
        Object known = entries.getIfPresent(new Slot(key, null));
        return (known instanceof HotManifest hot && counts(hot.seen))
                || (known instanceof Present present && counts(present.seen));
    }

    /** The time that ages are counted from, nanoseconds. */
    long now() {
        return nanoTime.getAsLong();
    }

    /**
     * Notes that the store has this manifest.
     *
     * @param asked {@link #now} before the store was asked
     * @param age how old what the store knew was then; one that doesn't count any more was asked for anew
     * @param epoch from before that too
     */
    void keepPresent(ArtefactKey key, long asked, Duration age, long epoch) {
        if (fresh(key) == null) {
            long known = age.toNanos();
            keep(new Slot(key, null), new Present(known <= maxAgeNanos ? asked - known : asked), epoch);
        }
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

    /**
     * Keeps a manifest.
     *
     * @param seen the time at which the store had it
     */
    void keep(Manifest manifest, long seen, long epoch) {
        ArtefactKey key = manifest.key();
        Slot slot = new Slot(key, null);
        HotObject before = entries.getIfPresent(slot) instanceof HotManifest hot && hot.manifest.equals(manifest)
                ? hot.object
                : new HotObject(manifest);
        keep(slot, new HotManifest(manifest, before, seen), epoch);
    }

    void keep(ArtefactManifest manifest, Representation representation, byte[] body, long epoch) {
        if (memory == null) {
            return;
        }
        Slot slot = new Slot(manifest.key(), representation);
        ByteBuf copy = memory.directBuffer(body.length, body.length).writeBytes(body);
        if (!keep(slot, new HotObject(copy, manifest.key().digest(), manifest.payload()), epoch)) {
            copy.release();
        }
    }

    /** Whether the entry took the value, if only for a moment. */
    private boolean keep(Slot slot, Object value, long epoch) {
        if (epoch(slot.key) != epoch) {
            return false;
        }
        free(entries.asMap().put(slot, value));
        if (epoch(slot.key) != epoch) {
            drop(slot);
        }
        return true;
    }

    private void drop(Slot slot) {
        free(entries.asMap().remove(slot));
    }

    /** Gives the memory of a payload back that is not found any more; each way out of the entries calls this once. */
    private static void free(@Nullable Object value) {
        if (value instanceof HotObject payload) {
            payload.giveBack();
        }
    }

    /** Forgets everything, what is being read right now too, or everything of a tenant. */
    void forgetAll(@Nullable Tenant only) {
        for (int stripe = 0; only == null && stripe < STRIPES; stripe++) {
            epochs.incrementAndGet(stripe);
        }
        for (Slot slot : entries.asMap().keySet()) {
            if (only == null || slot.key.tenant().equals(only)) {
                forget(slot.key);
            }
        }
    }

    /** That the stored object changed or went: whatever is known, or being read right now, doesn't count any more. */
    public void forget(ArtefactKey key) {
        epochs.incrementAndGet(stripe(key));
        drop(new Slot(key, null));
        for (Representation representation : Representation.values()) {
            drop(new Slot(key, representation));
        }
    }
}
