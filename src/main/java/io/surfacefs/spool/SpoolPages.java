package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lists what waits together with what the store has, in one order. What a scan manifest that waits names is found under
 * its image and scan too. Thread-safe.
 */
final class SpoolPages {
    private final ArtefactStore store;
    private final Pending pending;
    private final SpoolReads reads;

    SpoolPages(ArtefactStore store, Pending pending, SpoolReads reads) {
        this.store = store;
        this.pending = pending;
        this.reads = reads;
    }

    /** See {@link ArtefactStore#page}. */
    ArtefactStore.Page page(ArtefactStore.Query query) {
        // What waits first: what is delivered after this look is in the store's page.
        List<SpoolKey> waiting = waiting(query);
        ArtefactStore.Page page = store.page(query);
        if (waiting.isEmpty()) {
            return page;
        }
        TreeMap<String, Manifest> merged = new TreeMap<>();
        page.manifests().forEach(m -> merged.put(position(m), m));
        boolean more = page.next() != null || waiting.size() > query.limit();
        String end = end(page.next(), waiting, query.limit());
        for (SpoolKey key : waiting) {
            if (end == null || key.position().compareTo(end) <= 0) {
                Manifest manifest = readable(key);
                if (manifest != null) {
                    merged.put(key.position(), manifest);
                }
            }
        }
        return cut(end == null ? merged : merged.headMap(end, true), query, more ? end : null);
    }

    /** One manifest that rotted must not keep all others of its page from whoever lists; who found it told of it. */
    private @Nullable Manifest readable(SpoolKey key) {
        try {
            return reads.manifest(key.artefact());
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.CORRUPT_OBJECT) {
                throw e;
            }
            return null;
        }
    }

    /** Keys that may belong on the page, in order; one more than fits where there are more. */
    private List<SpoolKey> waiting(ArtefactStore.Query query) {
        int most = query.limit() + 1;
        List<SpoolKey> put = pending.listed(query.tenant(), query.after(), most, e -> isWanted(query, e));
        boolean byIndex = query.image() != null || query.scan() != null;
        if (!byIndex || (query.kind() != null && query.kind().isSurfaceManifest())) {
            return put;
        }
        TreeMap<String, SpoolKey> all = new TreeMap<>();
        put.forEach(key -> all.put(key.position(), key));
        for (ScanManifest scan : reads.scans(e -> e.key.tenant().equals(query.tenant()) && isUnder(query, e))) {
            for (ArtefactKey listed : scan.artefacts()) {
                SpoolKey key = SpoolKey.of(listed);
                boolean wanted = query.kind() == null || query.kind().equals(listed.kind());
                if (wanted && key.position().compareTo(query.after()) > 0) {
                    all.put(key.position(), key);
                    if (all.size() > most) {
                        all.pollLastEntry();
                    }
                }
            }
        }
        return List.copyOf(all.values());
    }

    /** See {@link ArtefactStore#index}. */
    ArtefactStore.IndexPage index(Tenant tenant, String after, int limit) {
        // What waits first: what is delivered after this look is in the store's page.
        NavigableMap<String, IndexEntry> merged = new TreeMap<>();
        for (Entry entry :
                pending.all(e -> e.isReadable() && e.manifest && e.key.tenant().equals(tenant))) {
            add(merged, entry.key.artefact(), entry.head().index(), after, limit + 1);
        }
        for (ScanManifest scan : reads.scans(e -> e.key.tenant().equals(tenant))) {
            ArtefactStore.Index under = new ArtefactStore.Index(
                    scan.imageDigest() == null ? Set.of() : Set.of(scan.imageDigest()), Set.of(scan.scanId()));
            scan.artefacts().forEach(listed -> add(merged, listed, under, after, limit + 1));
        }
        boolean more = merged.size() > limit;
        ArtefactStore.IndexPage page = store.index(tenant, after, limit);
        if (merged.isEmpty()) {
            return page;
        }
        String end = page.next();
        if (more && (end == null || merged.lastKey().compareTo(end) < 0)) {
            end = merged.lastKey();
        }
        page.entries().forEach(entry -> merged.put(entry.place(), entry));
        List<IndexEntry> entries = List.copyOf((end == null ? merged : merged.headMap(end, true)).values());
        if (entries.size() > limit) {
            entries = entries.subList(0, limit);
            end = entries.getLast().place();
        }
        return new ArtefactStore.IndexPage(entries, end);
    }

    /** Adds what stands behind a place; of all the first ones stay. */
    private static void add(
            NavigableMap<String, IndexEntry> merged,
            ArtefactKey key,
            ArtefactStore.Index under,
            String after,
            int most) {
        Stream.concat(
                        under.images().stream().map(image -> new IndexEntry(key, image, null)),
                        under.scans().stream().map(scan -> new IndexEntry(key, null, scan)))
                .filter(entry -> entry.place().compareTo(after) > 0)
                .forEach(entry -> merged.put(entry.place(), entry));
        while (merged.size() > most) {
            merged.pollLastEntry();
        }
    }

    /** The last position up to which both are known; null when that is all. */
    private static @Nullable String end(@Nullable String next, List<SpoolKey> waiting, int limit) {
        if (waiting.size() <= limit) {
            return next;
        }
        String last = waiting.getLast().position();
        return next == null || last.compareTo(next) < 0 ? last : next;
    }

    private static ArtefactStore.Page cut(
            Map<String, Manifest> merged, ArtefactStore.Query query, @Nullable String next) {
        List<Manifest> manifests = new ArrayList<>();
        long bytes = 0;
        String last = null;
        for (Map.Entry<String, Manifest> entry : merged.entrySet()) {
            bytes += entry.getValue().canonical().length;
            if (manifests.size() == query.limit() || (bytes > query.maxBytes() && !manifests.isEmpty())) {
                return new ArtefactStore.Page(manifests, last);
            }
            manifests.add(entry.getValue());
            last = entry.getKey();
        }
        return new ArtefactStore.Page(manifests, next);
    }

    private static String position(Manifest manifest) {
        return SpoolKey.of(manifest.key()).position();
    }

    private static boolean isWanted(ArtefactStore.Query query, Entry entry) {
        boolean kind = query.kind() == null
                ? entry.head().op() != Head.Op.SCAN
                : query.kind().value().equals(entry.key.name());
        return kind && isUnder(query, entry);
    }

    private static boolean isUnder(ArtefactStore.Query query, Entry entry) {
        ArtefactStore.Index index = entry.head().index();
        return (query.image() == null || index.images().contains(query.image()))
                && (query.scan() == null || index.scans().contains(query.scan()));
    }
}
