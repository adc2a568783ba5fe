package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The drop markers of a store, {@code system/pending/{tenant}/{kind}/{64 hex}.json}. Every change of one is
 * conditional. Thread-safe.
 */
class Markers {
    static final String PREFIX = "system/pending/";
    private static final long PAUSE_NANOS = 5_000_000;

    private final BlobStore blobs;
    private final Clock clock;
    private final LayoutSettings settings;

    Markers(BlobStore blobs, Clock clock, LayoutSettings settings) {
        this.blobs = blobs;
        this.clock = clock;
        this.settings = settings;
    }

    /** A marker as it was read, and the tag that says it is still that one. */
    record Seen(Marker marker, String tag) {}

    static BlobKey name(ArtefactKey key) {
        return BlobKey.manifest(
                PREFIX + key.tenant() + "/" + key.kind() + "/" + key.digest().hex() + ".json");
    }

    /** The artefact that a marker's name stands for, or null when it is no marker's name. */
    static @Nullable ArtefactKey key(String name) {
        String[] parts = name.substring(PREFIX.length()).split("/", -1);
        if (parts.length != 3 || !parts[2].endsWith(".json")) {
            return null;
        }
        try {
            return new ArtefactKey(
                    new Tenant(parts[0]),
                    new Kind(parts[1]),
                    new Digest(parts[2].substring(0, parts[2].length() - ".json".length())));
        } catch (SurfaceException e) {
            return null;
        }
    }

    @Nullable Seen read(ArtefactKey key) {
        BlobStore.Content content = blobs.read(name(key), Marker.MAX_BYTES);
        return content == null
                ? null
                : new Seen(Marker.parse(content.bytes()), content.head().tag());
    }

    /** As {@link #read}, but waits while the payload is being dropped, within the store's timeout. */
    @Nullable Seen readSettled(ArtefactKey key) {
        long deadline = System.nanoTime() + settings.timeout().toNanos();
        while (true) {
            Seen seen = read(key);
            if (seen == null || seen.marker().state() != Marker.State.DROPPING) {
                return seen;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new SurfaceException(
                        ErrorCode.STORE_TIMEOUT,
                        "the payload is being dropped, and that did not end in time",
                        "try again");
            }
            pause();
        }
    }

    /** A short wait between two looks; a seam for the test that runs all interleavings. */
    void pause() {
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /**
     * Writes a marker in the place of the one seen, or of none.
     *
     * @return the marker as it is there now, or null when somebody else was quicker
     */
    @Nullable Seen write(ArtefactKey key, @Nullable Seen seen, Marker marker) {
        String tag = new Claim(name(key), marker.bytes()).write(blobs, seen == null ? null : seen.tag());
        return tag == null ? null : new Seen(marker, tag);
    }

    /** Removes the marker that was seen, unless it has become another one. */
    boolean remove(ArtefactKey key, Seen seen) {
        return blobs.delete(name(key), seen.tag());
    }

    /** Marks a payload so that the sweep drops it after the grace. */
    void markDeleted(ArtefactKey key) {
        for (int attempt = 0; attempt < 100; attempt++) {
            Seen seen = readSettled(key);
            if (write(key, seen, new Marker(Marker.State.DELETED, clock.instant(), null)) != null) {
                return;
            }
        }
        throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "others keep changing the same artefact", "try again");
    }

    /** Some markers' keys behind a name, in order; fewer than {@code limit} are the last ones. */
    List<String> names(String after, int limit) {
        return new ArrayList<>(
                blobs.list(BlobKey.Bucket.MANIFEST, PREFIX, after, false, limit).names());
    }
}
