package io.surfacefs.cache;

import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one fetch of an object that is missing, for all who wait for it. It runs on a thread of its own, so whoever goes
 * away spoils nothing for the others. While it fills a temporary file its readers read that, each at its own pace, all
 * but the last byte, which they get when all bytes were found right; of small objects they get nothing before that.
 */
final class Fill {
    /** The largest object of which nothing is given before all of it was checked, in bytes. */
    static final long WHOLE_FIRST = 1 << 20;

    private static final int BLOCK = 256 * 1024;

    /** How often who waits looks whether the disk is stuck. */
    private static final Duration LOOK = Duration.ofMillis(250);

    /** How it stands. */
    enum State {
        /** The store hasn't answered yet. */
        OPENING,
        /** There is no such object. */
        ABSENT,
        /** It is in the cache by now: look again. */
        PRESENT,
        /** Bytes come into a file. */
        FILLING,
        /** All bytes came and were found right. */
        WHOLE,
        /** It can't be kept, or not any more: everybody asks the store for himself. */
        THROUGH,
        /** The store failed. */
        FAILED
    }

    /** What is known from the store's answer on. */
    record Facts(Source source, long size, Path file) {}

    private final Parts parts;
    private final CacheName name;
    private final Source.Origin origin;
    private final long epoch;
    private final int fresh;
    private final Waits.Signal signal;
    private final Consumer<State> ending;
    private final Consumer<Fill> stuck;
    private volatile State state = State.OPENING;
    private volatile long available;
    private volatile @Nullable SurfaceException failure;
    private volatile @Nullable Facts facts;
    private volatile boolean ended;
    private volatile Health.@Nullable Work onDisk;
    private boolean givenUp;
    private @Nullable Source spare;
    private int waiting;

    /**
     * @param epoch of the name, from before the store is asked
     * @param fresh the tick at which it is asked
     * @param ending told of an end that leaves nothing in the cache, before those who wait are
     * @param stuck told by those who wait that the disk doesn't go on
     */
    Fill(
            Parts parts,
            CacheName name,
            Source.Origin origin,
            long epoch,
            int fresh,
            Consumer<State> ending,
            Consumer<Fill> stuck) {
        this.parts = parts;
        this.name = name;
        this.origin = origin;
        this.epoch = epoch;
        this.fresh = fresh;
        this.ending = ending;
        this.stuck = stuck;
        this.signal = parts.outside().waits().signal();
    }

    /** This one, for which somebody waits now, until {@link #leave}. */
    synchronized Fill joined() {
        waiting++;
        return this;
    }

    synchronized void leave() {
        waiting--;
        if (waiting == 0 && spare != null) {
            spare.close();
            spare = null;
        }
    }

    /** The store's open answer, for the first who asks for it: one that could not be kept need not be fetched twice. */
    synchronized @Nullable Source takeSpare() {
        Source taken = spare;
        spare = null;
        return taken;
    }

    private synchronized void offer(Source source) {
        if (waiting > 0) {
            spare = source;
        } else {
            source.close();
        }
    }

    SurfaceException failure() {
        SurfaceException known = failure;
        return known == null ? new SurfaceException(ErrorCode.INTERNAL, "the fetch failed without a reason") : known;
    }

    /** From {@link State#FILLING} on. */
    Facts facts() {
        Facts known = facts;
        if (known == null) {
            throw new IllegalStateException("nothing is known yet");
        }
        return known;
    }

    State state() {
        return state;
    }

    /** Waits until the store has answered; {@code STORE_TIMEOUT} when it doesn't in time. */
    State awaitAnswer() throws IOException {
        await(() -> state != State.OPENING, parts.settings().openWait());
        return state;
    }

    /**
     * Waits until nothing more is going to happen: what is kept has its name by then.
     *
     * @return false when the disk is stuck, so that it can't be told when that is
     */
    boolean awaitEnd() throws IOException {
        await(() -> ended || isGivenUp(), parts.settings().stallWait());
        return ended;
    }

    /** Whether the disk doesn't come to the end of what it was asked. */
    boolean isStuck() {
        Health.Work work = onDisk;
        return work != null && work.isStuck();
    }

    /**
     * Nobody waits for the disk any more: who has not had all bytes asks the store for himself. What comes of it later
     * may still be kept.
     *
     * @return false when that was so already, or all is done
     */
    synchronized boolean giveUp() {
        if (givenUp || ended) {
            return false;
        }
        givenUp = true;
        if (state == State.OPENING || state == State.FILLING) {
            state = State.THROUGH;
        }
        signal.changed();
        return true;
    }

    private synchronized boolean isGivenUp() {
        return givenUp;
    }

    /** That nobody can join any more, and all is done. {@return false when it was given up before} */
    synchronized boolean end() {
        ended = true;
        signal.changed();
        return !givenUp;
    }

