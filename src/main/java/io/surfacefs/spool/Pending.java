package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the spool knows in memory: the puts that wait, by key and in order, and what room they take. Thread-safe. */
final class Pending {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();

    private final Gate gate;
    private final Pace pace;
    private final Room room;
    private final Chains chains = new Chains();
    private final Claims claims;
    private final TreeMap<Long, Entry> durable = new TreeMap<>();
    private long sequence;
    private boolean accepting = true;
    private boolean stopped;

    Pending(Gate gate, SpoolSettings settings, Pace pace) {
        this.gate = gate;
        this.pace = pace;
        this.room = new Room(settings, pace);
        this.claims = new Claims(gate, chains, pace);
    }

    private <T extends @Nullable Object> T locked(Supplier<T> work) {
        gate.lock();
        try {
            return work.get();
        } finally {
            gate.unlock();
        }
    }

    /** Who works on what waits. */
    Claims claims() {
        return claims;
    }

    /** Sequences up to this are taken, by what lies in the folder. */
    void startBehind(long last) {
        locked(() -> sequence = Math.max(sequence, last));
    }

    /** Counts an entry that was put aside before this process began. */
    void foundRejected(long bytes) {
        locked(() -> {
            room.addRejected(bytes);
            return null;
        });
    }

    /** Adds an entry that was found in the folder; in the order of their sequences. */
    void found(long number, Head head, EntryFormat.Layout layout, long cost) {
        locked(() -> {
            Chain chain = chains.at(head.key());
            boolean manifest = head.op() == Head.Op.COMMIT || head.op() == Head.Op.SCAN;
            Entry entry = new Entry(number, head.key(), manifest, chain.committed);
            entry.written(head, layout);
            entry.cost = cost;
            entry.durable = true;
            entry.found = true;
            chain.entries.add(entry);
            durable.put(number, entry);
            chain.committed |= entry.manifest;
            room.add(cost);
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
                throw stopping();
            }
            room.require();
            Chain chain = chains.at(key);
            boolean follows = chain.committed || chain.entries.stream().anyMatch(e -> e.manifest);
            Entry entry = new Entry(++sequence, key, manifest, follows);
            chain.entries.add(entry);
            room.add(0);
            return entry;
        });
    }

    static SurfaceException stopping() {
        return new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the server is stopping", "try another replica");
    }

    /** Takes room for a put, before its bytes are written; {@code OVERLOADED} when there is none. */
    void reserve(Entry entry, long bytes) {
        locked(() -> {
            room.reserve(bytes);
            entry.cost = bytes;
            return null;
        });
    }

    /**
     * A put is safe on the disk: it counts from now on. Waits for those of its key that began before it.
     *
     * @return whether no artefact of that key was put before it
     * @throws SurfaceException {@code STORE_UNAVAILABLE} after {@link #stop}: then it doesn't count
     */
    boolean settle(Entry entry) {
        gate.lock();
        try {
            Chain chain = chains.at(entry.key);
            long until = System.nanoTime() + LONGEST_NANOS;
            while (!stopped && hasUnsettledBefore(chain, entry)) {
                if (System.nanoTime() - until >= 0) {
                    throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "another put of the same key does not end");
                }
                gate.await(LOOK_NANOS);
            }
            if (stopped) {
                throw stopping(); // the folder is being given up
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

    /** Takes an entry out: it failed, or is delivered, and its files are gone. */
    void remove(Entry entry) {
        locked(() -> {
            takeOut(entry);
            return null;
        });
    }

    /** Takes an entry out that was put aside, where it still takes room. */
    void rejected(Entry entry) {
        locked(() -> {
            takeOut(entry);
            room.addRejected(entry.cost);
            return null;
        });
    }

    private void takeOut(Entry entry) {
        Chain chain = chains.at(entry.key);
        if (chain.entries.remove(entry)) {
            room.free(entry.cost);
            durable.remove(entry.sequence);
        }
        chain.unsynced = !chain.entries.isEmpty();
        pace.offer(chain);
        chains.forgetIfIdle(chain);
        gate.changed();
    }

    /** What waits of a key, in order. */
    List<Entry> of(SpoolKey key) {
        return locked(() -> {
            Chain chain = chains.find(key);
            return chain == null
                    ? List.of()
                    : chain.entries.stream().filter(Entry::isReadable).toList();
        });
    }

    /** Whether something waits of a key that is not what was put. */
    boolean hasDamaged(SpoolKey key) {
        return locked(() -> {
            Chain chain = chains.find(key);
            return chain != null && chain.entries.stream().anyMatch(e -> e.durable && e.isDamaged());
        });
    }

    /**
     * Those of a tenant's artefacts that have a manifest here and are wanted, in key order.
     *
     * @param after position behind which to begin, or empty
     */
    List<SpoolKey> listed(Tenant tenant, String after, int limit, Predicate<Entry> wanted) {
        return locked(() -> chains.listed(tenant, after, limit, e -> e.isReadable() && e.manifest && wanted.test(e)));
    }

    /** Everything that waits and passes, in the order of the puts. */
    List<Entry> all(Predicate<Entry> wanted) {
        return locked(() -> durable.values().stream().filter(wanted).toList());
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

    /** Nothing is acknowledged, nor can be claimed, from now on. */
    void stop() {
        claims.stop();
        locked(() -> {
            stopped = true;
            gate.changed();
            return null;
        });
    }

    /** Waits until nothing waits, nor is being put. {@return whether that came true in time} */
    boolean awaitEmpty(long untilNanos, LongSupplier nanos) throws InterruptedException {
        gate.lock();
        try {
            while (!room.isEmpty()) {
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
        return locked(room::used);
    }

    /** Whether another put could be taken. */
    boolean hasRoom() {
        return locked(() -> accepting && room.isFree());
    }

    /** When the put that waits for longest was put, or null. */
    @Nullable Instant oldest() {
        return locked(() -> durable.isEmpty()
                ? null
                : durable.firstEntry().getValue().head().at());
    }
}
