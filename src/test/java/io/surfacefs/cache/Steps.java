package io.surfacefs.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Lets one actor at a time take one step, in an order that a seed tells. Whatever the cache's threads would wait for,
 * they look for again at each of their turns. A thread that is no actor never stops.
 */
final class Steps {
    private static final ThreadLocal<Actor> ME = new ThreadLocal<>();
    private static final int MOST = 20_000;

    private final Semaphore stepped = new Semaphore(0);
    private final List<Actor> alive = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private final class Actor {
        final Semaphore turn = new Semaphore(0);
        volatile boolean ended;

        void run(Work work) {
            ME.set(this);
            acquire(turn);
            try {
                work.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            } finally {
                ended = true;
                stepped.release();
            }
        }

        void step() {
            stepped.release();
            acquire(turn);
        }
    }

    /** What an actor does. */
    interface Work {
        void run() throws Exception;
    }

    /** Adds an actor; also while others run. */
    synchronized void add(Work work) {
        Actor actor = new Actor();
        alive.add(actor);
        Thread.ofVirtual().start(() -> actor.run(work));
    }

    private synchronized Actor pick(Random random) {
        alive.removeIf(a -> a.ended);
        return alive.isEmpty() ? null : alive.get(random.nextInt(alive.size()));
    }

    /** Runs all actors to their ends. */
    void run(Random random, Runnable afterEach) {
        int steps = 0;
        for (Actor actor = pick(random); actor != null; actor = pick(random)) {
            actor.turn.release();
            acquire(stepped);
            afterEach.run();
            if (++steps > MOST) {
                throw new AssertionError("the actors wait for each other");
            }
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
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

    /** Called before each thing that another actor could see. */
    static void step() {
        Actor me = ME.get();
        if (me != null) {
            me.step();
        }
    }

    static final Waits WAITS = new Waits() {
        @Override
        public Mutex mutex() {
            return new Mutex() {
                private boolean held;

                @Override
                public void lock() {
                    while (held) {
                        step();
                    }
                    held = true;
                }

                @Override
                public void unlock() {
                    held = false;
                }
            };
        }

        @Override
        public Signal signal() {
            return new Signal() {
                @Override
                public boolean await(BooleanSupplier done, Duration longest) {
                    while (!done.getAsBoolean()) {
                        step();
                    }
                    return true;
                }

                @Override
                public void changed() {}
            };
        }
    };
}
