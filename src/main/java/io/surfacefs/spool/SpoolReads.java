package io.surfacefs.spool;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads of what waits, and of the store behind it. A put of a key that nobody knew here is what is read of that key.
 * One of a key that was known adds to what the store has; it is read itself where the store has nothing, or can't be
 * asked. What is found gone was delivered meanwhile, so it is looked for again. Thread-safe.
 */
final class SpoolReads {
    private static final int TRIES = 100;

    private final ArtefactStore store;
    private final Pending pending;
    private final EntryReader reader;
    private final ManifestCodec codec;

    SpoolReads(ArtefactStore store, Pending pending, EntryReader reader, ManifestCodec codec) {
        this.store = store;
        this.pending = pending;
        this.reader = reader;
        this.codec = codec;
    }

    private interface Look<T> {
        @Nullable T at(List<Entry> entries) throws IOException;
    }

    /**
     * Looks at what waits of a key, again when some of it has been delivered meanwhile, or turned out to be damaged:
     * that is left out then, and told where nothing else is found.
     */
    private <T> @Nullable T look(SpoolKey key, Look<T> look) {
        for (int i = 0; ; i++) {
            List<Entry> entries = pending.of(key);
            T found;
            try {
                found = look.at(entries);
            } catch (NoSuchFileException e) {
                if (i == TRIES) {
                    throw DiskFaults.of("read the spool", e);
                }
                Thread.onSpinWait();
                continue;
            } catch (IOException e) {
                throw DiskFaults.of("read the spool", e);
            } catch (SurfaceException e) {
                if (entries.stream().noneMatch(Entry::isDamaged)) {
                    throw e;
                }
                continue;
            }
            if (found == null && pending.hasDamaged(key)) {
                throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "what waits of it in the spool is damaged");
            }
            return found;
        }
    }

    /** Whether a put is what it should be, which is looked at anew; not where it is gone meanwhile. */
    boolean isWhole(Entry entry) {
        try {
            reader.check(entry);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw DiskFaults.of("read the spool", e);
        } catch (SurfaceException e) {
            if (!entry.isDamaged()) {
                throw e;
            }
            return false;
        }
    }

    private static @Nullable Entry first(List<Entry> entries, Predicate<Entry> wanted) {
        for (Entry entry : entries) {
            if (wanted.test(entry)) {
                return entry;
            }
        }
        return null;
    }

    private static boolean strong(Entry entry) {
        return entry.manifest && !entry.head().weak();
    }

    /** What the store answers; what is here where it has nothing, nothing sound, or can't be asked. */
    private static <T> @Nullable T storeFirst(Supplier<@Nullable T> store, Supplier<@Nullable T> here) {
        T stored = null;
        SurfaceException fault = null;
        try {
            stored = store.get();
        } catch (SurfaceException e) {
            if (!Refusals.mayBeHereInstead(e.code())) {
                throw e;
            }
            fault = e;
        }
        T found = stored == null ? here.get() : stored;
        if (found == null && fault != null) {
            throw fault;
        }
        return found;
    }

    @Nullable Manifest manifest(ArtefactKey key) {
        return look(SpoolKey.of(key), entries -> {
            Entry strong = first(entries, SpoolReads::strong);
            if (strong != null) {
                return extended(reader.manifest(strong), entries);
            }
            Entry weak = first(entries, e -> e.manifest);
            if (weak == null) {
                return store.manifest(key);
            }
            Manifest here = reader.manifest(weak);
            Manifest found = storeFirst(() -> store.manifest(key), () -> here);
            return found == null ? null : extended(found, entries);
        });
    }

    /** With the latest expiry that waits, where the manifest has one. */
    private Manifest extended(Manifest manifest, List<Entry> entries) {
        Manifest result = manifest;
        for (Entry entry : entries) {
            Timestamp later = entry.head().expiresAt();
            Timestamp now = result.expiresAt();
            if (result instanceof ArtefactManifest artefact
                    && later != null
                    && now != null
                    && now.compareTo(later) < 0) {
                result = codec.withExpiry(artefact, later);
            }
        }
        return result;
    }

    /** The manifest that waits and counts, without asking the store; null when there is none. */
    @Nullable ArtefactManifest here(ArtefactKey key) {
        return look(SpoolKey.of(key), entries -> {
            Entry strong = first(entries, SpoolReads::strong);
            return strong == null ? null : (ArtefactManifest) extended(reader.manifest(strong), entries);
        });
    }

    /** Whether a put of that manifest would change nothing of what waits and counts, and is what it should be. */
    boolean addsNothing(SpoolKey key, ArtefactManifest made, ArtefactStore.Index index) {
        List<Entry> entries = pending.of(key);
        Entry strong = first(entries, SpoolReads::strong);
        if (strong == null || !strong.hasPayload()) {
            return false;
        }
        ArtefactStore.Index there = strong.head().index();
        Timestamp asked = made.expiresAt();
        Timestamp expires = strong.head().expiresAt();
        return there.images().containsAll(index.images())
                && there.scans().containsAll(index.scans())
                && (asked == null || expires == null || expires.compareTo(asked) >= 0)
                && isWhole(strong);
    }

    /**
     * What a put is answered that made nothing new.
     *
     * @param before what was known of the key here, or null
     * @param made what would have been made
     */
    ArtefactManifest shown(ArtefactKey key, @Nullable ArtefactManifest before, ArtefactManifest made) {
        Timestamp later = made.expiresAt();
        if (before != null) {
            Timestamp now = before.expiresAt();
            return later != null && now != null && now.compareTo(later) < 0 ? codec.withExpiry(before, later) : before;
        }
        Manifest found = storeFirst(() -> manifest(key), () -> made);
        return found instanceof ArtefactManifest artefact ? artefact : made;
    }

    /** The payload that waits and counts, or else a staged one; null when none waits that is whole. */
    ArtefactStore.@Nullable Received received(SpoolKey key) throws IOException {
        for (Entry entry = holder(pending.of(key)); entry != null; entry = holder(pending.of(key))) {
            try {
                return reader.received(entry);
            } catch (SurfaceException e) {
                if (!entry.isDamaged()) {
                    throw e;
                }
            }
        }
        return null;
    }

    private static @Nullable Entry holder(List<Entry> entries) {
        Entry commit = first(entries, e -> e.isCommit() && e.hasPayload());
        return commit != null ? commit : first(entries, Entry::hasPayload);
    }

    /** @param behind opens it in the store */
    ArtefactStore.@Nullable OpenPayload payload(ArtefactKey key, Supplier<ArtefactStore.@Nullable OpenPayload> behind) {
        return look(SpoolKey.of(key), entries -> {
            Entry strong = first(entries, e -> strong(e) && e.hasPayload());
            if (strong != null) {
                return open(key, strong);
            }
            Entry holder = holder(entries);
            if (holder == null) {
                return behind.get();
            }
            ArtefactStore.OpenPayload here = open(key, holder);
            boolean given = false;
            try {
                ArtefactStore.OpenPayload stored = behind.get();
                given = stored == null;
                return given ? here : stored;
            } catch (SurfaceException e) {
                if (!Refusals.mayBeHereInstead(e.code())) {
                    throw e;
                }
                given = true;
                return here;
            } finally {
                if (!given) {
                    here.close();
                }
            }
        });
    }

    private ArtefactStore.OpenPayload open(ArtefactKey key, Entry entry) throws IOException {
        return new ArtefactStore.OpenPayload(
                key, Objects.requireNonNull(entry.head().payload()), reader.payload(entry));
    }

    @Nullable StoredPayload facts(ArtefactKey key) {
        List<Entry> entries = pending.of(SpoolKey.of(key));
        Entry strong = first(entries, e -> strong(e) && e.hasPayload());
        if (strong != null) {
            return strong.head().payload();
        }
        Entry holder = holder(entries);
        return holder == null
                ? store.facts(key)
                : storeFirst(() -> store.facts(key), () -> holder.head().payload());
    }

    /** One that is damaged is as good as absent: it is a memo. */
    ArtefactStore.@Nullable OpenEntry cacheEntry(CacheKey key) {
        try {
            return look(
                    SpoolKey.of(key),
                    entries -> entries.isEmpty()
                            ? store.cacheEntry(key)
                            : new ArtefactStore.OpenEntry(
                                    reader.raw(entries.getLast()),
                                    Objects.requireNonNull(
                                            entries.getLast().head().payload()),
                                    reader.payload(entries.getLast())));
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.CORRUPT_OBJECT) {
                throw e;
            }
            return null;
        }
    }

    @Nullable ScanManifest currentScan(Tenant tenant, ScanId scan) {
        // What waits first: should it be delivered meanwhile, the store has it.
        ScanManifest here = waiting(tenant, scan);
        ScanManifest stored = storeFirst(() -> store.currentScan(tenant, scan), () -> here);
        return here != null && stored != null && isLater(here, stored) ? here : stored;
    }

    /** As {@link #currentScan}, but null where the store would have to be asked and can't be. */
    @Nullable ScanManifest currentScanBeforePut(Tenant tenant, ScanId scan) {
        if (pending.claims().storeIsOut()) {
            return waiting(tenant, scan);
        }
        try {
            return currentScan(tenant, scan);
        } catch (SurfaceException e) {
            if (!Refusals.isOutage(e.code())) {
                throw e;
            }
            return null;
        }
    }

    private @Nullable ScanManifest waiting(Tenant tenant, ScanId scan) {
        ScanManifest current = null;
        for (ScanManifest found : scans(
                e -> e.key.tenant().equals(tenant) && e.head().index().scans().contains(scan))) {
            if (current == null || isLater(found, current)) {
                current = found;
            }
        }
        return current;
    }

    /** Those of the scan manifests that wait, and still do, which are wanted; without what is damaged. */
    List<ScanManifest> scans(Predicate<Entry> wanted) {
        List<ScanManifest> scans = new ArrayList<>();
        for (Entry entry : pending.all(e -> e.head().op() == Head.Op.SCAN && e.isReadable() && wanted.test(e))) {
            if (waiting(entry) instanceof ScanManifest scan) {
                scans.add(scan);
            }
        }
        return scans;
    }

    private @Nullable Manifest waiting(Entry entry) {
        try {
            return look(entry.key, entries -> entries.contains(entry) ? reader.manifest(entry) : null);
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.CORRUPT_OBJECT) {
                throw e;
            }
            return null;
        }
    }

    private static boolean isLater(ScanManifest a, ScanManifest b) {
        int order = a.generatedAt().compareTo(b.generatedAt());
        return order > 0 || (order == 0 && a.digest().compareTo(b.digest()) > 0);
    }
}
