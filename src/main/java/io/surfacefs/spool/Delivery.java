package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes puts to the store, those of one key one after the other. What is removed stays removed before a later put of
 * the same key is, so that no crash brings an older one back behind it. Thread-safe.
 */
final class Delivery {
    private final ArtefactStore store;
    private final Pending pending;
    private final SpoolFolder folder;
    private final EntryReader reader;
    private final ManifestCodec codec;
    private final Clock clock;
    private final SpoolEvents events;

    Delivery(
            ArtefactStore store,
            Pending pending,
            SpoolFolder folder,
            EntryReader reader,
            ManifestCodec codec,
            Clock clock,
            SpoolEvents events) {
        this.store = store;
        this.pending = pending;
        this.folder = folder;
        this.reader = reader;
        this.codec = codec;
        this.clock = clock;
        this.events = events;
    }

    /** Delivers until {@link Pending#stop}. */
    void work() {
        try {
            for (Chain chain = pending.take(true); chain != null; chain = pending.take(true)) {
                step(chain);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does one step where there is one to be done now. {@return whether there was} */
    boolean once() throws InterruptedException {
        Chain chain = pending.take(false);
        if (chain != null) {
            step(chain);
        }
        return chain != null;
    }

    private void step(Chain chain) {
        try {
            prune(chain);
            Entry head = pending.head(chain);
            if (head != null) {
                deliverOrReject(chain, head);
            }
            pending.succeeded(chain);
        } catch (SurfaceException e) {
            failed(chain, e);
        } catch (RuntimeException | OutOfMemoryError e) {
            // The others must go on, and this one be tried again.
            failed(chain, new SurfaceException(ErrorCode.INTERNAL, "the delivery failed: " + e, null, e));
        } finally {
            pending.release(chain, true);
        }
    }

    private void failed(Chain chain, SurfaceException fault) {
        Duration pause = pending.failed(chain, fault);
        if (pause != null) {
            events.waiting(fault.code(), String.valueOf(fault.getMessage()), pause);
        }
    }

    /** Removes what a later put of the key made needless, where nobody else works on the key. */
    void pruneIfFree(SpoolKey key) {
        Chain chain = pending.claimIfFree(key);
        if (chain == null) {
            return;
        }
        try {
            prune(chain);
        } catch (SurfaceException e) {
            // It is tried again when the key is delivered.
            Objects.requireNonNull(e.code());
        } finally {
            pending.release(chain, false);
        }
    }

    private void prune(Chain chain) {
        for (Entry needless = pending.superseded(chain); needless != null; needless = pending.superseded(chain)) {
            remove(chain, needless);
        }
    }

    /**
     * Delivers what waits of a claimed chain up to a put, in order.
     *
     * @throws SurfaceException when the store does not take it now
     */
    void deliverUpTo(Chain chain, long sequence) {
        prune(chain);
        for (Entry head = pending.head(chain); head != null && head.sequence <= sequence; head = pending.head(chain)) {
            deliverOrReject(chain, head);
        }
    }

    private void deliverOrReject(Chain chain, Entry entry) {
        try {
            if (!entry.delivered) {
                deliver(entry);
                entry.delivered = true;
                events.delivered();
            }
        } catch (SurfaceException e) {
            if (!Refusals.isForGood(e.code())) {
                throw e;
            }
            reject(entry, e);
            return;
        } catch (NoSuchFileException e) {
            if (folder.isAway()) {
                throw DiskFaults.of("read an entry of the spool", e);
            }
            pending.remove(entry); // somebody took it away: all that can be done is to tell
            events.rejected(entry.key.toString(), ErrorCode.CORRUPT_OBJECT, "the entry's file is gone");
            return;
        } catch (IOException e) {
            throw DiskFaults.of("read an entry of the spool", e);
        } catch (RuntimeException e) {
            throw new SurfaceException(ErrorCode.INTERNAL, "the delivery failed: " + e, null, e);
        }
        remove(chain, entry);
    }

    private void deliver(Entry entry) throws IOException {
        Head head = entry.head();
        ArtefactStore.Received payload = reader.received(entry);
        switch (head.op()) {
            case COMMIT -> {
                ArtefactManifest manifest = reader.artefact(entry);
                store.commit(
                        entry.key.artefact(), payload, facts -> again(manifest, payload != null, facts), head.index());
            }
            case STAGE -> store.stage(entry.key.artefact(), Objects.requireNonNull(payload));
            case SCAN -> store.putScan((ScanManifest) reader.manifest(entry));
            case CACHE -> store.putCacheEntry(entry.key.cacheEntry(), Objects.requireNonNull(payload));
        }
    }

    /** The manifest that was put, for the payload that is really stored. */
    private ArtefactManifest again(ArtefactManifest manifest, boolean sent, StoredPayload facts) {
        MediaType told = manifest.payload().contentType();
        StoredPayload described = sent || !facts.contentType().equals(MediaType.OCTET_STREAM)
                ? facts
                : new StoredPayload(told, facts.rawSize(), facts.storedSize(), facts.storedDigest(), facts.seekable());
        return described.equals(manifest.payload()) ? manifest : codec.withPayload(manifest, described);
    }

    private void remove(Chain chain, Entry entry) {
        try {
            if (pending.unsynced(chain)) {
                folder.settleRemovals();
            }
            entry.gone = true;
            folder.remove(entry.sequence);
        } catch (IOException e) {
            entry.gone = false;
            throw DiskFaults.of("remove an entry of the spool", e);
        }
        pending.remove(entry);
    }

    private void reject(Entry entry, SurfaceException fault) {
        try {
            folder.reject(entry.sequence, why(entry.key.toString(), fault, clock.millis()));
        } catch (IOException e) {
            throw DiskFaults.of("put an entry of the spool aside", e);
        }
        entry.gone = true;
        pending.remove(entry);
        pending.countRejected(1, entry.cost);
        events.rejected(entry.key.toString(), fault.code(), String.valueOf(fault.getMessage()));
    }

    static byte[] why(String key, SurfaceException fault, long at) {
        TreeMap<String, @Nullable Object> why =
                new TreeMap<>(Map.of("key", key, "code", fault.code().name(), "at", at));
        why.put("message", String.valueOf(fault.getMessage()));
        return CanonicalJson.write(why);
    }
}
