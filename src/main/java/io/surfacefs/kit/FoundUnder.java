package io.surfacefs.kit;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Under which images and scans a tenant's artefacts are found, as its index has it. Held in memory: some 200 bytes for
 * an artefact and as many images and scans once, whatever their number of entries.
 */
final class FoundUnder {
    private final Map<Digest, Digest> images = new HashMap<>();
    private final Map<ScanId, ScanId> scans = new HashMap<>();
    /** {@link Digest}s and {@link ScanId}s. */
    private final Map<ArtefactKey, List<Object>> under = new HashMap<>();

    private FoundUnder() {}

    static FoundUnder read(SurfaceClient client, Tenant tenant, @Nullable Kind only) {
        FoundUnder found = new FoundUnder();
        String after = "";
        while (after != null) {
            SurfaceClient.IndexPage page = client.index(tenant, after);
            for (IndexEntry entry : page.entries()) {
                if (only == null || only.equals(entry.key().kind())) {
                    found.add(entry);
                }
            }
            after = page.next();
        }
        return found;
    }

    private void add(IndexEntry entry) {
        Object one;
        if (entry.image() != null) {
            one = images.computeIfAbsent(entry.image(), image -> image);
        } else {
            one = scans.computeIfAbsent(entry.scan(), scan -> scan);
        }
        under.computeIfAbsent(entry.key(), key -> new ArrayList<>(2)).add(one);
    }

    /** Sorted; the manifest's own source counts too. */
    List<Digest> images(ArtefactKey key, @Nullable String source) {
        SortedSet<Digest> all = new TreeSet<>();
        for (Object one : under.getOrDefault(key, List.of())) {
            if (one instanceof Digest image) {
                all.add(image);
            }
        }
        if (source != null) {
            all.add(Digest.parse(source));
        }
        return List.copyOf(all);
    }

    /** Sorted; the manifest's own source counts too. */
    List<ScanId> scans(ArtefactKey key, @Nullable String source) {
        SortedSet<String> all = new TreeSet<>();
        for (Object one : under.getOrDefault(key, List.of())) {
            if (one instanceof ScanId scan) {
                all.add(scan.value());
            }
        }
        if (source != null) {
            all.add(source);
        }
        return all.stream().map(ScanId::new).toList();
    }
}
