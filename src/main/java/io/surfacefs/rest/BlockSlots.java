package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how many clients hold decoded blocks at a time, however many read: more than the cores can decode for is only
 * memory. A client that stands still loses its slot, and soon when others wait for one. Thread-safe.
 */
final class BlockSlots {
    private static final int PER_CORE = 8;
    /** The longest that one waits for a slot. */
    private static final Duration TURN = Duration.ofSeconds(30);
    /** From when on a client that takes nothing loses its slot. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** The same while others wait. */
    private static final Duration IMPATIENCE = Duration.ofMillis(20);

    private final Semaphore free;
    private final int slots;
    private final int few;

    BlockSlots(int cores) {
        this.slots = PER_CORE * cores;
        this.few = 2 * cores;
        this.free = new Semaphore(slots, true);
    }

    /** @throws SurfaceException {@code OVERLOADED} when none came free */
    void take() throws IOException {
        try {
            if (!free.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new SurfaceException(ErrorCode.OVERLOADED, slots + " clients are being sent to", "try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the service is stopping");
        }
    }

    void giveBack() {
        free.release();
    }

    /** Whether so few clients are being sent to that it pays to decode ahead for each. */
    boolean fewTaken() {
        return slots - free.availablePermits() <= few;
    }

    /** How long a client may take nothing and keep its slot. */
    Duration patience() {
        return free.hasQueuedThreads() ? IMPATIENCE : PATIENCE;
    }
}