    /**
     * Waits for bytes behind a position.
     *
     * @param inOrder whether the reader has had all bytes before them: else it gets them when all were checked
     * @return the end of what can be read now; -1 when the rest is to be had from the store only
     */
    long awaitBytes(long position, boolean inOrder) throws IOException {
        boolean early = inOrder && facts().size() > WHOLE_FIRST;
        await(
                () -> state != State.FILLING || (early && available > position),
                early
                        ? parts.settings().stallWait()
                        : parts.settings().openWait().plus(parts.settings().stallWait()));
        return switch (state) {
            case WHOLE -> facts().size();
            case FILLING -> available;
            case FAILED -> {
                if (failure().code().isAboutCaller()) {
                    yield -1; // whoever began the fetch may not go on, and this one may
                }
                throw failure();
            }
            default -> -1;
        };
    }

    private void await(BooleanSupplier done, Duration longest) throws IOException {
        try {
            for (Duration left = longest; !signal.await(done, shorter(left, LOOK)); left = left.minus(LOOK)) {
                if (isStuck()) {
                    stuck.accept(this);
                } else if (left.compareTo(LOOK) <= 0) {
                    throw new SurfaceException(
                            ErrorCode.STORE_TIMEOUT, "the store took too long", "try again later", null);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the store", e);
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** {@return false when it was given up before} */
    private boolean become(State next) {
        if (next != State.FILLING && next != State.WHOLE) {
            // Who asks from now on must not be given this answer: it is of a time before he asked.
            ending.accept(next);
        }
        synchronized (this) {
            if (givenUp) {
                return false;
            }
            state = next;
        }
        signal.changed();
        return true;
    }

    /** What the disk is asked to do. */
    private interface DiskWork {
        boolean run() throws IOException;
    }

    private boolean onDisk(DiskWork work) throws IOException {
        try (Health.Work begun = parts.health().begin()) {
            onDisk = begun;
            return work.run();
        } finally {
            onDisk = null;
        }
    }

    private @Nullable Admission begin(Source source) throws IOException {
        try (Health.Work begun = parts.health().begin()) {
            onDisk = begun;
            return Admission.begin(parts, name, epoch, source);
        } finally {
            onDisk = null;
        }
    }

    /**
     * Does the fetch.
     *
     * @param admits whether anything may be kept now
     * @param present whether the object has come meanwhile
     * @return whether the object is kept now
     */
    boolean run(boolean admits, BooleanSupplier present) {
        try {
            if (present.getAsBoolean()) {
                become(State.PRESENT);
                return false;
            }
            Source source = origin.open();
            if (source == null) {
                become(State.ABSENT);
                return false;
            }
            Admission admission = admits ? begin(source) : null;
            if (admission == null) {
                offer(source);
                become(State.THROUGH);
                return false;
            }
            try (source;
                    admission) {
                facts = new Facts(source, source.bytes().size(), admission.file());
                return become(State.FILLING) && fill(source, admission);
            }
        } catch (IOException e) {
            parts.health().failed(e);
            become(State.THROUGH);
        } catch (SurfaceException e) {
            failure = e;
            become(State.FAILED);
        } catch (RuntimeException e) {
            failure = new SurfaceException(ErrorCode.INTERNAL, "the fetch failed", null, e);
            become(State.FAILED);
        }
        return false;
    }

    private boolean fill(Source source, Admission admission) {
        State end = copy(source, admission);
        if (end == State.WHOLE) {
            available = facts().size();
        }
        become(end);
        try {
            return end == State.WHOLE && onDisk(() -> admission.publish(fresh));
        } catch (IOException e) {
            parts.health().failed(e);
            return false;
        }
    }

    private State copy(Source source, Admission admission) {
        long size = source.bytes().size();
        int block = Math.clamp(size, 1, BLOCK);
        byte[][] blocks = {new byte[block], new byte[block]};
        CompletableFuture<?>[] hashed = {
            CompletableFuture.completedFuture(null), CompletableFuture.completedFuture(null)
        };
        source.bytes().expect(0, size);
        try (StoredVerifier.Running digest = parts.verifier().begin()) {
            for (long at = 0, turn = 0; at < size; turn++) {
                int i = (int) (turn & 1);
                hashed[i].join();
                int n = read(source, at, blocks[i], (int) Math.min(block, size - at));
                hashed[i] = digest.update(blocks[i], 0, n);
                if (!write(admission, blocks[i], n)) {
                    hashed[i].join();
                    return State.THROUGH;
                }
                at += n;
                available = Math.min(at, size - 1);
                signal.changed();
            }
            if (!digest.finish().equals(source.digest())) {
                throw new SurfaceException(
                        ErrorCode.CORRUPT_OBJECT, "the store gave other bytes than it should", "ask again");
            }
            return State.WHOLE;
        }
    }

    private static int read(Source source, long at, byte[] target, int length) {
        int n;
        try {
            n = source.bytes().read(at, target, 0, length);
        } catch (IOException e) {
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the store broke off", "try again later", e);
        }
        if (n < 0) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the store gave too few bytes", "ask again");
        }
        return n;
    }

    private boolean write(Admission admission, byte[] bytes, int length) {
        try {
            return onDisk(() -> admission.write(bytes, length)) && !isGivenUp();
        } catch (IOException e) {
            parts.health().failed(e);
            return false;
        }
    }
}
