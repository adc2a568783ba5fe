package io.surfacefs.cache;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.Tenant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the cache should have, said as simply as can be: one list, oldest first. */
final class CacheModel {
    private static final class Entry {
        final CacheName name;
        final long charged;
        final long expires;
        boolean visited;

        Entry(CacheName name, long charged, long expires) {
            this.name = name;
            this.charged = charged;
            this.expires = expires;
        }
    }

    private final CacheSettings settings;
    private final List<Entry> line = new ArrayList<>();

    CacheModel(CacheSettings settings) {
        this.settings = settings;
    }

    private Set<Tenant> tenants() {
        Set<Tenant> tenants = new HashSet<>();
        line.forEach(e -> tenants.add(e.name.tenant()));
        return tenants;
    }

    long used() {
        return Ledger.FIXED
                + line.stream().mapToLong(e -> e.charged).sum()
                + (long) tenants().size() * Ledger.TENANT_CHARGE;
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        line.forEach(e -> names.add(e.name.text()));
        return names;
    }

    void put(CacheName name, byte[] bytes, long expires, long now) {
        long trailer = CacheFile.write(new CacheFile.Trailer(
                        name, Hashes.sha256(bytes), bytes.length, expires, now, new byte[] {7, 7}))
                .length;
        long charged = bytes.length + trailer + Ledger.ENTRY_CHARGE;
        long whole = charged + Ledger.TENANT_CHARGE;
        if (whole > settings.soft() - Ledger.FIXED) {
            return;
        }
        while (used() + whole > settings.quota()) {
            if (!evictOne(name.tenant())) {
                return;
            }
        }
        remove(name);
        line.add(new Entry(name, charged, expires));
        trim();
    }

    void trim() {
        boolean more = true;
        while (more && used() > settings.soft()) {
            more = evictOne(null);
        }
    }

    private boolean evictOne(Tenant forWhom) {
        while (true) {
            Entry next = line.stream()
                    .filter(e -> e.name.tenant().equals(forWhom) || bytesOf(e.name.tenant()) > share())
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                return false;
            }
            line.remove(next);
            if (settings.eviction() != Eviction.SECOND_CHANCE || !next.visited) {
                return true;
            }
            next.visited = false;
            line.add(next);
        }
    }

    private long bytesOf(Tenant tenant) {
        return line.stream()
                .filter(e -> e.name.tenant().equals(tenant))
                .mapToLong(e -> e.charged)
                .sum();
    }

    private long share() {
        int percents = settings.tenantShare() * tenants().size();
        return (long) ((double) settings.soft() * settings.tenantShare() / Math.max(100, percents));
    }

    boolean read(CacheName name) {
        Entry entry = line.stream().filter(e -> e.name.equals(name)).findFirst().orElse(null);
        if (entry == null) {
            return false;
        }
        entry.visited = true;
        if (settings.eviction() == Eviction.LRU) {
            line.remove(entry);
            line.add(entry);
        }
        return true;
    }

    void remove(CacheName name) {
        line.removeIf(e -> e.name.equals(name));
    }

    void removeAll(Tenant tenant) {
        line.removeIf(e -> e.name.tenant().equals(tenant));
    }

    void expire(long now) {
        line.removeIf(e -> e.expires != 0 && e.expires <= now);
        trim();
    }

    /** Reads are remembered by their order, not by their marks. */
    void reopened() {
        line.forEach(e -> e.visited = false);
        trim();
    }
}
