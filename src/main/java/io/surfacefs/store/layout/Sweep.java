package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.store.BlobStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drops payload objects that have a drop marker which is old enough. Looks at markers only, so what has none is never
 * touched. One sweep runs at a time in a store, of all processes.
 */
final class Sweep {
    private static final int PAGE = 1_000;

    private final BlobStore blobs;
    private final Manifests manifests;
    private final Markers markers;
    private final Quotas quotas;
    private final LayoutSettings settings;
    private final Clock clock;

    Sweep(BlobStore blobs, Manifests manifests, Markers markers, Quotas quotas, LayoutSettings settings, Clock clock) {
        this.blobs = blobs;
        this.manifests = manifests;
        this.markers = markers;
        this.quotas = quotas;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Looks at every marker once.
     *
     * @param keep called before each step that no other sweep may take at the same time; throws when one may
     * @return how many payload objects were dropped
     */
    int run(Runnable keep) {
        int dropped = 0;
        String after = "";
        while (true) {
            List<String> names = markers.names(after, PAGE);
            for (String name : names) {
                after = name;
                ArtefactKey key = Markers.key(name);
                if (key != null && drop(key, keep)) {
                    dropped++;
                }
            }
            quotas.settle();
            if (names.size() < PAGE) {
                return dropped;
            }
        }
    }

    /** Drops one payload, if its marker says so and it has no manifest. */
    private boolean drop(ArtefactKey key, Runnable keep) {
        Markers.Seen seen = markers.read(key);
        if (seen == null || !isDue(seen.marker())) {
            return false;
        }
        keep.run();
        Markers.Seen dropping = seen.marker().state() == Marker.State.DROPPING ? seen : begin(key, seen);
        if (dropping == null) {
            return false;
        }
        // From here on no put builds on the payload; one that did before has its manifest in place, or gives it up.
        boolean drop = !manifests.exists(key);
        keep.run();
        boolean dropped = drop && quotas.delete(blobs, key.tenant(), Payloads.name(key));
        markers.remove(key, dropping);
        return dropped;
    }

    private Markers.@Nullable Seen begin(ArtefactKey key, Markers.Seen seen) {
        return markers.write(key, seen, new Marker(Marker.State.DROPPING, clock.instant(), null));
    }

    private boolean isDue(Marker marker) {
        Duration age = Duration.between(marker.since(), clock.instant());
        return switch (marker.state()) {
            case DROPPING -> true;
            case DELETED -> age.compareTo(settings.grace()) >= 0;
            case STAGED -> age.compareTo(settings.stagedTtl()) >= 0;
        };
    }
}
