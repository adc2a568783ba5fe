package io.surfacefs.cache;

import io.surfacefs.model.Tenant;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of the cache's bytes and of the order in which objects go. Bytes that count: of the objects' files, of
 * room that is reserved for temporary files, of quarantined files, of files that are being deleted until they are, and
 * for each object and tenant what it needs in two snapshots of the index, so that one can always be written. Their sum
 * never passes the hard mark. Thread-safe: one lock, held for moves in memory only, never by a lookup.
 */
final class Ledger {
    /** Bytes an object counts besides its file: its lines in two snapshots. */
    static final int ENTRY_CHARGE = 2 * Snapshot.RECORD;

    /** Bytes a tenant counts: its lines in two snapshots. */
    static final int TENANT_CHARGE = 2 * Snapshot.MAX_TENANT;

    /** Bytes that lock, format and the heads of two snapshots need. */
    static final int FIXED = 4096;

    /** An object that was taken out of the index and whose file is to be deleted. */
    record Leaving(NameHash hash, long charged) {}

    /** What there is. */
    record Totals(long bytes, long entryBytes, int entries, long quarantined, int tenants) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final CacheSettings settings;
    private final Index index;
    private final Owners owners;
    private final Recency recency;
    private final Clock clock;
    private long entryBytes;
    private long reserved;
    private long quarantined;
    private long leaving;

    Ledger(CacheSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.index = new Index();
        this.owners = new Owners(index, settings);
        this.recency = new Recency(index, owners, settings.eviction(), clock);
    }

    Index index() {
        return index;
    }

    private long used() {
        return FIXED + entryBytes + reserved + quarantined + leaving + (long) owners.count() * TENANT_CHARGE;
    }

    private static long charged(long size) {
        return size + ENTRY_CHARGE;
    }

