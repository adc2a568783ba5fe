package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.CacheUpkeep;
import io.surfacefs.store.Disk;
import io.surfacefs.store.FolderOwner;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded copy of objects on this node's disk. Knows names and bytes; what they mean is the decorator's. Whatever
 * happens to the disk, a caller gets the right bytes, from here or from the store, or the store's error. Thread-safe;
 * every call but {@link #lookup} may wait for the store.
 */
public final class CacheEngine implements CacheUpkeep, AutoCloseable {
    private static final int EXPIRED_AT_ONCE = 10_000;
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final Parts parts;
    private final FolderOwner owner;
    private final Recovery recovery;
    private final Reads reads;
    private final Fills fills;
    private final Ticks ticks;
    private final Scrubber scrubber;
    private final List<ExecutorService> threads;
    private final Waits.Signal recovered;
    private final long openedAt;
    private volatile long recoveredAt;
    private volatile boolean recoveryEnded;

    private CacheEngine(Parts parts, FolderOwner owner, List<ExecutorService> threads) throws IOException {
        this.parts = parts;
        this.owner = owner;
        this.threads = threads;
        this.openedAt = parts.outside().nanos().getAsLong();
        this.recovered = parts.outside().waits().signal();
        this.ticks = new Ticks(parts.outside().nanos());
        this.recovery = Recovery.begin(parts);
        this.reads = new Reads(parts, recovery);
        this.fills = new Fills(parts, reads, recovery, ticks);
        this.scrubber = new Scrubber(parts);
        parts.outside().background().execute(this::recover);
    }

    /**
     * Opens a cache folder and begins to serve from it at once; the index comes in the background.
     *
     * @param root made where it is missing
     * @throws io.surfacefs.store.FolderOwnedException when somebody else has the folder
     * @throws IOException when it can't be used
     */
    public static CacheEngine open(
            Path root, Disk disk, CacheSettings settings, StoredVerifier verifier, Clock clock, CacheEvents events)
            throws IOException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService background = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("surface-cache-", 0).factory());
        boolean opened = false;
        try {
            CacheEngine engine = open(
                    root,
                    disk,
                    settings,
                    verifier,
                    events,
                    new Parts.Outside(
                            clock,
                            System::nanoTime,
                            () -> ThreadLocalRandom.current().nextDouble(),
                            OnBehalf.carrying(threads),
                            background,
                            Waits.REAL),
                    List.of(threads, background));
            opened = true;
            return engine;
        } finally {
            if (!opened) {
                threads.shutdownNow();
                background.shutdownNow();
            }
        }
    }

    static CacheEngine open(
            Path root,
            Disk disk,
            CacheSettings settings,
            StoredVerifier verifier,
            CacheEvents events,
            Parts.Outside outside,
            List<ExecutorService> threads)
            throws IOException {
        PrivateFiles.makeFolders(root);
        FolderOwner owner = FolderOwner.take(root);
        boolean opened = false;
        try {
            CacheFolder folder = CacheFolder.open(disk, root);
            Ledger ledger = new Ledger(settings, outside.clock());
            NameLocks names = new NameLocks(outside.waits());
            Rooms rooms = new Rooms(settings, ledger, folder, names, events, outside.waits());
            Health health = new Health(outside.nanos(), events);
            CacheEngine engine = new CacheEngine(
                    new Parts(settings, ledger, folder, names, rooms, health, verifier, events, outside),
                    owner,
                    threads);
            opened = true;
            return engine;
        } finally {
            if (!opened) {
                owner.close();
            }
        }
    }

    private void recover() {
        try {
            recovery.run();
        } finally {
            recoveredAt = parts.outside().nanos().getAsLong();
            recoveryEnded = true;
            recovered.changed();
        }
    }

    /**
     * Waits until the index knows everything.
     *
     * @return false when that took longer, or failed
     */
    public boolean awaitRecovery(Duration longest) throws InterruptedException {
        return recovered.await(() -> recoveryEnded, longest) && recovery.complete();
    }

    /** Opens an object that is here, or gives null. Waits for nothing but this node's disk. */
    public @Nullable CachedObject lookup(CacheName name) {
        return reads.open(name);
    }

    /** Opens an object that is here, or fetches it: once, however many ask at a time. Null when there is none. */
    public @Nullable CachedObject fetch(CacheName name, Source.Origin origin) {
        return fills.fetch(name, origin);
    }

    /** Waits until an object that was just fetched is kept, or is not going to be. */
    void awaitKept(CacheName name) throws IOException {
        fills.awaitEnd(name);
    }

    /** What {@link #put} and {@link #rememberAbsent} want to know was current before the store was asked. */
    public long epoch(CacheName name) {
        return parts.names().epoch(name.hash());
    }

    /**
     * Keeps an object that is known to be in the store.
     *
     * @param source left open
     * @param epoch of the name, from before the store was asked: what was withdrawn since is not kept
     * @param tick when it was asked
     * @return whether it is kept; where it is not, an object of that name that was here stays
     */
    public boolean put(CacheName name, Source source, long epoch, int tick) {
        Source unowned = new Source(unowned(source.bytes()), source.digest(), source.expires(), source.meta());
        Fill copy = new Fill(parts, name, () -> unowned, epoch, tick, end -> {}, fill -> {});
        boolean kept = copy.run(recovery.admitting(), () -> false);
        fills.trim();
        return kept;
    }

    private static StoredBytes unowned(StoredBytes bytes) {
        return new StoredBytes() {
            @Override
            public long size() {
                return bytes.size();
            }

            @Override
            public int read(long position, byte[] target, int offset, int length) throws IOException {
                return bytes.read(position, target, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    /**
     * That what is here under a name doesn't count any more, nor what is being fetched for it: returns when no lookup
     * finds it.
     *
     * @return the name's epoch from now on. Who took it before he changed the store, and finds it here one later, was
     *     alone, so that what he stored may be {@link #put} with this one
     */
    public long withdraw(CacheName name) {
        NameHash hash = name.hash();
        long epoch = 0;
        Waits.Mutex mutex = parts.names().of(hash);
        mutex.lock();
        try {
            epoch = parts.names().withdraw(hash);
            fills.forget(name);
            Ledger.Leaving known = parts.ledger().leave(hash);
            if ((known != null || !recovery.complete()) && parts.folder().delete(hash)) {
                parts.folder().settle(hash);
            }
            if (known != null) {
                parts.ledger().left(known);
            }
        } catch (IOException e) {
            parts.health().failed(e);
        } finally {
            mutex.unlock();
        }
        return epoch;
    }

    /** Whether the store said within the last second that there is no such object. */
    public boolean isAbsent(CacheName name) {
        return fills.isAbsent(name);
    }

    /** Remembers for a second that the store has no such object. */
    public void rememberAbsent(CacheName name, long epoch) {
        fills.rememberAbsent(name, epoch);
    }

    /** The clock that only goes forward, nanoseconds. */
    long nanos() {
        return parts.outside().nanos().getAsLong();
    }

    /** The time, for {@link #fresh}. */
    public int tick() {
        return ticks.now();
    }

    /** Whether a tick was no longer ago than that; 0 never was. */
    public boolean within(int tick, Duration age) {
        return ticks.within(tick, age);
    }

    /** Whether an object is here that was current no longer ago than that. Looks at memory only. */
    public boolean isFresh(CacheName name, Duration age) {
        Index.Found found = parts.index().find(name.hash());
        return found != null && ticks.within(found.fresh(), age);
    }

    /** How long ago, at most, an object that is here was current; zero when it isn't here. Looks at memory only. */
    Duration age(CacheName name) {
        Index.Found found = parts.index().find(name.hash());
        if (found == null) {
            // Whatever was read then did not come from here, unless the index doesn't know all that is.
            return recovery.complete() ? Duration.ZERO : Ticks.FOREVER;
        }
        return ticks.age(found.fresh());
    }

    /** Whether an object is here, for all that is known without looking at the disk. */
    boolean isHere(CacheName name) {
        return parts.index().find(name.hash()) != null;
    }

    /** Notes that an object that is here was found to be current at a tick. */
    public void fresh(CacheName name, int tick) {
        parts.ledger().fresh(name.hash(), tick);
    }

    @Override
    public Evicted evictAll(@Nullable Tenant only) throws IOException {
        return parts.rooms().dropAll(only);
    }

    /** How it behaves. */
    public CacheSettings settings() {
        return parts.settings();
    }

    /** What is due: drops what may be dropped by its time, goes back to the soft mark, writes a snapshot. */
    public void maintain() throws IOException {
        while (parts.rooms().dropExpired(EXPIRED_AT_ONCE) == EXPIRED_AT_ONCE) {
            // Piece by piece, so that puts get their turns.
        }
        parts.rooms().trim();
        recovery.snapshot();
    }

    @Override
    public Scrubbed scrub(long bytesPerSecond, LongConsumer progress) {
        return scrubber.pass(bytesPerSecond, progress);
    }

    /** Reads every object once in each such interval, in the background, until this is closed. */
    public void scrubAlways(Duration interval, long bytesPerSecond) {
        parts.outside().background().execute(() -> scrubber.forever(interval, bytesPerSecond));
    }

    @Override
    public Stat stat() {
        Ledger.Totals totals = parts.ledger().totals();
        return new Stat(
                totals.bytes(),
                parts.settings().quota(),
                totals.entries(),
                totals.tenants(),
                totals.quarantined(),
                fills.count(),
                recovery.complete(),
                parts.health().failures(),
                ((recoveryEnded ? recoveredAt : parts.outside().nanos().getAsLong()) - openedAt) / 1e9);
    }

    /** Ends in order: the next start finds the index whole. */
    @Override
    public void close() throws IOException {
        scrubber.stop();
        try {
            recovery.stop();
            threads.forEach(CacheEngine::stop);
            recovery.close();
        } finally {
            owner.close();
        }
    }

    /** Ends threads, within a limit. */
    static void stop(ExecutorService threads) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
