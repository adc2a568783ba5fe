package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.StoreFault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which chain is delivered when. A chain that failed waits, twice as long each time. When different ones fail in a row
 * it is the store that is out: then all wait, and one at a time is the probe; the first success brings them all back.
 * Guarded by the gate.
 */
final class Pace {
    private static final int MOST_DOUBLINGS = 20;

    private final SpoolSettings settings;
    private final LongSupplier nanos;
    private final DoubleSupplier random;
    private final Deque<Chain> ready = new ArrayDeque<>();
    private final PriorityQueue<Chain> delayed = new PriorityQueue<>(Comparator.comparingLong(c -> c.due));
    private @Nullable Chain lastFailed;
    private int failures;
    private long pausedUntil;
    private int running;

    Pace(SpoolSettings settings, LongSupplier nanos, DoubleSupplier random) {
        this.settings = settings;
        this.nanos = nanos;
        this.random = random;
        this.pausedUntil = nanos.getAsLong();
    }

    /** Puts a chain that can be delivered in the queue. */
    void offer(Chain chain) {
        if (!chain.queued && !chain.claimed && chain.head() != null) {
            chain.queued = true;
            if (chain.attempts > 0 && chain.due - nanos.getAsLong() > 0) {
                delayed.add(chain);
            } else {
                ready.add(chain);
            }
        }
    }

    /** Claims the next chain, or gives null when none is to be delivered now. */
    @Nullable Chain next() {
        long now = nanos.getAsLong();
        if (pausedUntil - now > 0 || (failures > 0 && running > 0)) {
            return null;
        }
        while (!delayed.isEmpty() && delayed.peek().due - now <= 0) {
            ready.add(delayed.remove());
        }
        for (Chain chain = ready.poll(); chain != null; chain = ready.poll()) {
            chain.queued = false;
            if (!chain.claimed && chain.head() != null) {
                chain.claimed = true;
                running++;
                return chain;
            }
        }
        return null;
    }

    /** How long it is until {@link #next} may give one that it doesn't give now, nanoseconds; at least 1 ms. */
    long patience() {
        long now = nanos.getAsLong();
        long least = Duration.ofSeconds(1).toNanos();
        if (pausedUntil - now > 0) {
            least = Math.min(least, pausedUntil - now);
        } else if (!delayed.isEmpty()) {
            least = Math.min(least, delayed.peek().due - now);
        }
        return Math.max(least, 1_000_000);
    }

    /** Whether the store seems to be out. */
    boolean storeIsOut() {
        return failures > 0;
    }

    /** How long all wait, at least. */
    Duration pause() {
        return Duration.ofNanos(Math.max(0, pausedUntil - nanos.getAsLong()));
    }

    /** A chain that {@link #next} gave is not being delivered any more. */
    void ended() {
        running--;
    }

    void succeeded(Chain chain) {
        chain.attempts = 0;
        if (failures > 1) {
            retryAll();
        }
        failures = 0;
        lastFailed = null;
        pausedUntil = nanos.getAsLong();
    }

    /**
     * A delivery failed, and may succeed later.
     *
     * @return how long everybody waits, null where only this chain does
     */
    @Nullable Duration failed(Chain chain, SurfaceException fault) {
        long now = nanos.getAsLong();
        long asked = fault.code().retryable() ? fault.retryAfter().toNanos() : 0;
        chain.attempts++;
        chain.due = now + Math.max(backOff(chain.attempts), asked);
        // What was under way together when the store went out is one failure, not many.
        if (chain != lastFailed && pausedUntil - now <= 0) {
            failures++;
        }
        lastFailed = chain;
        boolean asksForLess = fault.code() == ErrorCode.OVERLOADED || (fault instanceof StoreFault f && f.throttled());
        if (failures > 1 || asksForLess) {
            long pause = Math.max(pausedUntil - now, Math.max(asked, failures > 1 ? backOff(failures - 1) : 0));
            pausedUntil = now + pause;
            return Duration.ofNanos(pause);
        }
        return null;
    }

    /** All are to be tried at once, whatever they wait for. */
    void retryAll() {
        List<Chain> all = new ArrayList<>(delayed);
        delayed.clear();
        ready.addAll(all);
        pausedUntil = nanos.getAsLong();
    }

    /** A fifth more or less, so that many spools don't come at once. */
    private long backOff(int tries) {
        double doubled = (double) settings.retryInterval().toNanos() * Math.pow(2, Math.min(tries - 1, MOST_DOUBLINGS));
        double jittered =
                Math.min(doubled, (double) settings.retryLongest().toNanos()) * (0.8 + 0.4 * random.getAsDouble());
        return (long) jittered;
    }
}
