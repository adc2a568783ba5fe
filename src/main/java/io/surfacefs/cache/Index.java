package io.surfacefs.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which objects the cache has: a record of 54 bytes an object in pages of primitive arrays, and open-addressing tables
 * of record numbers, split by the hash, with 5 to 11 bytes an object. Grows page by page and table by table, so growth
 * copies little and leaves no large garbage.
 *
 * <p>Lookups take no lock: they read their table optimistically and look again in the rare case that it changed
 * meanwhile. Changes are made by one thread at a time (the ledger's lock), each within the write lock of its table.
 * Marks that lookups leave (visited, fresh, verified) are plain writes: one that is lost costs recency, or one check
 * more.
 */
final class Index {
    /** The most objects: record numbers have 24 bits where the order is sorted. */
    static final int MAX_ENTRIES = 1 << 24;

    static final int NONE = -1;
    private static final int TABLES = 64;
    private static final int TABLE_SHIFT = 58;
    private static final int FIRST_TABLE = 16;

    /** The records of some thousand objects. */
    static final class Page {
        static final int BITS = 12;
        static final int SIZE = 1 << BITS;
        static final int MASK = SIZE - 1;

        final long[] high = new long[SIZE];
        final long[] low = new long[SIZE];
        final long[] size = new long[SIZE];
        final long[] order = new long[SIZE];
        final int[] expires = new int[SIZE];
        final int[] owner = new int[SIZE];
        final int[] older = new int[SIZE];
        final int[] newer = new int[SIZE];
        final int[] fresh = new int[SIZE];
        final boolean[] visited = new boolean[SIZE];
        final boolean[] verified = new boolean[SIZE];
    }

    /**
     * What a lookup found, all of it of one object.
     *
     * @param fresh when the object was last known to be current, in ticks of whoever wrote it; 0 for never
     * @param verified whether this process has checked its bytes
     */
    record Found(int id, int fresh, boolean verified) {}

    private static final class Table {
        final StampedLock lock = new StampedLock();
        volatile int[] slots = new int[FIRST_TABLE];
        int used;
    }

    private final Table[] tables = new Table[TABLES];
    private volatile Page[] pages = new Page[0];
    private int free = NONE;
    private int count;

    Index() {
        for (int i = 0; i < TABLES; i++) {
            tables[i] = new Table();
        }
    }

    private Table table(long high) {
        return tables[(int) (high >>> TABLE_SHIFT)];
    }

    /** The page of a record. */
    Page page(int id) {
        return pages[id >>> Page.BITS];
    }

    /** Place of a record in its page. */
    static int at(int id) {
        return id & Page.MASK;
    }

    int count() {
        return count;
    }

    /** An upper bound of the record numbers in use. */
    int bound() {
        return pages.length << Page.BITS;
    }

    /** Looks an object up, or gives null. For any thread. */
    @Nullable Found find(NameHash hash) {
        Table table = table(hash.high());
        long stamp = table.lock.tryOptimisticRead();
        if (stamp != 0) {
            Found found = probe(table, hash);
            if (table.lock.validate(stamp)) {
                return found;
            }
        }
        stamp = table.lock.readLock();
        try {
            return probe(table, hash);
        } finally {
            table.lock.unlockRead(stamp);
        }
    }

    private @Nullable Found probe(Table table, NameHash hash) {
        int[] slots = table.slots;
        Page[] records = pages;
        int mask = slots.length - 1;
        for (int i = start(hash.low(), mask), seen = 0; seen <= mask; i = (i + 1) & mask, seen++) {
            int id = slots[i] - 1;
            // A table that changes under us may hold numbers of pages that we don't see yet: looked at again.
            if (id < 0 || id >>> Page.BITS >= records.length) {
                return null;
            }
            Page page = records[id >>> Page.BITS];
            int at = at(id);
            if (page.high[at] == hash.high() && page.low[at] == hash.low()) {
                return new Found(id, page.fresh[at], page.verified[at]);
            }
        }
        return null;
    }

    private static int start(long low, int mask) {
        return (int) (low ^ (low >>> 32)) & mask;
    }

    /**
     * Adds an object that isn't there. Under the ledger's lock.
     *
     * @return its record, or {@link #NONE} when the index is full
     */
    int add(NameHash hash, long size, int owner, int expires, int fresh, boolean verified) {
        if (count == MAX_ENTRIES) {
            return NONE;
        }
        int id = take();
        Table table = table(hash.high());
        long stamp = table.lock.writeLock();
        try {
            Page page = page(id);
            int at = at(id);
            page.high[at] = hash.high();
            page.low[at] = hash.low();
            page.size[at] = size;
            page.owner[at] = owner;
            page.expires[at] = expires;
            page.fresh[at] = fresh;
            page.visited[at] = false;
            page.verified[at] = verified;
            if ((table.used + 1) * 4 > table.slots.length * 3) {
                grow(table);
            }
            insert(table.slots, page.low[at], id);
            table.used++;
        } finally {
            table.lock.unlockWrite(stamp);
        }
        count++;
        return id;
    }

    private int take() {
        if (free == NONE) {
            Page page = new Page();
            Page[] more = new Page[pages.length + 1];
            System.arraycopy(pages, 0, more, 0, pages.length);
            int base = pages.length << Page.BITS;
            more[pages.length] = page;
            for (int i = 0; i < Page.SIZE; i++) {
                page.owner[i] = NONE;
                page.newer[i] = i + 1 < Page.SIZE ? base + i + 1 : NONE;
            }
            pages = more;
            free = base;
        }
        int id = free;
        free = page(id).newer[at(id)];
        return id;
    }

    private static void insert(int[] slots, long low, int id) {
        int mask = slots.length - 1;
        int i = start(low, mask);
        while (slots[i] != 0) {
            i = (i + 1) & mask;
        }
        slots[i] = id + 1;
    }

    private void grow(Table table) {
        int[] wider = new int[table.slots.length * 2];
        for (int slot : table.slots) {
            if (slot != 0) {
                insert(wider, page(slot - 1).low[at(slot - 1)], slot - 1);
            }
        }
        table.slots = wider;
    }

    /** Takes an object out; its record is used again. Under the ledger's lock. */
    void remove(int id) {
        Page page = page(id);
        int at = at(id);
        Table table = table(page.high[at]);
        long stamp = table.lock.writeLock();
        try {
            int[] slots = table.slots;
            int mask = slots.length - 1;
            int hole = start(page.low[at], mask);
            while (slots[hole] != id + 1) {
                hole = (hole + 1) & mask;
            }
            closeGap(slots, hole);
            table.used--;
            page.high[at] = 0;
            page.low[at] = 0;
        } finally {
            table.lock.unlockWrite(stamp);
        }
        page.owner[at] = NONE;
        page.newer[at] = free;
        free = id;
        count--;
    }

    /** Moves back what stands behind a hole and would not be found across it (Knuth, volume 3, 6.4, algorithm R). */
    private void closeGap(int[] slots, int first) {
        int mask = slots.length - 1;
        int hole = first;
        for (int i = (hole + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
            int id = slots[i] - 1;
            int home = start(page(id).low[at(id)], mask);
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = 0;
    }

    /** The hash of a record in use. Under the ledger's lock. */
    NameHash hash(int id) {
        Page page = page(id);
        return new NameHash(page.high[at(id)], page.low[at(id)]);
    }

    /** Calls with each record in use. Under the ledger's lock. */
    void forEach(IntConsumer consumer) {
        int bound = bound();
        for (int id = 0; id < bound; id++) {
            if (page(id).owner[at(id)] != NONE) {
                consumer.accept(id);
            }
        }
    }

    /** Records, at most so many, that may be dropped by their time. Under the ledger's lock. */
    List<Integer> due(long epochSecond, int limit) {
        List<Integer> due = new ArrayList<>();
        int bound = bound();
        for (int id = 0; id < bound && due.size() < limit; id++) {
            int expires = page(id).expires[at(id)];
            if (expires != 0 && expires <= epochSecond && page(id).owner[at(id)] != NONE) {
                due.add(id);
            }
        }
        return due;
    }

    /** The objects whose files lie in one folder. For any thread; as of some moment during the call. */
    List<NameHash> inFolder(int folder) {
        Table table = table((long) folder << 56);
        List<NameHash> hashes = new ArrayList<>();
        long stamp = table.lock.readLock();
        try {
            for (int slot : table.slots) {
                if (slot != 0) {
                    NameHash hash = hash(slot - 1);
                    if (hash.folder() == folder) {
                        hashes.add(hash);
                    }
                }
            }
        } finally {
            table.lock.unlockRead(stamp);
        }
        return hashes;
    }
}
