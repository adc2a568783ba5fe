package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who works on which key: delivers, prunes or deletes, one at a time. Who has claimed a chain may ask what is to be
 * done in it. Thread-safe.
 */
final class Claims {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Gate gate;
    private final Chains chains;
    private final Pace pace;
    private boolean stopped;

    Claims(Gate gate, Chains chains, Pace pace) {
        this.gate = gate;
        this.chains = chains;
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

    /**
     * Claims the chain of a key, to do something else to it than to deliver; waits for whoever has it.
     *
     * @throws SurfaceException {@code STORE_TIMEOUT} when that takes too long, {@code STORE_UNAVAILABLE} at the end
     */
    Chain claim(SpoolKey key, Duration longest) {
        gate.lock();
        try {
            long until = System.nanoTime() + longest.toNanos();
            while (!stopped && isClaimed(key)) {
                if (System.nanoTime() - until >= 0) {
                    throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the same key is still being delivered");
                }
                gate.await(LOOK_NANOS);
            }
            if (stopped) {
                throw Pending.stopping();
            }
            Chain mine = chains.at(key);
            mine.claimed = true;
            return mine;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "interrupted");
        } finally {
            gate.unlock();
        }
    }

    private boolean isClaimed(SpoolKey key) {
        Chain chain = chains.find(key);
        return chain != null && chain.claimed;
    }

    /** Claims a chain where nobody has it. */
    @Nullable Chain claimIfFree(SpoolKey key) {
        return locked(() -> {
            Chain chain = chains.find(key);
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
            chains.forgetIfIdle(chain);
            gate.changed();
            return null;
        });
    }

    /** What is to be done next in a claimed chain; null when nothing is. */
    @Nullable Entry head(Chain chain) {
        return locked(chain::head);
    }

    /** The last put of a claimed chain that was acknowledged, whether it can be read or not; null when none waits. */
    @Nullable Entry last(Chain chain) {
        return locked(chain::last);
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

    /** Nothing can be claimed from now on. */
    void stop() {
        locked(() -> {
            stopped = true;
            gate.changed();
            return null;
        });
    }
}
