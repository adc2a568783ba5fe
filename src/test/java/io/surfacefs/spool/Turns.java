package io.surfacefs.spool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one actor at a time take one step, in an order that a seed tells, until all have ended or the process dies: from
 * then on nobody changes anything any more. A thread that is no actor never stops.
 */
final class Turns implements Gate {
    private static final ThreadLocal<Actor> ME = new ThreadLocal<>();
    private static final int MOST = 20_000;

    private final Semaphore stepped = new Semaphore(0);
    private final List<Actor> alive = new ArrayList<>();
    private volatile Throwable failure;
    private volatile boolean dead;

    private static final class Actor {
        final Semaphore turn = new Semaphore(0);
        volatile boolean ended;
    }

    /** What an actor does. */
    interface Work {
        void run() throws Exception;
    }

    /** That the process is no more. */
    static final class Died extends IOException {
        private static final long serialVersionUID = 1L;
    }

    void add(Work work) {
        Actor actor = new Actor();
        alive.add(actor);
        Thread.ofVirtual().start(() -> {
            ME.set(actor);
            acquire(actor.turn);
            try {
                work.run();
            } catch (Throwable e) {
                if (!dead) {
                    failure = e;
                }
            } finally {
                actor.ended = true;
                stepped.release();
            }
        });
    }

    /**
     * Runs all actors to their ends.
     *
     * @param dies behind how many steps the process dies
     * @return whether it died
     */
    boolean run(Random random, int dies, Runnable afterEach) {
        for (int steps = 0; ; steps++) {
            alive.removeIf(a -> a.ended);
            if (failure != null) {
                throw new AssertionError(failure);
            }
            if (alive.isEmpty()) {
                return dead;
            }
            if (steps == MOST) {
                throw new AssertionError("the actors wait for each other");
            }
            dead |= steps >= dies;
            alive.get(random.nextInt(alive.size())).turn.release();
            acquire(stepped);
            afterEach.run();
        }
    }

    private static void acquire(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(60, TimeUnit.SECONDS)) {
                throw new AssertionError("an actor is stuck");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Called before each thing that another actor could see, or that outlives the process. */
    void step() throws Died {
        Actor me = ME.get();
        if (me != null) {
            stepped.release();
            acquire(me.turn);
            if (dead) {
                throw new Died();
            }
        }
    }

    /** As {@link #step}, where only unchecked exceptions pass. */
    void stepUnchecked() {
        try {
            step();
        } catch (Died e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void lock() {}

    @Override
    public void unlock() {}

    @Override
    public void await(long nanos) {
        stepUnchecked();
    }

    @Override
    public void changed() {}
}
