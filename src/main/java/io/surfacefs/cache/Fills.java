package io.surfacefs.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one object is fetched once, however many ask for it at a time, and remembers for a moment what the
 * store does not have. Thread-safe.
 */
final class Fills {
    /** How long it is remembered that there is no such object. */
    static final Duration ABSENT_FOR = Duration.ofSeconds(1);

    /** How long a new fetch waits while as many run as may. */
    private static final Duration TURN = Duration.ofSeconds(1);

    /** So often it does: those whose disk is stuck show within the first. */
    private static final int TURNS = 2;

    private static final int MAX_ABSENT = 65_536;
    private static final int TRIES = 8;

    /** That the store said there is no such object. {@code since}: when, nanoseconds. */
    private record Absence(long epoch, long since) {}

    private final Parts parts;
    private final Reads reads;
    private final Recovery recovery;
    private final Ticks ticks;
    private final Semaphore permits;
    private final Waits.Signal turns;
    private final ConcurrentMap<CacheName, Fill> running = new ConcurrentHashMap<>();
    private final Cache<CacheName, Absence> absent;

    Fills(Parts parts, Reads reads, Recovery recovery, Ticks ticks) {
        this.parts = parts;
        this.reads = reads;
        this.recovery = recovery;
        this.ticks = ticks;
        this.permits = new Semaphore(parts.settings().concurrentFetches());
        this.turns = parts.outside().waits().signal();
        this.absent = Caffeine.newBuilder().maximumSize(MAX_ABSENT).build();
    }

    /** Gives the object, from here or from the store; null when there is none. */
    @Nullable CachedObject fetch(CacheName name, Source.Origin origin) {
        for (int i = 0; i < TRIES; i++) {
            CachedObject here = reads.open(name);
            if (here != null) {
                return here;
            }
            if (isAbsent(name)) {
                return null;
            }
            Fill fill = join(name, origin);
            try {
                Fill.State state = fill.awaitAnswer();
                switch (state) {
                    case ABSENT -> {
                        return null;
                    }
                    case FAILED -> {
                        if (fill.failure().code().isAboutCaller()) {
                            return through(null, origin);
                        }
                        throw fill.failure();
                    }
                    case THROUGH -> {
                        return through(fill.takeSpare(), origin);
                    }
                    case FILLING, WHOLE -> {
                        CachedObject reader = reader(fill, origin);
                        if (reader != null) {
                            return reader;
                        }
                        if (!fill.awaitEnd()) { // it is just being given its name: look again when it has it
                            return through(null, origin);
                        }
                    }
                    default -> {} // somebody brought it: look again
                }
            } catch (IOException e) {
                throw DiskFaults.of("cache", e);
            } finally {
                fill.leave();
            }
        }
        return through(null, origin);
    }

    private static @Nullable CachedObject reader(Fill fill, Source.Origin origin) throws IOException {
        FillingBytes bytes;
        try {
            bytes = FillingBytes.open(fill, origin);
        } catch (NoSuchFileException e) {
            return null;
        }
        Source source = fill.facts().source();
        return new CachedObject(bytes, source.digest(), source.meta(), fill.state() == Fill.State.WHOLE, 0);
    }

    private static @Nullable CachedObject through(@Nullable Source spare, Source.Origin origin) {
        Source source = spare == null ? origin.open() : spare;
        return source == null ? null : new CachedObject(source.bytes(), source.digest(), source.meta(), true, 0);
    }

    private Fill join(CacheName name, Source.Origin origin) {
        Fill known = running.computeIfPresent(name, (n, fill) -> fill.joined());
        if (known != null) {
            return known;
        }
        awaitTurn();
        Fill[] started = new Fill[1];
        Fill fill = running.compute(name, (n, other) -> {
            if (other != null) {
                return other.joined();
            }
            long epoch = parts.names().epoch(name.hash());
            Fill[] self = started;
            started[0] = new Fill(
                    parts,
                    name,
                    origin,
                    epoch,
                    ticks.now(),
                    end -> ended(name, self[0], end, epoch),
                    stuck -> giveUp(name, stuck));
            return started[0].joined();
        });
        if (started[0] != null) {
            start(name, fill);
        } else {
            endTurn();
        }
        return fill;
    }

    /** A burst of small objects ends in as many files to be synced, so a moment is worth waiting. */
    private void awaitTurn() {
        boolean turn = false;
        try {
            turn = permits.tryAcquire();
            for (int i = 0; i < TURNS && !turn; i++) {
                takeFromStuck();
                turn = turns.await(permits::tryAcquire, TURN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!turn) {
            throw new SurfaceException(
                    ErrorCode.OVERLOADED,
                    "too many objects are being fetched at once",
                    "try again, or raise surface.limits.concurrent-fetches");
        }
    }

    /** Fetches that wait for a stuck disk have no right to a turn: the store could be asked by others. */
    private void takeFromStuck() {
        running.forEach((name, fill) -> {
            if (fill.isStuck()) {
                giveUp(name, fill);
            }
        });
    }

    private void giveUp(CacheName name, Fill fill) {
        if (fill.giveUp()) {
            running.remove(name, fill);
            endTurn();
        }
    }

    private void endTurn() {
        permits.release();
        turns.changed();
    }

    private void start(CacheName name, Fill fill) {
        try {
            parts.outside().executor().execute(() -> run(name, fill));
        } catch (RejectedExecutionException e) {
            running.remove(name, fill);
            endTurn();
            fill.leave();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service is stopping", null, e);
        }
    }

    private void ended(CacheName name, Fill fill, Fill.State end, long epoch) {
        if (end == Fill.State.ABSENT) {
            rememberAbsent(name, epoch);
        }
        running.remove(name, fill);
    }

    private void run(CacheName name, Fill fill) {
        try {
            if (fill.run(recovery.admitting(), () -> isHere(name))) {
                trim();
            }
        } finally {
            running.remove(name, fill);
            if (fill.end()) {
                endTurn();
            }
        }
    }

    /** Waits until an object that is being fetched has its name, or is not going to get it. */
    void awaitEnd(CacheName name) throws IOException {
        Fill fill = running.get(name);
        if (fill != null) {
            fill.awaitEnd();
        }
    }

    /** How many fetches run. */
    int count() {
        return parts.settings().concurrentFetches() - permits.availablePermits();
    }

    void trim() {
        try {
            parts.rooms().trim();
        } catch (IOException e) {
            parts.health().failed(e);
        }
    }

    private boolean isHere(CacheName name) {
        CachedObject here = reads.open(name);
        if (here != null) {
            here.close();
        }
        return here != null;
    }

    boolean isAbsent(CacheName name) {
        Absence known = absent.getIfPresent(name);
        return known != null
                && parts.outside().nanos().getAsLong() - known.since() < ABSENT_FOR.toNanos()
                && known.epoch() == parts.names().epoch(name.hash());
    }

    /** Remembers for a moment that there is no such object. {@code epoch}: the name's, before the store was asked. */
    void rememberAbsent(CacheName name, long epoch) {
        absent.put(name, new Absence(epoch, parts.outside().nanos().getAsLong()));
    }

    /** Nobody joins what is being fetched for that name any more. */
    void forget(CacheName name) {
        running.remove(name);
        absent.invalidate(name);
    }
}
