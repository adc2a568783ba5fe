package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.OnBehalf;
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
    /** Times are compared only where more lies between them than clocks that are kept in step differ. */
    private static final Duration LATE = Duration.ofMinutes(1);

    private static final int TRIES_TO_TELL = 4;

    private final ArtefactStore store;
    private final Pending pending;
    private final Claims claims;
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
        this.claims = pending.claims();
        this.folder = folder;
        this.reader = reader;
        this.codec = codec;
        this.clock = clock;
        this.events = events;
    }

    /** Delivers until {@link Claims#stop}. */
    void work() {
        try {
            for (Chain chain = claims.take(true); chain != null; chain = claims.take(true)) {
                step(chain);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does one step where there is one to be done now. {@return whether there was} */
    boolean once() throws InterruptedException {
        Chain chain = claims.take(false);
        if (chain != null) {
            step(chain);
        }
        return chain != null;
    }

    private void step(Chain chain) {
        try {
            prune(chain);
            Entry head = claims.head(chain);
            if (head != null) {
                deliverOrReject(chain, head);
                // A damaged one never came to the store, so it says nothing of it.
                if (!head.isDamaged()) {
                    claims.succeeded(chain);
                }
            }
        } catch (SurfaceException e) {
            failed(chain, e);
        } catch (RuntimeException | OutOfMemoryError e) {
            // The others must go on, and this one be tried again.
            failed(chain, new SurfaceException(ErrorCode.INTERNAL, "the delivery failed: " + e, null, e));
        } finally {
            claims.release(chain, true);
        }
    }

    private void failed(Chain chain, SurfaceException fault) {
        Duration pause = claims.failed(chain, fault);
        if (pause != null) {
            events.waiting(fault.code(), String.valueOf(fault.getMessage()), pause);
        } else if (chain.attempts == TRIES_TO_TELL) {
            events.delayed(chain.key.toString(), fault.code(), String.valueOf(fault.getMessage()));
        }
    }

    /** Removes what a later put of the key made needless, where nobody else works on the key. */
    void pruneIfFree(SpoolKey key) {
        Chain chain = claims.claimIfFree(key);
        if (chain == null) {
            return;
        }
        try {
            prune(chain);
        } catch (SurfaceException e) {
            // It is tried again when the key is delivered.
            Objects.requireNonNull(e.code());
        } finally {
            claims.release(chain, false);
        }
    }

    private void prune(Chain chain) {
        for (Entry needless = claims.superseded(chain); needless != null; needless = claims.superseded(chain)) {
            takeAway(chain, needless);
            pending.remove(needless);
        }
    }

    /**
     * Delivers what waits of a claimed chain up to a put, in order.
     *
     * @param until by the nano clock; nothing is begun any more behind that
     * @throws SurfaceException when the store does not take it now, or not in that time
     */
    void deliverUpTo(Chain chain, long sequence, long until) {
        // What waits was put by others: whoever has it delivered now, or is refused, isn't who the store hears of.
        OnBehalf.nobody(() -> {
            deliverInTurn(chain, sequence, until);
            return null;
        });
    }

    private void deliverInTurn(Chain chain, long sequence, long until) {
        prune(chain);
        for (Entry head = claims.head(chain); head != null && head.sequence <= sequence; head = claims.head(chain)) {
            if (System.nanoTime() - until >= 0) {
                throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "what waits of the key is still being delivered");
            }
            deliverOrReject(chain, head);
        }
    }

    private void deliverOrReject(Chain chain, Entry entry) {
        if (!entry.delivered && entry.refusal == null) {
            attempt(entry);
        }
        takeAway(chain, entry);
        SurfaceException refusal = entry.refusal;
        if (refusal == null) {
            pending.remove(entry);
        } else {
            pending.rejected(entry);
            tellRejected(entry, refusal.code(), String.valueOf(refusal.getMessage()));
        }
    }

    /** Delivers an entry, or puts it aside; throws when neither can be done now. */
    private void attempt(Entry entry) {
        try {
            deliver(entry);
            entry.delivered = true;
            events.delivered();
        } catch (SurfaceException e) {
            if (!Refusals.isForGood(e.code())) {
                throw e;
            }
            park(entry, e);
        } catch (NoSuchFileException e) {
            if (folder.isAway()) {
                throw DiskFaults.of("read an entry of the spool", e);
            }
            entry.delivered = true; // somebody took it away: all that can be done is to tell
            tellRejected(entry, ErrorCode.CORRUPT_OBJECT, "the entry's file is gone");
        } catch (IOException e) {
            throw DiskFaults.of("read an entry of the spool", e);
        } catch (RuntimeException e) {
            throw new SurfaceException(ErrorCode.INTERNAL, "the delivery failed: " + e, null, e);
        }
    }

    private void tellRejected(Entry entry, ErrorCode code, String message) {
        events.rejected(entry.key.toString(), code, message);
        if (!entry.key.cache()) {
            events.forgotten(entry.key.artefact());
        }
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
            case CACHE -> {
                if (isLate(entry)) {
                    store.putCacheEntryLate(entry.key.cacheEntry(), Objects.requireNonNull(payload), head.at());
                } else {
                    store.putCacheEntry(entry.key.cacheEntry(), Objects.requireNonNull(payload));
                }
            }
        }
    }

    /** Whether another replica may have put a newer value since, or this one may have been delivered once already. */
    private boolean isLate(Entry entry) {
        return entry.found || entry.head().at().plus(LATE).isBefore(clock.instant());
    }

    /** The manifest that was put, for the payload that is really stored. */
    private ArtefactManifest again(ArtefactManifest manifest, boolean sent, StoredPayload facts) {
        MediaType told = manifest.payload().contentType();
        StoredPayload described = sent || !facts.contentType().equals(MediaType.OCTET_STREAM)
                ? facts
                : new StoredPayload(told, facts.rawSize(), facts.storedSize(), facts.storedDigest(), facts.seekable());
        return described.equals(manifest.payload()) ? manifest : codec.withPayload(manifest, described);
    }

    /**
     * Removes the files of an entry that nobody needs here any more. Readers are sent elsewhere before a file goes, and
     * stay there when its removal fails, which is then tried again.
     */
    private void takeAway(Chain chain, Entry entry) {
        try {
            if (claims.unsynced(chain)) {
                folder.files().settleRemovals();
            }
            entry.gone = true;
            folder.files().remove(entry.sequence);
        } catch (IOException e) {
            throw DiskFaults.of("remove an entry of the spool", e);
        }
    }

    private void park(Entry entry, SurfaceException fault) {
        try {
            folder.files().park(entry.sequence, why(entry.key.toString(), fault, clock.millis()));
            entry.refusal = fault;
        } catch (IOException e) {
            throw DiskFaults.of("put an entry of the spool aside", e);
        }
    }

    static byte[] why(String key, SurfaceException fault, long at) {
        TreeMap<String, @Nullable Object> why =
                new TreeMap<>(Map.of("key", key, "code", fault.code().name(), "at", at));
        why.put("message", String.valueOf(fault.getMessage()));
        return CanonicalJson.write(why);
    }
}
