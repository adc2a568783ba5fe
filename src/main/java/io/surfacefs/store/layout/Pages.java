package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lists manifests by the names of objects: by the index where an image or scan is asked for, else by the manifests
 * themselves. Thread-safe.
 */
final class Pages {
    private final BlobStore blobs;
    private final Manifests manifests;
    private final Duration longest;
    private final Events events;

    /** @param longest a page that has taken so long ends with what it has, at least one manifest */
    Pages(BlobStore blobs, Manifests manifests, Duration longest, Events events) {
        this.blobs = blobs;
        this.longest = longest;
        this.manifests = manifests;
        this.events = events;
    }

    /** See {@link ArtefactStore#page}. */
    ArtefactStore.Page page(ArtefactStore.Query query) {
        Collector collector = new Collector(query);
        if (query.image() == null && query.scan() == null) {
            listManifests(query, collector);
        } else {
            listIndex(query, collector);
        }
        return collector.page();
    }

    /** Takes keys in order until the page is full. */
    private final class Collector implements Predicate<ArtefactKey> {
        private final ArtefactStore.Query query;
        private final List<Manifest> found = new ArrayList<>();
        private final long begun = System.nanoTime();
        private long bytes;
        private boolean more;

        Collector(ArtefactStore.Query query) {
            this.query = query;
        }

        /** Whether another key is wanted. Keys without a manifest that can be read are passed over. */
        @Override
        public boolean test(ArtefactKey key) {
            Manifest manifest = readable(key);
            if (manifest == null) {
                return true;
            }
            bytes += manifest.canonical().length;
            boolean enough = bytes > query.maxBytes() || System.nanoTime() - begun > longest.toNanos();
            if (found.size() == query.limit() || (enough && !found.isEmpty())) {
                more = true;
                return false;
            }
            found.add(manifest);
            return true;
        }

        int wanted() {
            return query.limit() - found.size() + 1;
        }

        ArtefactStore.Page page() {
            return new ArtefactStore.Page(found, more ? position(found.getLast().key()) : null);
        }
    }

    /** See {@link ArtefactStore#index}. */
    ArtefactStore.IndexPage index(Tenant tenant, String after, int limit) {
        String folder = "index/" + tenant + "/";
        String from = after.isEmpty() ? "" : folder + after;
        while (true) {
            BlobStore.Names page = blobs.list(BlobKey.Bucket.MANIFEST, folder, from, false, limit);
            List<IndexEntry> entries = page.names().stream()
                    .map(name -> IndexEntry.at(tenant, name.substring(folder.length())))
                    .filter(Objects::nonNull) // else somebody else's file, which is no place to go on from either
                    .toList();
            if (!page.more() || !entries.isEmpty()) {
                return new ArtefactStore.IndexPage(
                        entries, page.more() ? entries.getLast().place() : null);
            }
            from = page.names().getLast();
        }
    }

    /** One manifest that rotted must not keep all others of its page from whoever lists. */
    private @Nullable Manifest readable(ArtefactKey key) {
        try {
            return manifests.read(key);
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.CORRUPT_OBJECT) {
                throw e;
            }
            events.corruptManifest(key);
            return null;
        }
    }

    static String position(ArtefactKey key) {
        return key.kind() + "/" + key.digest().hex();
    }

    private void listIndex(ArtefactStore.Query query, Collector collector) {
        Tenant tenant = query.tenant();
        String folder = query.scan() != null
                ? IndexNames.scan(tenant, query.scan())
                : IndexNames.image(tenant, Objects.requireNonNull(query.image()));
        String alsoIn = query.scan() != null && query.image() != null ? IndexNames.image(tenant, query.image()) : "";
        String prefix = query.kind() == null ? folder : folder + query.kind() + "/";
        String after = query.after().isEmpty() ? "" : folder + query.after();
        walk(prefix, after, "", collector, name -> {
            ArtefactKey key = indexed(tenant, name.substring(folder.length()));
            boolean wanted = key != null
                    && (query.kind() != null || !key.isScanManifest())
                    && (alsoIn.isEmpty() || blobs.head(BlobKey.manifest(IndexNames.entry(alsoIn, key))) != null);
            return wanted ? key : null;
        });
    }

    private static @Nullable ArtefactKey indexed(Tenant tenant, String kindAndHex) {
        int slash = kindAndHex.indexOf('/');
        try {
            return slash < 0
                    ? null
                    : new ArtefactKey(
                            tenant,
                            new Kind(kindAndHex.substring(0, slash)),
                            new Digest(kindAndHex.substring(slash + 1)));
        } catch (SurfaceException e) {
            return null; // somebody else's file
        }
    }

    private void listManifests(ArtefactStore.Query query, Collector collector) {
        if (query.kind() != null) {
            listKind(query, query.kind(), collector);
            return;
        }
        String folder = "tenants/" + query.tenant() + "/";
        // The folder that the position lies in is to be looked into once more, so the walk begins just before it.
        String fromKind = query.after().isEmpty()
                ? ""
                : query.after().substring(0, query.after().indexOf('/') + 1);
        String after = "";
        while (true) {
            BlobStore.Names kinds = blobs.list(BlobKey.Bucket.MANIFEST, folder, after, true, 1_000);
            for (String name : kinds.names()) {
                after = name;
                String kind = name.substring(folder.length());
                if (kind.endsWith("/") && kind.compareTo(fromKind) >= 0 && isKind(kind)) {
                    listKind(query, new Kind(kind.substring(0, kind.length() - 1)), collector);
                    if (collector.more) {
                        return;
                    }
                }
            }
            if (!kinds.more()) {
                return;
            }
        }
    }

    private static boolean isKind(String folder) {
        try {
            return !new Kind(folder.substring(0, folder.length() - 1)).isSurfaceManifest();
        } catch (SurfaceException e) {
            return false;
        }
    }

    private void listKind(ArtefactStore.Query query, Kind kind, Collector collector) {
        Tenant tenant = query.tenant();
        String folder = kind.isSurfaceManifest() ? "manifests/" + tenant + "/" : "tenants/" + tenant + "/" + kind + "/";
        String after = "";
        if (query.after().startsWith(kind + "/")) {
            Digest digest = new Digest(query.after().substring(kind.value().length() + 1));
            after = ObjectNames.manifest(new ArtefactKey(tenant, kind, digest));
        }
        // Where both buckets are one, the payloads' folder sha256/ stands behind all of the manifests' two-digit ones.
        walk(folder, after, folder + "g", collector, name -> {
            ObjectNames.Pointer pointer = ObjectNames.parseName(name);
            return pointer == null || pointer.payload() ? null : pointer.key();
        });
    }

    private interface NameReader {
        /** The key that a name stands for, or null when it is none that is wanted. */
        @Nullable ArtefactKey key(String name);
    }

    private void walk(String prefix, String from, String end, Collector collector, NameReader reader) {
        String after = from;
        while (true) {
            BlobStore.Names page = blobs.list(BlobKey.Bucket.MANIFEST, prefix, after, false, collector.wanted());
            for (String name : page.names()) {
                if (!end.isEmpty() && name.compareTo(end) >= 0) {
                    return;
                }
                ArtefactKey key = reader.key(name);
                if (key != null && !collector.test(key)) {
                    return;
                }
                after = name;
            }
            if (!page.more()) {
                return;
            }
        }
    }
}
