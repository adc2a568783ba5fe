package io.surfacefs.store.layout;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * This process' share of a tenant's quota. Bytes are taken ahead, by a conditional write of the tenant's usage object
 * that all processes share, before anything is stored on the strength of them; so together they never take more than
 * the quota. What a process dies with is found by the next count. Thread-safe; one caller at a time asks the store.
 */
final class Account {
    private static final int ATTEMPTS = 100;
    private static final Duration INTERVAL = Duration.ofHours(1);

    /**
     * A small put needs no request of its own for its room: that much is taken at a time, and never more than a share.
     */
    private static final long AHEAD = 64 << 20;

    private static final int SHARES = 1024;

    /** How long a put waits for others that ask the store for room. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BlobStore blobs;
    private final Tenant tenant;
    private final long quota;
    private final long ahead;
    private final Events events;
    private final String process = UUID.randomUUID().toString();
    private final ReentrantLock lock = new ReentrantLock();

    /** Taken ahead, and not in use. */
    private long free;

    /** In use by puts that have not ended. */
    private long putting;

    /** Freed by drops since the last count began or ended, and not told yet. */
    private long dropped;

    /** When that was, as far as this process has seen; null before it has looked. */
    private UsageObject.@Nullable Era era;

    /** What the usage object says that this process has open. */
    private long told;

    Account(BlobStore blobs, Tenant tenant, long quota, Events events) {
        this.blobs = blobs;
        this.tenant = tenant;
        this.quota = quota;
        this.ahead = Math.min(AHEAD, quota / SHARES);
        this.events = events;
    }

    static BlobKey name(Tenant tenant) {
        return BlobKey.manifest("system/usage/" + tenant + ".json");
    }

    /**
     * Takes room for something that is about to be stored; {@link #stored} or {@link #giveBack} must follow.
     *
     * @throws SurfaceException {@code QUOTA_EXCEEDED} when there isn't as much; {@code OVERLOADED} when others have
     *     been asking the store for theirs for 10 s
     */
    void reserve(long bytes) {
        enter();
        try {
            if (free < bytes) {
                take(bytes - free);
            }
            free -= bytes;
            putting += bytes;
        } finally {
            lock.unlock();
        }
    }

    private void enter() {
        try {
            if (lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "interrupted while waiting", null, e);
        }
        throw new SurfaceException(
                ErrorCode.OVERLOADED, "too many puts of this tenant wait for room in its quota", "try again later");
    }

    private void take(long missing) {
        long[] taken = new long[1];
        UsageObject now = change(usage -> {
            long room = quota - usage.bytes();
            if (missing > room) {
                throw exceeded(usage.bytes(), missing);
            }
            taken[0] = Math.min(room, Math.max(missing, ahead));
            return usage.taken(process, taken[0], free + putting + taken[0]);
        });
        free += taken[0];
        told = free + putting;
        events.quotaUsed(tenant, now.bytes(), quota);
    }

    private SurfaceException exceeded(long bytes, long missing) {
        events.quotaUsed(tenant, bytes, quota);
        events.quotaExceeded();
        return new SurfaceException(
                ErrorCode.QUOTA_EXCEEDED,
                "the tenant has or is putting " + bytes + " of its " + quota + " bytes, and this needs " + missing
                        + " more",
                "delete what isn't needed any more, or have the quota raised");
    }

    /** What was reserved is stored. */
    void stored(long bytes) {
        end(bytes, 0);
    }

    /** What was reserved wasn't needed: it was there already, or the put failed. */
    void giveBack(long bytes) {
        end(bytes, bytes);
    }

    private void end(long bytes, long back) {
        lock.lock();
        try {
            putting -= bytes;
            free += back;
            // What a large put leaves is told at once, what small ones leave together.
            if (free > ahead || told - free - putting > ahead) {
                tell(ahead);
            }
        } catch (SurfaceException e) {
            return; // the put has ended however it did; the schedule tells, or a count
        } finally {
            lock.unlock();
        }
    }

    /** To be called before something is dropped: what a count may have missed is not subtracted from it, too. */
    void dropping() {
        boolean known;
        lock.lock();
        try {
            known = era != null;
        } finally {
            lock.unlock();
        }
        if (!known) {
            read();
        }
    }

    /** Something stored was dropped. Told by the next {@link #settle}. */
    void dropped(long bytes) {
        lock.lock();
        try {
            dropped += bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Gives back all that isn't in use, and tells that this process lives. */
    void settle() {
        lock.lock();
        try {
            if (free > 0 || putting > 0 || dropped > 0 || told > 0) {
                tell(0);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells what is open, and gives back what is free beyond some. Should that fail, it may have been done: it counts
     * as done, and a count finds the rest.
     */
    private void tell(long keep) {
        long unused = Math.max(0, free - keep);
        long gone = dropped;
        free -= unused;
        dropped = 0;
        UsageObject.Era since = era;
        UsageObject now =
                change(usage -> usage.returned(process, unused, usage.era().equals(since) ? gone : 0, free + putting));
        told = free + putting;
        events.quotaUsed(tenant, now.bytes(), quota);
    }

    /** Whether it is time for a count. */
    boolean isDue(Instant now) {
        UsageObject usage = read();
        events.quotaUsed(tenant, usage.bytes(), quota);
        return usage.isDue(now, INTERVAL);
    }

    private UsageObject read() {
        BlobStore.Content there = blobs.read(name(tenant), UsageObject.MAX_BYTES);
        UsageObject usage = there == null ? UsageObject.NONE : UsageObject.parse(there.bytes());
        seen(usage);
        return usage;
    }

    /** What was freed before a count began it doesn't see; what is freed while it lists it may have seen, or not. */
    private void seen(UsageObject usage) {
        lock.lock();
        try {
            if (!usage.era().equals(era)) {
                era = usage.era();
                dropped = 0;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Counts. What is put meanwhile counts too, whether it was seen or not.
     *
     * @param sum looks at all that is stored, bytes
     */
    void count(Instant now, LongSupplier sum) {
        String id = UUID.randomUUID().toString();
        change(usage -> usage.counting(id));
        long seen = sum.getAsLong();
        UsageObject counted = change(usage -> usage.counted(id, seen, now));
        events.quotaUsed(tenant, counted.bytes(), quota);
    }

    /** Changes the usage object, against whoever changes it too; gives what it is then. */
    private UsageObject change(UnaryOperator<UsageObject> change) {
        BlobKey name = name(tenant);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            BlobStore.Content there = blobs.read(name, UsageObject.MAX_BYTES);
            UsageObject before = there == null ? UsageObject.NONE : UsageObject.parse(there.bytes());
            seen(before);
            UsageObject wanted = change.apply(before);
            if (wanted.equals(before)) {
                return before;
            }
            BlobSource source = new BlobSource.Bytes(wanted.toBytes());
            boolean written = there == null
                    ? blobs.putAllIfAbsent(List.of(new BlobStore.Put(name, source)))
                            .lastCreated()
                    : blobs.replace(name, there.head().tag(), source);
            if (written) {
                seen(wanted);
                return wanted;
            }
        }
        throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "others keep changing what the tenant has", "try again");
    }
}
