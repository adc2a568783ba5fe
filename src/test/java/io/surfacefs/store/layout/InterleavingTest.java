package io.surfacefs.store.layout;

import static io.surfacefs.store.TestArtefacts.INDEX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Runs puts, staged puts, deletes and sweeps of one artefact against each other, as replicas of one bucket would, in
 * thousands of orders of their single steps, each told by a seed. After every step a manifest that can be read must
 * have its payload.
 */
class InterleavingTest {
    private static final int RUNS = 12_000;
    private static final Duration GRACE = Duration.ofSeconds(1000);
    private static final LayoutSettings SETTINGS =
            new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(60), true);
    private static final byte[] PAYLOAD = TestArtefacts.text(1, 400);
    private static final ArtefactKey KEY = TestArtefacts.key(PAYLOAD);
    private static final ArtefactStore.Received OURS = TestArtefacts.received(PAYLOAD);
    private static final ArtefactStore.Received THEIRS = TestArtefacts.receivedEncodedElsewhere(PAYLOAD);

    private enum Act {
        PUT,
        PUT_OTHER_ENCODING,
        STAGE,
        MANIFEST_ONLY,
        DELETE,
        SWEEP
    }

    /** Lets one actor at a time take one step. */
    private static final class Stage {
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
    }

    private static LayoutStore replica(BlobStore blobs, ManualClock clock) {
        Markers markers = new Markers(blobs, clock, SETTINGS) {
            @Override
            void pause() {}
        };
        return new LayoutStore(
                blobs, TestArtefacts.CODEC, TestArtefacts.VERIFIER, SETTINGS, clock, Events.NONE, markers);
    }

    /** Whether a manifest was acknowledged. */
    private static boolean act(Act act, LayoutStore store) {
        try {
            switch (act) {
                case PUT -> store.commit(KEY, OURS, TestArtefacts.filled(KEY, null), INDEX);
                case PUT_OTHER_ENCODING -> store.commit(KEY, THEIRS, TestArtefacts.filled(KEY, null), INDEX);
                case STAGE -> store.stage(KEY, OURS);
                case MANIFEST_ONLY -> store.commit(KEY, null, TestArtefacts.filled(KEY, null), INDEX);
                case DELETE -> store.delete(KEY);
                case SWEEP -> store.upkeep().sweep();
            }
            return act == Act.PUT || act == Act.PUT_OTHER_ENCODING || act == Act.MANIFEST_ONLY;
        } catch (SurfaceException e) {
            boolean lawful = e.code() == ErrorCode.STORE_TIMEOUT
                    || (act == Act.MANIFEST_ONLY && e.code() == ErrorCode.PAYLOAD_MISSING);
            if (!lawful) {
                throw e;
            }
            return false;
        }
    }

    private final Map<Act, Integer> taken = new EnumMap<>(Act.class);
    private int dropped;

    @Test
    void aManifestThatCanBeReadHasItsPayloadInEveryOrderOfSteps() {
        for (int seed = 0; seed < RUNS; seed++) {
            run(seed);
        }
        assertEquals(Act.values().length, taken.size());
        assertTrue(dropped > RUNS / 20, "sweeps that drop something are among the runs: " + dropped);
    }

    private void run(int seed) {
        Random random = new Random(seed);
        ManualClock clock = new ManualClock();
        Stage stage = new Stage();
        MemoryBlobStore blobs = new MemoryBlobStore(clock) {
            @Override
            protected void step() {
                stage.step();
            }
        };
        LayoutStore before = replica(blobs, clock);
        prepare(before, random, clock);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean acknowledged = new AtomicBoolean();
        Set<Act> acts = EnumSet.noneOf(Act.class);
        int actors = 2 + random.nextInt(3);
        for (int i = 0; i < actors; i++) {
            // One sweep runs at a time in a store, so at most the first actor is one.
            Act act = i == 0 ? Act.SWEEP : Act.values()[random.nextInt(Act.values().length - 1)];
            taken.merge(act, 1, Integer::sum);
            LayoutStore replica = replica(blobs, clock);
            acts.add(act);
            stage.add(
                    () -> {
                        if (act(act, replica)) {
                            acknowledged.set(true);
                        }
                    },
                    failure);
        }
        boolean hadPayload = blobs.peek(Payloads.name(KEY)) != null;
        boolean hadManifest = blobs.peek(Manifests.name(KEY)) != null;
        for (int step = 0; stage.next(random); step++) {
            checkInvariant(blobs, "seed " + seed + " step " + step);
            boolean hasPayload = blobs.peek(Payloads.name(KEY)) != null;
            dropped += hadPayload && !hasPayload ? 1 : 0;
            hadPayload = hasPayload;
            if (random.nextInt(8) == 0) {
                clock.advance(GRACE.dividedBy(20));
            }
        }
        if (failure.get() != null) {
            throw new AssertionError("seed " + seed, failure.get());
        }
        if (!acts.contains(Act.DELETE) && (hadManifest || acknowledged.get())) {
            assertNotNull(
                    blobs.peek(Manifests.name(KEY)), () -> "seed " + seed + ": acknowledged, never deleted, and gone");
        }
        checkEnd(before, clock, seed);
    }

    /** One of the states in which the actors may find the artefact; old enough to be swept, or nearly. */
    private static void prepare(LayoutStore store, Random random, ManualClock clock) {
        switch (random.nextInt(4)) {
            case 0 -> store.commit(KEY, OURS, TestArtefacts.filled(KEY, null), INDEX);
            case 1 -> store.stage(KEY, THEIRS);
            case 2 -> {
                store.commit(KEY, THEIRS, TestArtefacts.filled(KEY, null), INDEX);
                store.delete(KEY);
            }
            default -> {}
        }
        clock.advance(
                random.nextBoolean()
                        ? GRACE.multipliedBy(3)
                        : GRACE.multipliedBy(9).dividedBy(10));
    }

    private static void checkInvariant(MemoryBlobStore blobs, String when) {
        byte[] manifest = blobs.peek(Manifests.name(KEY));
        if (manifest != null) {
            byte[] payload = blobs.peek(Payloads.name(KEY));
            assertNotNull(payload, () -> when + ": a manifest without its payload");
            String stored = TestArtefacts.CODEC
                    .readArtefact(manifest, KEY)
                    .payload()
                    .storedDigest()
                    .hex();
            assertEquals(ManifestCodec.digestOf(payload).hex(), stored, when);
        }
    }

    /** When all have ended, a put still works, and a delete and two sweeps leave nothing. */
    private static void checkEnd(LayoutStore store, ManualClock clock, int seed) {
        String when = "seed " + seed;
        store.commit(KEY, OURS, TestArtefacts.filled(KEY, null), INDEX);
        clock.advance(GRACE.multipliedBy(3));
        store.upkeep().sweep();
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY), when);
        assertTrue(store.delete(KEY), when);
        assertNull(TestArtefacts.read(store, KEY), when);
        clock.advance(GRACE.multipliedBy(3));
        store.upkeep().sweep();
        store.commit(KEY, OURS, TestArtefacts.filled(KEY, null), INDEX);
        assertArrayEquals(PAYLOAD, TestArtefacts.read(store, KEY), when);
    }
}
