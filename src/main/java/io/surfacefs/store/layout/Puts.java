package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order of writes of a put: payload, index entries, manifest, so that a manifest that can be read always has its
 * payload. A payload that is there already and may be dropped is first taken back from the sweep: its marker's time is
 * set anew by a conditional write, so that no sweep begins within the grace, and a put that has run for half the grace
 * gives up before its manifest. Thread-safe.
 */
final class Puts {
    private static final int ATTEMPTS = 100;

    private final BlobStore blobs;
    private final Manifests manifests;
    private final Payloads payloads;
    private final Markers markers;
    private final Quotas quotas;
    private final LayoutSettings settings;
    private final Clock clock;
    private final Events events;

    Puts(
            BlobStore blobs,
            Manifests manifests,
            Payloads payloads,
            Markers markers,
            Quotas quotas,
            LayoutSettings settings,
            Clock clock,
            Events events) {
        this.blobs = blobs;
        this.manifests = manifests;
        this.payloads = payloads;
        this.markers = markers;
        this.quotas = quotas;
        this.settings = settings;
        this.clock = clock;
        this.events = events;
    }

    /** See {@link ArtefactStore#stage}. */
    boolean stage(ArtefactKey key, ArtefactStore.Received payload) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ArtefactManifest existing = manifests.readArtefact(key);
            if (existing != null) {
                mend(existing, payload);
                return false;
            }
            Markers.Seen marker = markers.readSettled(key);
            boolean there = payloads.exists(key);
            StoredPayload stored = there ? examined(key, marker, payload.facts().contentType()) : null;
            StoredPayload facts = stored == null ? payload.facts() : stored;
            try (Quotas.Room room = there ? quotas.none(key) : quotas.reserve(key, payload)) {
                // The marker first: a crash between the two leaves a marker without a payload, which the sweep clears.
                if (markers.write(key, marker, new Marker(Marker.State.STAGED, clock.instant(), facts)) == null) {
                    continue;
                }
                if (stored != null) {
                    return false;
                }
                if (putPayload(key, payload, room)) {
                    return true;
                }
            }
        }
        throw contended();
    }

    /** Puts the payload where none is that is sound; false when another writer was quicker. */
    private boolean putPayload(ArtefactKey key, ArtefactStore.Received payload, Quotas.Room room) {
        BlobStore.Put put = Payloads.put(key, payload);
        if (room.put(List.of(put)).done() == 1) {
            events.payloadPersisted(key);
            return true;
        }
        if (payloads.discover(key, payload.facts().contentType()) == null) {
            blobs.replace(put.key(), null, put.source());
            return true;
        }
        return false;
    }

    /** What a payload object that is there is, or null when it is not sound. */
    private @Nullable StoredPayload examined(ArtefactKey key, Markers.@Nullable Seen marker, MediaType type) {
        StoredPayload known = marker == null ? null : marker.marker().payload();
        if (known != null && payloads.sound(key, known)) {
            return known;
        }
        return payloads.discover(key, known == null ? type : known.contentType());
    }

    /** See {@link ArtefactStore#commit}. */
    ArtefactStore.Committed<ArtefactManifest> commit(
            ArtefactKey key,
            ArtefactStore.@Nullable Received payload,
            ArtefactStore.Maker fill,
            ArtefactStore.Index index) {
        Instant begun = clock.instant();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ArtefactManifest existing = (ArtefactManifest) manifests.readSound(key);
            if (existing != null) {
                ArtefactManifest grown = grow(existing, payload, fill, index);
                if (grown != null) {
                    return new ArtefactStore.Committed<>(grown, false);
                }
                continue; // deleted meanwhile
            }
            ArtefactStore.Committed<ArtefactManifest> made = commitNew(key, payload, fill, index, begun);
            if (made != null) {
                return made;
            }
        }
        throw contended();
    }

    /** One try where no sound manifest is stored; null when another writer was quicker. */
    private ArtefactStore.@Nullable Committed<ArtefactManifest> commitNew(
            ArtefactKey key,
            ArtefactStore.@Nullable Received payload,
            ArtefactStore.Maker fill,
            ArtefactStore.Index index,
            Instant begun) {
        Markers.Seen marker = markers.readSettled(key);
        boolean there = payloads.exists(key);
        StoredPayload stored = there ? usable(key, marker, payload) : null;
        ArtefactStore.Received sent = stored == null ? payload : null;
        StoredPayload facts = sent == null ? stored : sent.facts();
        if (facts == null) {
            throw new SurfaceException(
                    ErrorCode.PAYLOAD_MISSING,
                    "the payload is neither stored nor sent",
                    "send the payload first, or with the manifest");
        }
        if (marker != null && takeBack(key, marker) == null) {
            return null;
        }
        ArtefactManifest manifest = fill.make(facts);
        List<BlobStore.Put> puts = new ArrayList<>();
        if (sent != null) {
            if (there) {
                replaceDamaged(key, sent);
            }
            puts.add(Payloads.put(key, sent));
        }
        puts.addAll(IndexNames.puts(key, index));
        puts.add(Manifests.put(manifest));
        BlobStore.PutResult result;
        try (Quotas.Room room = sent == null || there ? quotas.none(key) : quotas.reserve(key, sent)) {
            giveUpWhenLate(begun);
            result = room.put(puts);
        }
        boolean done = result.done() == puts.size();
        // All but the manifest: its place is taken, by another writer's or by what is left of one.
        if (!done && (result.done() < puts.size() - 1 || !manifests.replaceDamaged(manifest))) {
            return null;
        }
        settle(key, payload);
        if (sent != null) {
            events.payloadPersisted(key);
        }
        return new ArtefactStore.Committed<>(manifest, !done || result.lastCreated());
    }

    /** What lies at a payload's place and is known to be unsound must not stand in the way of the one sent. */
    private void replaceDamaged(ArtefactKey key, ArtefactStore.Received sent) {
        if (payloads.exists(key) && payloads.discover(key, sent.facts().contentType()) == null) {
            blobs.replace(Payloads.name(key), null, Payloads.put(key, sent).source());
        }
    }

    /**
     * A payload that is there, if this put may build on it: a deleted one counts only where the bytes were sent again.
     */
    private @Nullable StoredPayload usable(
            ArtefactKey key, Markers.@Nullable Seen marker, ArtefactStore.@Nullable Received payload) {
        if (payload == null && marker != null && marker.marker().state() == Marker.State.DELETED) {
            return null;
        }
        return examined(
                key,
                marker,
                payload == null ? MediaType.OCTET_STREAM : payload.facts().contentType());
    }

    /** Keeps the sweep away for the length of the grace; null when the marker changed meanwhile. */
    private Markers.@Nullable Seen takeBack(ArtefactKey key, Markers.Seen marker) {
        return markers.write(
                key,
                marker,
                new Marker(
                        marker.marker().state(),
                        clock.instant(),
                        marker.marker().payload()));
    }

    private void giveUpWhenLate(Instant begun) {
        Duration limit = settings.grace().dividedBy(2);
        if (!limit.isZero() && Duration.between(begun, clock.instant()).compareTo(limit) > 0) {
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the put took longer than half the grace", "try again");
        }
    }

    /**
     * Behind the manifest: the marker goes, and should the payload have gone with it after all, it is sent once more.
     */
    private void settle(ArtefactKey key, ArtefactStore.@Nullable Received payload) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Markers.Seen marker = markers.read(key);
            if (marker == null) {
                return;
            }
            if (marker.marker().state() != Marker.State.DROPPING) {
                if (markers.remove(key, marker)) {
                    return;
                }
                continue;
            }
            markers.readSettled(key);
            if (!payloads.exists(key)) {
                if (payload == null) {
                    blobs.delete(Manifests.name(key), null);
                    throw new SurfaceException(
                            ErrorCode.PAYLOAD_MISSING, "the payload was dropped meanwhile", "send it again");
                }
                // Its manifest is there, so it must go in, quota or not; a count sees it.
                try (Quotas.Room room = quotas.none(key)) {
                    putPayload(key, payload, room);
                }
            }
        }
        throw contended();
    }

    /**
     * A manifest that is stored already: the index grows, a later expiry is taken over, a damaged payload is replaced.
     */
    private @Nullable ArtefactManifest grow(
            ArtefactManifest existing,
            ArtefactStore.@Nullable Received payload,
            ArtefactStore.Maker fill,
            ArtefactStore.Index index) {
        ArtefactKey key = existing.key();
        ArtefactManifest asked = fill.make(existing.payload());
        fill.found(existing);
        if (payload != null) {
            mend(existing, payload);
        }
        List<BlobStore.Put> entries = IndexNames.puts(key, index).stream()
                .filter(put -> blobs.head(put.key()) == null)
                .toList();
        if (!entries.isEmpty()) {
            blobs.putAllIfAbsent(entries);
        }
        Timestamp later = asked.expiresAt();
        if (later == null
                || existing.expiresAt() == null
                || existing.expiresAt().compareTo(later) >= 0) {
            return manifests.readArtefact(key);
        }
        manifests.change(key, stored -> {
            Timestamp now = stored.expiresAt();
            return now == null || now.compareTo(later) >= 0
                    ? stored
                    : manifests.codec().withExpiry(stored, later);
        });
        // Retention may have looked before that change, and delete behind it: its marker tells.
        markers.readSettled(key);
        return manifests.readArtefact(key);
    }

    /** Replaces a stored payload that fails its verification, and lets the manifest tell of the new bytes. */
    private void mend(ArtefactManifest existing, ArtefactStore.Received payload) {
        ArtefactKey key = existing.key();
        if (payloads.sound(key, existing.payload())) {
            return;
        }
        blobs.replace(Payloads.name(key), null, Payloads.put(key, payload).source());
        manifests.change(
                key,
                stored -> manifests
                        .codec()
                        .withPayload(
                                stored,
                                new StoredPayload(
                                        stored.payload().contentType(),
                                        payload.facts().rawSize(),
                                        payload.facts().storedSize(),
                                        payload.facts().storedDigest(),
                                        payload.facts().seekable())));
    }

    private static SurfaceException contended() {
        return new SurfaceException(ErrorCode.STORE_TIMEOUT, "others keep changing the same artefact", "try again");
    }
}
