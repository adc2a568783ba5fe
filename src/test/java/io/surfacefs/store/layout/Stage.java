package io.surfacefs.store.layout;

import io.surfacefs.ops.Events;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.TestArtefacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Lets one actor at a time take one step. */
final class Stage {
    private static final ThreadLocal<Semaphore> TURN = new ThreadLocal<>();
    private final Semaphore stepped = new Semaphore(0);
    private final List<Actor> actors = new ArrayList<>();

    private final class Actor {
        final Semaphore turn = new Semaphore(0);
        volatile boolean ended;

        Actor(Runnable work, AtomicReference<Throwable> failure) {
            Thread.ofPlatform().daemon().start(() -> {
                TURN.set(turn);
                await(turn);
                try {
                    work.run();
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    ended = true;
                    stepped.release();
                }
            });
        }
    }

    void add(Runnable work, AtomicReference<Throwable> failure) {
        actors.add(new Actor(work, failure));
    }

    /** Called by an actor before each step. */
    void step() {
        Semaphore mine = TURN.get();
        if (mine != null) {
            stepped.release();
            await(mine);
        }
    }

    /** Gives an actor its turn and waits until it has taken its step; false when all have ended. */
    boolean next(Random random) {
        List<Actor> alive = actors.stream().filter(a -> !a.ended).toList();
        if (alive.isEmpty()) {
            return false;
        }
        alive.get(random.nextInt(alive.size())).turn.release();
        await(stepped);
        return true;
    }

    private static void await(Semaphore semaphore) {
        try {
            if (!semaphore.tryAcquire(60, TimeUnit.SECONDS)) {
                throw new AssertionError("an actor is stuck");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** One of several services on the same store, which waits for nobody but on the stage. */
    static LayoutStore replica(BlobStore blobs, ManualClock clock, LayoutSettings settings) {
        Markers markers = new Markers(blobs, clock, settings) {
            @Override
            void pause() {}
        };
        return new LayoutStore(
                blobs, TestArtefacts.CODEC, TestArtefacts.VERIFIER, settings, clock, Events.NONE, markers);
    }
}
