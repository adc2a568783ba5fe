package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Lifetimes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Drops what has been expired for longer than the grace. Its marker stands while it looks once more and deletes, and a
 * put that makes an artefact live longer looks for that marker afterwards: so either this sees the later end, or the
 * put sees that its artefact is gone and puts it anew, also in a store whose deletes know no condition.
 */
final class Retention {
    private final BlobStore blobs;
    private final Manifests manifests;
    private final Markers markers;
    private final LayoutSettings settings;
    private final Clock clock;

    Retention(BlobStore blobs, Manifests manifests, Markers markers, LayoutSettings settings, Clock clock) {
        this.blobs = blobs;
        this.manifests = manifests;
        this.markers = markers;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Drops one artefact, if its time has come.
     *
     * @param manifest as it was read some time ago
     * @param lifetimes of kinds, from createdAt on, where a manifest names no end; zero is for ever
     * @param keep called before each step that no other replica may take at the same time; throws when one may
     */
    boolean drop(ArtefactKey key, Manifest manifest, Map<Kind, Duration> lifetimes, Runnable keep) {
        if (!isOver(Lifetimes.end(manifest, lifetimes))) {
            return false;
        }
        keep.run();
        if (key.isScanManifest()) {
            return manifests.deleteScan(key); // its end is part of its key
        }
        Markers.Seen seen = markers.read(key);
        if (seen != null && seen.marker().state() == Marker.State.DROPPING) {
            return false;
        }
        Markers.Seen dropping = markers.write(key, seen, new Marker(Marker.State.DROPPING, clock.instant(), null));
        if (dropping == null) {
            return false;
        }
        Manifests.Tagged now = manifests.readTagged(key);
        boolean dropped = now != null
                && isOver(Lifetimes.end(now.manifest(), lifetimes))
                && isOver(now.head().modified())
                && delete(key, now.head().tag(), keep);
        if (dropped || seen != null) {
            markers.write(key, dropping, new Marker(Marker.State.DELETED, clock.instant(), null));
        } else {
            markers.remove(key, dropping);
        }
        return dropped;
    }

    private boolean delete(ArtefactKey key, String tag, Runnable keep) {
        keep.run();
        // Its absence is an answer too: the one to our own first try may have been lost.
        return blobs.delete(Manifests.name(key), tag) || !manifests.exists(key);
    }

    /** A put that began before this manifest was written, or ended, has given up after half the grace. */
    private boolean isOver(@Nullable Instant end) {
        return end != null && Duration.between(end, clock.instant()).compareTo(settings.grace()) >= 0;
    }
}