    /** Reserves room if there is some. What an object will count besides its file must be in it. */
    boolean tryReserve(long bytes) {
        lock.lock();
        try {
            if (used() + bytes > settings.quota()) {
                return false;
            }
            reserved += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void release(long bytes) {
        lock.lock();
        try {
            reserved -= bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Adds bytes to what is in quarantine, or takes some off. */
    void quarantined(long change) {
        lock.lock();
        try {
            quarantined += change;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Enters an object, in the place of one of the same name. Its room is given back and its own bytes counted in one
     * step.
     *
     * @param room bytes that were reserved for it
     * @return whether it was entered: false when the index is full
     */
    boolean enter(Item item, long room) {
        lock.lock();
        try {
            recency.apply(); // what was read before this is older than this
            removeNow(item.hash());
            return add(item, recency.next(item.inserted()), room);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Enters an object that was found on the disk, unless it is known. Its order is when it was inserted; {@link #sort}
     * puts it in its place.
     */
    boolean enterFound(Item item, long order) {
        lock.lock();
        try {
            if (index.find(item.hash()) != null) {
                return false;
            }
            recency.seen(order);
            return add(item, order, 0);
        } finally {
            lock.unlock();
        }
    }

    private boolean add(Item item, long order, long room) {
        reserved -= room;
        Owners.Owner owner = owners.of(item.tenant());
        int id = index.add(
                item.hash(), charged(item.size()), owner.number, item.expires(), item.fresh(), item.verified());
        if (id == Index.NONE) {
            owners.forgetIfEmpty(owner);
            return false;
        }
        index.page(id).order[Index.at(id)] = order;
        owners.append(id, owner);
        entryBytes += charged(item.size());
        return true;
    }

    /** Takes an object out whose file is gone or about to be. {@return whether it was there} */
    boolean remove(NameHash hash) {
        lock.lock();
        try {
            return removeNow(hash);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an object out whose file is going to be deleted; it counts until {@link #left}. Null when it is not known.
     */
    @Nullable Leaving leave(NameHash hash) {
        lock.lock();
        try {
            Index.Found found = index.find(hash);
            if (found == null) {
                return null;
            }
            Leaving object = takeOut(found.id());
            leaving += object.charged();
            return object;
        } finally {
            lock.unlock();
        }
    }

    private boolean removeNow(NameHash hash) {
        Index.Found found = index.find(hash);
        if (found == null) {
            return false;
        }
        takeOut(found.id());
        return true;
    }

    private Leaving takeOut(int id) {
        NameHash hash = index.hash(id);
        long charged = index.page(id).size[Index.at(id)];
        Owners.Owner owner = owners.unlink(id);
        index.remove(id);
        owners.forgetIfEmpty(owner);
        entryBytes -= charged;
        return new Leaving(hash, charged);
    }

    /** That the file of an object that left is deleted, or was not there. */
    void left(Leaving object) {
        lock.lock();
        try {
            leaving -= object.charged();
        } finally {
            lock.unlock();
        }
    }

    /** Notes that an object was read. For any thread; waits for nobody. */
    void visited(Index.Found found, NameHash hash) {
        if (recency.visited(found.id(), hash.low()) && lock.tryLock()) {
            try {
                recency.apply();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Notes when an object was found to be current, unless a later time is known. */
    void fresh(NameHash hash, int tick) {
        lock.lock();
        try {
            Index.Found found = index.find(hash);
            if (found != null) {
                int[] fresh = index.page(found.id()).fresh;
                fresh[Index.at(found.id())] = Math.max(fresh[Index.at(found.id())], tick);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notes that an object's bytes were checked; while the lock is taken not: it is checked once more then. */
    void verified(NameHash hash) {
        if (lock.tryLock()) {
            try {
                Index.Found found = index.find(hash);
                if (found != null) {
                    index.page(found.id()).verified[Index.at(found.id())] = true;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Whether what is known of an object is true of its file, by its size and by when it was inserted: a snapshot may
     * tell of an older one of the same name.
     */
    boolean isTrue(NameHash hash, long size, long inserted) {
        lock.lock();
        try {
            Index.Found found = index.find(hash);
            return found != null
                    && index.page(found.id()).size[Index.at(found.id())] == charged(size)
                    && index.page(found.id()).order[Index.at(found.id())] >= inserted << 10;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes out the objects that go next, so that room of so many bytes can be had: no more than that needs.
     *
     * @param bytes wanted
     * @param forWhom may always take from its own
     * @return none when nothing has to go, or nothing may
     */
    List<Leaving> makeRoom(long bytes, @Nullable Tenant forWhom) {
        lock.lock();
        try {
            return evict(used() + bytes - leaving - settings.quota(), forWhom);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes out what goes next until the soft mark is kept again. Room that is only reserved doesn't count for it: it
     * may come to nothing.
     */
    List<Leaving> trim() {
        lock.lock();
        try {
            return evict(used() - reserved - leaving - settings.soft(), null);
        } finally {
            lock.unlock();
        }
    }

    private List<Leaving> evict(long excess, @Nullable Tenant forWhom) {
        List<Leaving> gone = new ArrayList<>();
        if (excess <= 0) {
            return gone;
        }
        recency.apply();
        long chances = 2L * index.count();
        long freed = 0;
        while (freed < excess) {
            Owners.Owner owner = owners.next(forWhom);
            if (owner == null) {
                break;
            }
            int id = owner.oldest;
            Index.Page page = index.page(id);
            int at = Index.at(id);
            if (settings.eviction() == Eviction.SECOND_CHANCE && page.visited[at] && chances-- > 0) {
                page.visited[at] = false;
                recency.moveToEnd(id);
                continue;
            }
            int before = owners.count();
            Leaving object = takeOut(id);
            leaving += object.charged();
            freed += object.charged() + (long) (before - owners.count()) * TENANT_CHARGE;
            gone.add(object);
        }
        return gone;
    }

    /**
     * Takes out what may be dropped by its time.
     *
     * @param limit at most so many
     */
    List<Leaving> expired(int limit) {
        long now = clock.instant().getEpochSecond();
        lock.lock();
        try {
            return leave(index.due(now, limit));
        } finally {
            lock.unlock();
        }
    }

    /** Takes out all objects of a tenant, or of all. */
    List<Leaving> takeAll(@Nullable Tenant only) {
        lock.lock();
        try {
            return leave(owners.records(only));
        } finally {
            lock.unlock();
        }
    }

    private List<Leaving> leave(List<Integer> ids) {
        List<Leaving> gone = new ArrayList<>();
        for (int id : ids) {
            Leaving object = takeOut(id);
            leaving += object.charged();
            gone.add(object);
        }
        return gone;
    }

    /** Brings all lines into the order of insertion, after objects were found on the disk. */
    void sort() {
        lock.lock();
        try {
            owners.sort();
        } finally {
            lock.unlock();
        }
    }

    /** Copies the records of one page, for a snapshot. {@return false behind the last one} */
    boolean copyPage(int number, Snapshot.Sink sink) {
        lock.lock();
        try {
            recency.apply();
            int first = number << Index.Page.BITS;
            if (first >= index.bound()) {
                return false;
            }
            Index.Page page = index.page(first);
            for (int at = 0; at < Index.Page.SIZE; at++) {
                if (page.owner[at] != Index.NONE) {
                    sink.record(
                            index.hash(first + at),
                            owners.get(page.owner[at]).tenant,
                            page.size[at] - ENTRY_CHARGE,
                            page.expires[at],
                            page.order[at]);
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    Totals totals() {
        lock.lock();
        try {
            return new Totals(used(), entryBytes, index.count(), quarantined, owners.count());
        } finally {
            lock.unlock();
        }
    }
}
