package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the spool knows in memory: the puts that wait, by key and in order, what room they take, and who works on which
 * key. Thread-safe.
 */
final class Pending {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();

    private final Gate gate;
    private final SpoolSettings settings;
    private final Pace pace;
    private final Map<SpoolKey, Chain> chains = new HashMap<>();
    /** Chains of artefacts by tenant, kind and hex, for pages. */
    private final TreeMap<String, Chain> ordered = new TreeMap<>();

    private final TreeMap<Long, Entry> durable = new TreeMap<>();
    private long sequence;
    private long used;
    private int count;
    private boolean accepting = true;
    private boolean stopped;

    Pending(Gate gate, SpoolSettings settings, Pace pace) {
        this.gate = gate;
        this.settings = settings;
        this.pace = pace;
    }

    private <T extends @Nullable Object> T locked(Supplier<T> work) {
        gate.lock();
        try {
            return work.get();
        } finally {
            gate.unlock();
        }
    }

    private static String position(Tenant tenant, String position) {
        return tenant + "/" + position;
    }

    private Chain chain(SpoolKey key) {
        return chains.computeIfAbsent(key, k -> {
            Chain made = new Chain(k);
            if (!k.cache()) {
                ordered.put(position(k.tenant(), k.position()), made);
            }
            return made;
        });
    }

    private void forgetIfIdle(Chain chain) {
        if (chain.entries.isEmpty() && !chain.claimed) {
            chains.remove(chain.key);
            if (!chain.key.cache()) {
                ordered.remove(position(chain.key.tenant(), chain.key.position()));
            }
        }
    }

    /** Sequences up to this are taken, by what lies in the folder. */
    void startBehind(long last) {
        locked(() -> sequence = Math.max(sequence, last));
    }

    /** Counts what takes room besides the entries. */
    void countRejected(int entries, long bytes) {
        locked(() -> {
            count += entries;
            used += bytes;
            return null;
        });
    }

    /** Adds an entry that was found in the folder; in the order of their sequences. */
    void found(long number, Head head, EntryFormat.Layout layout, long cost) {
        locked(() -> {
            Chain chain = chain(head.key());
            boolean manifest = head.op() == Head.Op.COMMIT || head.op() == Head.Op.SCAN;
            Entry entry = new Entry(number, head.key(), manifest, chain.committed);
            entry.written(head, layout);
            entry.cost = cost;
            entry.durable = true;
            chain.entries.add(entry);
            durable.put(number, entry);
            chain.committed |= entry.manifest;
            count++;
            used += cost;
            pace.offer(chain);
            return null;
        });
    }

    /**
     * Gives a put its place in the order.
     *
     * @param manifest whether it is that of a manifest
     * @throws SurfaceException {@code OVERLOADED} when enough wait; {@code STORE_UNAVAILABLE} at the process' end
     */
    Entry begin(SpoolKey key, boolean manifest) {
        return locked(() -> {
            if (!accepting) {
                throw new SurfaceException(
                        ErrorCode.STORE_UNAVAILABLE, "the server is stopping", "try another replica");
            }
            if (count >= settings.entries()) {
                throw full();
            }
            Chain chain = chain(key);
            boolean follows = chain.committed || chain.entries.stream().anyMatch(e -> e.manifest);
            Entry entry = new Entry(++sequence, key, manifest, follows);
            chain.entries.add(entry);
            count++;
            return entry;
        });
    }

    /** Takes room for a put, before its bytes are written; {@code OVERLOADED} when there is none. */
    void reserve(Entry entry, long bytes) {
        locked(() -> {
            if (used + bytes > settings.quota()) {
                throw full();
            }
            used += bytes;
            entry.cost = bytes;
            return null;
        });
    }

    private SurfaceException full() {
        Duration pause = pace.pause();
        return new SurfaceException(
                ErrorCode.OVERLOADED,
                "the spool is full: the store takes nothing, or less than comes",
                "try again, or raise surface.spool.quota; surface-fs spool ls shows what waits",
                null,
                pause.compareTo(SurfaceException.DEFAULT_RETRY_AFTER) > 0
                        ? pause
                        : SurfaceException.DEFAULT_RETRY_AFTER);
    }

