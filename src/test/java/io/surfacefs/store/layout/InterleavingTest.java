package io.surfacefs.store.layout;

import static io.surfacefs.store.TestArtefacts.INDEX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Runs puts, staged puts, deletes, sweeps and retention of one artefact against each other, as replicas of one bucket
 * would, in thousands of orders of their single steps, each told by a seed. After every step a manifest that can be
 * read must have its payload.
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

    private static final Timestamp EXPIRED = new Timestamp("2025-01-01T00:00:00Z");
    private static final Timestamp LATER = new Timestamp("2099-01-01T00:00:00Z");

    private enum Act {
        PUT,
        PUT_OTHER_ENCODING,
        STAGE,
        MANIFEST_ONLY,
        PUT_THAT_LIVES_LONGER,
        DELETE,
        SWEEP,
        EXPIRE
    }

    /** What any number of replicas do at a time; the others only one. */
    private static final List<Act> EDGES = List.copyOf(EnumSet.complementOf(EnumSet.of(Act.SWEEP, Act.EXPIRE)));

    /** Whether a manifest was acknowledged that nothing but a delete may remove. */
    private static boolean act(Act act, LayoutStore store) {
        try {
            ArtefactManifest acknowledged = null;
            switch (act) {
                case PUT -> acknowledged = put(store, OURS, null);
                case PUT_OTHER_ENCODING -> acknowledged = put(store, THEIRS, null);
                case STAGE -> store.stage(KEY, OURS);
                case MANIFEST_ONLY -> acknowledged = put(store, null, null);
                case PUT_THAT_LIVES_LONGER -> {
                    acknowledged = put(store, OURS, LATER);
                    Timestamp end = acknowledged.expiresAt();
                    assertTrue(end == null || end.equals(LATER), () -> "acknowledged with its end at " + end);
                }
                case DELETE -> store.delete(KEY);
                case SWEEP -> store.upkeep().sweep();
                case EXPIRE -> store.upkeep().expire(Map.of(), seen -> {});
            }
            return acknowledged != null && !EXPIRED.equals(acknowledged.expiresAt());
        } catch (SurfaceException e) {
            boolean lawful = e.code() == ErrorCode.STORE_TIMEOUT
                    || (act == Act.MANIFEST_ONLY && e.code() == ErrorCode.PAYLOAD_MISSING);
            if (!lawful) {
                throw e;
            }
            return false;
        }
    }

    private static ArtefactManifest put(LayoutStore store, ArtefactStore.Received payload, Timestamp end) {
        return store.commit(KEY, payload, TestArtefacts.filled(KEY, end), INDEX).manifest();
    }

    private final Map<Act, Integer> taken = new EnumMap<>(Act.class);
    private int dropped;
    private int expired;

    @Test
    void aManifestThatCanBeReadHasItsPayloadInEveryOrderOfSteps() {
        for (int seed = 0; seed < RUNS; seed++) {
            run(seed);
        }
        assertEquals(Act.values().length, taken.size());
        assertTrue(expired > RUNS / 40, "passes that drop what expired are among the runs: " + expired);
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

            // As a store whose deletes of manifests know no condition: others come between look and delete.
            @Override
            public boolean delete(BlobKey key, @Nullable String expectedTag) {
                if (expectedTag == null || !key.equals(Manifests.name(KEY))) {
                    return super.delete(key, expectedTag);
                }
                Head head = head(key);
                return head != null && head.tag().equals(expectedTag) && super.delete(key, null);
            }
        };
        LayoutStore before = Stage.replica(blobs, clock, SETTINGS);
        prepare(before, random, clock);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean acknowledged = new AtomicBoolean();
        Set<Act> acts = EnumSet.noneOf(Act.class);
        int actors = 2 + random.nextInt(3);
        for (int i = 0; i < actors; i++) {
            Act act =
                    i == 0 ? (random.nextBoolean() ? Act.SWEEP : Act.EXPIRE) : EDGES.get(random.nextInt(EDGES.size()));
            taken.merge(act, 1, Integer::sum);
            LayoutStore replica = Stage.replica(blobs, clock, SETTINGS);
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
        boolean lasts = hadManifest && !isExpired(blobs);
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
        if (!acts.contains(Act.DELETE) && (lasts || acknowledged.get())) {
            assertNotNull(
                    blobs.peek(Manifests.name(KEY)), () -> "seed " + seed + ": acknowledged, never deleted, and gone");
        }
        expired += hadManifest && !lasts && blobs.peek(Manifests.name(KEY)) == null ? 1 : 0;
        checkEnd(before, clock, seed);
    }

    private static boolean isExpired(MemoryBlobStore blobs) {
        return EXPIRED.equals(TestArtefacts.CODEC
                .readArtefact(blobs.peek(Manifests.name(KEY)), KEY)
                .expiresAt());
    }

    /** One of the states in which the actors may find the artefact; old enough to be swept, or nearly. */
    private static void prepare(LayoutStore store, Random random, ManualClock clock) {
        switch (random.nextInt(6)) {
            case 4, 5 ->
                store.commit(KEY, random.nextBoolean() ? OURS : THEIRS, TestArtefacts.filled(KEY, EXPIRED), INDEX);
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
        store.commit(KEY, OURS, TestArtefacts.filled(KEY, LATER), INDEX);
        clock.advance(GRACE.multipliedBy(3));
        store.upkeep().expire(Map.of(), seen -> {});
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
