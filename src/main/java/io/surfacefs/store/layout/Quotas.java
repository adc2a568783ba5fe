package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes tenants may store, of payloads and cache entries. A tenant without a quota costs nothing. Thread-safe.
 */
final class Quotas {
    private static final int STRIPES = 64;
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private final BlobStore blobs;
    private final Map<Tenant, Account> accounts = new HashMap<>();
    /**
     * By name: what is there is measured and changed by one at a time, or many would be credited with the same bytes.
     */
    private final Lock[] changing = new Lock[STRIPES];

    /** @param quotas stored bytes of the tenants that have a quota */
    Quotas(BlobStore blobs, Map<Tenant, Long> quotas, Events events) {
        this.blobs = blobs;
        Arrays.setAll(changing, i -> new ReentrantLock());
        quotas.forEach((tenant, quota) -> accounts.put(tenant, new Account(blobs, tenant, quota, events)));
    }

    /**
     * Room for a payload that is about to be put. Must be closed.
     *
     * @throws SurfaceException {@code QUOTA_EXCEEDED} when the tenant has no more room
     */
    Room reserve(ArtefactKey key, ArtefactStore.Received payload) {
        return new Room(
                accounts.get(key.tenant()), Payloads.name(key), payload.facts().storedSize());
    }

    /** For a put that brings no payload. */
    Room none(ArtefactKey key) {
        return new Room(null, Payloads.name(key), 0);
    }

    /** Room that is in use until it is closed; then it is the payload's, or free again. */
    final class Room implements AutoCloseable {
        private final @Nullable Account account;
        private final BlobKey name;
        private final long bytes;
        private boolean stored;

        private Room(@Nullable Account account, BlobKey name, long bytes) {
            this.account = account;
            this.name = name;
            this.bytes = bytes;
            if (account != null) {
                account.reserve(bytes);
            }
        }

        /** Puts objects that are not there yet, the payload first. */
        BlobStore.PutResult put(List<BlobStore.Put> puts) {
            try {
                BlobStore.PutResult result = blobs.putAllIfAbsent(puts);
                stored = result.firstCreated();
                return result;
            } catch (RuntimeException e) {
                stored = account != null && isThere();
                throw e;
            }
        }

        /** Whether a put that failed has left the payload; a store that can't be asked is taken at its word. */
        private boolean isThere() {
            try {
                return blobs.head(name) != null;
            } catch (SurfaceException e) {
                return false;
            }
        }

        @Override
        public void close() {
            if (account != null && stored) {
                account.stored(bytes);
            } else if (account != null) {
                account.giveBack(bytes);
            }
        }
    }

    /**
     * Writes a cache entry over what is there.
     *
     * @throws SurfaceException {@code QUOTA_EXCEEDED} when it is larger by more than there is room
     */
    void replace(CacheKey key, BlobSource value) {
        BlobKey name = CacheEntries.name(key);
        if (!accounts.containsKey(key.tenant())) {
            blobs.replace(name, null, value);
            return;
        }
        alone(name, () -> write(key, size(blobs, name), value, () -> blobs.replace(name, null, value)));
    }

    private boolean alone(BlobKey name, BooleanSupplier work) {
        Lock lock = changing[Math.floorMod(name.hashCode(), STRIPES)];
        boolean mine = false;
        try {
            mine = lock.tryLock(LONGEST.toNanos(), TimeUnit.NANOSECONDS);
            if (!mine) {
                throw new SurfaceException(ErrorCode.OVERLOADED, "this object is being changed all the time");
            }
            return work.getAsBoolean();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreFault(StoreFault.Reason.GIVEN_UP, null, e);
        } finally {
            if (mine) {
                lock.unlock();
            }
        }
    }

    /**
     * Writes a cache entry.
     *
     * @param before bytes of the one whose place it takes
     * @param write writes it; whether it did
     * @return what {@code write} said
     * @throws SurfaceException {@code QUOTA_EXCEEDED} when it is larger by more than there is room
     */
    boolean write(CacheKey key, long before, BlobSource value, BooleanSupplier write) {
        Account account = accounts.get(key.tenant());
        long more = value.size() - before;
        if (account == null) {
            return write.getAsBoolean();
        }
        if (more <= 0) {
            account.dropping();
            boolean written = write.getAsBoolean();
            account.dropped(written ? -more : 0);
            return written;
        }
        account.reserve(more);
        boolean written = false;
        try {
            written = write.getAsBoolean();
            return written;
        } finally {
            if (written) {
                account.stored(more);
            } else {
                account.giveBack(more);
            }
        }
    }

    /** Deletes an object of a tenant, through any view of the same store; whether it was there. */
    boolean delete(BlobStore through, Tenant tenant, BlobKey name) {
        Account account = accounts.get(tenant);
        if (account == null) {
            return through.delete(name, null);
        }
        return alone(name, () -> {
            long bytes = size(through, name);
            account.dropping();
            boolean gone = through.delete(name, null);
            if (gone) {
                account.dropped(bytes);
            }
            return gone;
        });
    }

    private static long size(BlobStore through, BlobKey name) {
        BlobStore.Head head = through.head(name);
        return head == null ? 0 : head.size();
    }

    /** Gives back what this process took ahead and doesn't use, tells of drops, and that it lives. */
    void settle() {
        accounts.values().forEach(Account::settle);
    }

    /** The tenants whose bytes are to be counted now. */
    List<Tenant> due(Instant now) {
        return accounts.entrySet().stream()
                .filter(entry -> entry.getValue().isDue(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Counts what a tenant has.
     *
     * @param through the view of the store to list it by
     * @param keep called before each page
     */
    void count(BlobStore through, Tenant tenant, Instant now, Runnable keep) {
        Account account = accounts.get(tenant);
        if (account != null) {
            account.count(now, () -> new TenantBytes(through, keep).of(tenant));
        }
    }
}