    /**
     * A put is safe on the disk: it counts from now on. Waits for those of its key that began before it.
     *
     * @return whether no artefact of that key was put before it
     */
    boolean settle(Entry entry) {
        gate.lock();
        try {
            Chain chain = chain(entry.key);
            long until = System.nanoTime() + LONGEST_NANOS;
            while (hasUnsettledBefore(chain, entry)) {
                if (System.nanoTime() - until >= 0) {
                    throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "another put of the same key does not end");
                }
                gate.await(LOOK_NANOS);
            }
            entry.durable = true;
            durable.put(entry.sequence, entry);
            boolean first = !chain.committed;
            chain.committed |= entry.manifest;
            pace.offer(chain);
            gate.changed();
            return first;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "interrupted");
        } finally {
            gate.unlock();
        }
    }

    private static boolean hasUnsettledBefore(Chain chain, Entry entry) {
        for (Entry other : chain.entries) {
            if (other == entry) {
                return false;
            }
            if (!other.durable) {
                return true;
            }
        }
        return false;
    }

    /** Takes an entry out: it failed, or is delivered or put aside, and its files are gone. */
    void remove(Entry entry) {
        locked(() -> {
            Chain chain = chain(entry.key);
            if (chain.entries.remove(entry)) {
                count--;
                used -= entry.cost;
                durable.remove(entry.sequence);
            }
            chain.unsynced = !chain.entries.isEmpty();
            pace.offer(chain);
            forgetIfIdle(chain);
            gate.changed();
            return null;
        });
    }

    /** What waits of a key, in order. */
    List<Entry> of(SpoolKey key) {
        return locked(() -> {
            Chain chain = chains.get(key);
            return chain == null ? List.of() : visible(chain);
        });
    }

    private static List<Entry> visible(Chain chain) {
        return chain.entries.stream().filter(e -> e.durable && !e.gone).toList();
    }

    /**
     * Those of a tenant's artefacts that have a manifest here and are wanted, in key order.
     *
     * @param after position behind which to begin, or empty
     */
    List<SpoolKey> listed(Tenant tenant, String after, int limit, Predicate<Entry> wanted) {
        return locked(() -> {
            List<SpoolKey> found = new ArrayList<>();
            String end = tenant + "0"; // the character behind the slash
            for (Chain chain :
                    ordered.subMap(position(tenant, after), false, end, false).values()) {
                if (chain.entries.stream().anyMatch(e -> e.durable && !e.gone && e.manifest && wanted.test(e))) {
                    found.add(chain.key);
                    if (found.size() == limit) {
                        break;
                    }
                }
            }
            return found;
        });
    }

    /** Everything that waits and passes, in the order of the puts. */
    List<Entry> all(Predicate<Entry> wanted) {
        return locked(() -> durable.values().stream().filter(wanted).toList());
    }

    /** Claims the next chain that is to be delivered; waits for one where told so. Null at the end, or for none. */
    @Nullable Chain take(boolean wait) throws InterruptedException {
        gate.lock();
        try {
            while (!stopped) {
                Chain next = pace.next();
                if (next != null || !wait) {
                    return next;
                }
                gate.await(pace.patience());
            }
            return null;
        } finally {
            gate.unlock();
        }
    }

    /** Claims the chain of a key, to do something else to it than to deliver; waits for whoever has it. */
    Chain claim(SpoolKey key, Duration longest) {
        gate.lock();
        try {
            long until = System.nanoTime() + longest.toNanos();
            for (Chain chain = chain(key); chain.claimed; chain = chain(key)) {
                if (System.nanoTime() - until >= 0) {
                    throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the same key is still being delivered");
                }
                gate.await(LOOK_NANOS);
            }
            Chain mine = chain(key);
            mine.claimed = true;
            return mine;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "interrupted");
        } finally {
            gate.unlock();
        }
    }

    /** Claims a chain where nobody has it. */
    @Nullable Chain claimIfFree(SpoolKey key) {
        return locked(() -> {
            Chain chain = chains.get(key);
            if (chain == null || chain.claimed) {
                return null;
            }
            chain.claimed = true;
            return chain;
        });
    }

    /** Ends a claim, of {@link #take} or of another kind. */
    void release(Chain chain, boolean taken) {
        locked(() -> {
            chain.claimed = false;
            if (taken) {
                pace.ended();
            }
            pace.offer(chain);
            forgetIfIdle(chain);
            gate.changed();
            return null;
        });
    }

    /** What is to be done next in a claimed chain; null when nothing is. */
    @Nullable Entry head(Chain chain) {
        return locked(chain::head);
    }

    @Nullable Entry superseded(Chain chain) {
        return locked(chain::superseded);
    }

    boolean unsynced(Chain chain) {
        return locked(() -> chain.unsynced);
    }

    /** That what was deleted may be put anew. */
    void deleted(Chain chain) {
        locked(() -> chain.committed = chain.entries.stream().anyMatch(e -> e.durable && e.manifest));
    }

    void succeeded(Chain chain) {
        locked(() -> {
            pace.succeeded(chain);
            gate.changed();
            return null;
        });
    }

    @Nullable Duration failed(Chain chain, SurfaceException fault) {
        return locked(() -> pace.failed(chain, fault));
    }

    boolean storeIsOut() {
        return locked(pace::storeIsOut);
    }

    /** No put is taken from now on, and what waits is tried at once. */
    void stopAccepting() {
        locked(() -> {
            accepting = false;
            pace.retryAll();
            gate.changed();
            return null;
        });
    }

    /** Ends {@link #take}. */
    void stop() {
        locked(() -> {
            stopped = true;
            gate.changed();
            return null;
        });
    }

    /** Waits until nothing waits. {@return whether that came true in time} */
    boolean awaitEmpty(long untilNanos, LongSupplier nanos) throws InterruptedException {
        gate.lock();
        try {
            while (!durable.isEmpty()) {
                long left = untilNanos - nanos.getAsLong();
                if (left <= 0) {
                    return false;
                }
                gate.await(Math.min(left, LOOK_NANOS));
            }
            return true;
        } finally {
            gate.unlock();
        }
    }

    /** How many puts wait. */
    int depth() {
        return locked(durable::size);
    }

    /** Bytes of the quota that are used. */
    long used() {
        return locked(() -> used);
    }

    /** Whether another put could be taken. */
    boolean hasRoom() {
        return locked(() -> accepting && count < settings.entries() && used < settings.quota());
    }

    /** When the put that waits for longest was put, or null. */
    @Nullable Instant oldest() {
        return locked(() -> durable.isEmpty()
                ? null
                : durable.firstEntry().getValue().head().at());
    }
}
