package io.surfacefs.cache;

import io.surfacefs.model.Tenant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tenants that have objects in the cache, each with its line of objects from the oldest to the newest, which runs
 * through the index' records. A tenant without objects is forgotten. Under the ledger's lock.
 */
final class Owners {
    /** One tenant. */
    static final class Owner {
        final Tenant tenant;
        final int number;
        final int percent;
        long bytes;
        int count;
        int oldest = Index.NONE;
        int newest = Index.NONE;

        Owner(Tenant tenant, int number, int percent) {
            this.tenant = tenant;
            this.number = number;
            this.percent = percent;
        }
    }

    private final Index index;
    private final CacheSettings settings;
    private final Map<Tenant, Owner> byTenant = new HashMap<>();
    private final List<@Nullable Owner> byNumber = new ArrayList<>();
    private int percents;

    Owners(Index index, CacheSettings settings) {
        this.index = index;
        this.settings = settings;
    }

    int count() {
        return byTenant.size();
    }

    /** The owner with that number, which must be in use. */
    Owner get(int number) {
        Owner owner = byNumber.get(number);
        if (owner == null) {
            throw new IllegalStateException("no owner " + number);
        }
        return owner;
    }

    /** The tenant's owner, made where there is none. */
    Owner of(Tenant tenant) {
        Owner known = byTenant.get(tenant);
        if (known != null) {
            return known;
        }
        int number = byNumber.indexOf(null);
        if (number < 0) {
            number = byNumber.size();
            byNumber.add(null);
        }
        Owner owner = new Owner(tenant, number, settings.shareOf(tenant));
        byNumber.set(number, owner);
        byTenant.put(tenant, owner);
        percents += owner.percent;
        return owner;
    }

    /** Bytes that nobody else takes from this tenant: scaled down where the shares of all pass the whole. */
    long share(Owner owner) {
        return (long) ((double) settings.soft() * owner.percent / Math.max(100, percents));
    }

    /** Of the tenants above their share, and the one that wants room, the one with the oldest object. */
    @Nullable Owner next(@Nullable Tenant forWhom) {
        Owner best = null;
        long oldest = Long.MAX_VALUE;
        for (Owner owner : byTenant.values()) {
            if (owner.count > 0 && (owner.tenant.equals(forWhom) || owner.bytes > share(owner))) {
                long order = index.page(owner.oldest).order[Index.at(owner.oldest)];
                if (order < oldest) {
                    oldest = order;
                    best = owner;
                }
            }
        }
        return best;
    }

    /** Brings all lines into order, after objects were found on the disk. */
    void sort() {
        long[] orders = new long[index.count()];
        int[] n = new int[1];
        index.forEach(id -> orders[n[0]++] = index.page(id).order[Index.at(id)]);
        Arrays.sort(orders);
        int[] line = new int[orders.length];
        Arrays.fill(line, Index.NONE);
        index.forEach(id -> {
            int place = Arrays.binarySearch(orders, index.page(id).order[Index.at(id)]);
            while (place > 0 && orders[place - 1] == orders[place]) {
                place--;
            }
            while (line[place] != Index.NONE) {
                place++;
            }
            line[place] = id;
        });
        unlinkAll();
        for (int id : line) {
            append(id, get(index.page(id).owner[Index.at(id)]));
        }
    }

    /** The records of a tenant, or of all. */
    List<Integer> records(@Nullable Tenant only) {
        List<Integer> ids = new ArrayList<>();
        for (Owner owner : byTenant.values()) {
            if (only == null || owner.tenant.equals(only)) {
                for (int id = owner.oldest; id != Index.NONE; id = index.page(id).newer[Index.at(id)]) {
                    ids.add(id);
                }
            }
        }
        return ids;
    }

    /** Puts a record at the new end of its owner's line. */
    void append(int id, Owner owner) {
        Index.Page page = index.page(id);
        int at = Index.at(id);
        page.older[at] = owner.newest;
        page.newer[at] = Index.NONE;
        if (owner.newest == Index.NONE) {
            owner.oldest = id;
        } else {
            index.page(owner.newest).newer[Index.at(owner.newest)] = id;
        }
        owner.newest = id;
        owner.bytes += page.size[at];
        owner.count++;
    }

    /** Takes a record out of its owner's line; an owner without objects is forgotten by {@link #forgetIfEmpty}. */
    Owner unlink(int id) {
        Index.Page page = index.page(id);
        int at = Index.at(id);
        Owner owner = get(page.owner[at]);
        int older = page.older[at];
        int newer = page.newer[at];
        if (older == Index.NONE) {
            owner.oldest = newer;
        } else {
            index.page(older).newer[Index.at(older)] = newer;
        }
        if (newer == Index.NONE) {
            owner.newest = older;
        } else {
            index.page(newer).older[Index.at(newer)] = older;
        }
        owner.bytes -= page.size[at];
        owner.count--;
        return owner;
    }

    boolean forgetIfEmpty(Owner owner) {
        if (owner.count > 0) {
            return false;
        }
        byTenant.remove(owner.tenant);
        byNumber.set(owner.number, null);
        percents -= owner.percent;
        return true;
    }

    private void unlinkAll() {
        for (Owner owner : byTenant.values()) {
            owner.oldest = Index.NONE;
            owner.newest = Index.NONE;
            owner.bytes = 0;
            owner.count = 0;
        }
    }
}
