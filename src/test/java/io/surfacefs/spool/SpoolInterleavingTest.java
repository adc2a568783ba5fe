package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.filled;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Puts of one artefact and of one cache entry, readers, a delete and deliverers take their steps in an order that a
 * seed tells, the store goes out and comes back, and in half of the runs the process dies in between; in some others it
 * comes to its end in good order while they go on.
 */
class SpoolInterleavingTest {
    private static final int RUNS = 10_000;
    private static final byte[] PAYLOAD = text(1, 300);
    private static final ArtefactKey KEY = key(PAYLOAD);
    private static final ArtefactStore.Received OURS = received(PAYLOAD);
    private static final ArtefactStore.Received THEIRS = TestArtefacts.receivedEncodedElsewhere(PAYLOAD);
    private static final CacheKey MEMO = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);
    private static final List<ArtefactStore.Received> VALUES =
            IntStream.range(0, 6).mapToObj(i -> received(text(100 + i, 100))).toList();
    private static final int NEVER = Integer.MAX_VALUE;

    /** One run, and what its actors saw. */
    private static final class Run {
        final Random random;
        final Turns turns = new Turns();
        final ManualClock clock = new ManualClock();
        final SpoolRig rig;
        final int[] begun = new int[VALUES.size()];
        final int[] acked = new int[VALUES.size()];
        final List<Integer> applied = new ArrayList<>();
        int time;
        int begunPuts;
        int endedPuts;
        int putsAcked;
        int created;
        boolean ending;
        boolean deleting;
        int deletedBehind = -1;

        Run(int seed) throws IOException {
            random = new Random(seed);
            Turns steps = turns;
            rig = new SpoolRig(clock, new MemoryBlobStore(clock) {
                @Override
                protected void step() {
                    steps.stepUnchecked();
                }
            });
            QuirkyDisk disk = new QuirkyDisk(rig.real);
            disk.syncs = false;
            rig.disk = disk;
            rig.gate = turns;
            rig.open();
            disk.before = turns::step;
            rig.store.done = call -> {
                for (int i = 0; i < VALUES.size(); i++) {
                    if (call.endsWith(VALUES.get(i).facts().storedDigest().toString())) {
                        applied.add(i);
                    }
                }
            };
            Arrays.fill(begun, NEVER);
            Arrays.fill(acked, NEVER);
        }

        void put(ArtefactStore.Received payload) {
            begunPuts++;
            try {
                ArtefactStore.Committed<?> committed = rig.spooled.commit(KEY, payload, filled(KEY, null), INDEX);
                created += committed.created() ? 1 : 0;
                putsAcked++;
            } catch (SurfaceException e) {
                assertRefusedAtTheEnd(e);
            }
            endedPuts++;
        }

        void assertRefusedAtTheEnd(SurfaceException e) {
            assertTrue(ending && e.code() == ErrorCode.STORE_UNAVAILABLE, e::toString);
        }

        void end() throws IOException {
            for (int i = random.nextInt(60); i > 0; i--) {
                turns.step();
            }
            ending = true;
            rig.spool.close();
        }

        void stageAndCommit() {
            begunPuts++;
            try {
                rig.spooled.stage(KEY, OURS);
                ArtefactStore.Committed<?> committed = rig.spooled.commit(KEY, null, filled(KEY, null), INDEX);
                created += committed.created() ? 1 : 0;
            } catch (SurfaceException e) {
                // A delete that came between takes the staged payload's claim with it; an outage can't be looked
                // behind.
                assertTrue(
                        (deleting && e.code() == ErrorCode.PAYLOAD_MISSING) || Refusals.isOutage(e.code()),
                        e::toString);
                endedPuts++;
                return;
            }
            putsAcked++;
            endedPuts++;
        }

        void memo(int value) {
            begun[value] = time;
            try {
                rig.spooled.putCacheEntry(MEMO, VALUES.get(value));
                acked[value] = time;
            } catch (SurfaceException e) {
                assertRefusedAtTheEnd(e);
            }
        }

        void look() throws IOException {
            for (int i = 0; i < 3; i++) {
                boolean must = putsAcked > 0 && !deleting;
                try {
                    boolean there = rig.spooled.manifest(KEY) != null;
                    byte[] payload = read(rig.spooled, KEY);
                    if (must && !deleting) {
                        assertTrue(there, "acknowledged, and no manifest");
                        assertArrayEquals(PAYLOAD, payload);
                    }
                    assertTrue(payload == null || payload.length == PAYLOAD.length);
                } catch (SurfaceException e) {
                    assertTrue(Refusals.isOutage(e.code()), e::toString);
                }
                turns.step();
            }
        }

        void delete() {
            int behind = begunPuts == endedPuts ? begunPuts : -1;
            deleting = true;
            try {
                rig.spooled.delete(KEY);
                deletedBehind = behind;
            } catch (SurfaceException e) {
                assertTrue(Refusals.isOutage(e.code()), e::toString);
            }
        }

        /** Whether a delete was done when all puts there ever were had ended, and at least one had been. */
        boolean isDeleted() {
            return deletedBehind > 0 && deletedBehind == begunPuts;
        }

        void deliver() throws Exception {
            for (int i = 0; i < 12; i++) {
                rig.spool.delivery().once();
                turns.step();
            }
        }

        void addActors() {
            int last = 0;
            for (int i = 2 + random.nextInt(3); i > 0; i--) {
                switch (random.nextInt(5)) {
                    case 0 -> turns.add(() -> put(OURS));
                    case 1 -> turns.add(() -> put(THEIRS));
                    case 2 -> turns.add(this::stageAndCommit);
                    case 3 ->
                        turns.add(() -> {
                            if (random.nextBoolean()) {
                                put(OURS);
                            }
                            delete();
                        });
                    default -> {
                        int value = last;
                        last += 1;
                        turns.add(() -> memo(value));
                    }
                }
            }
            int first = last;
            turns.add(() -> {
                memo(first);
                memo(first + 1);
            });
            turns.add(this::deliver);
            turns.add(this::deliver);
            turns.add(this::look);
            if (random.nextInt(3) == 0) {
                turns.add(this::end);
            }
        }

        void afterEach() {
            time++;
            if (random.nextInt(40) == 0) {
                rig.store.fault = rig.store.fault == null && random.nextBoolean()
                        ? new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "out")
                        : null;
            }
            if (random.nextInt(4) == 0) {
                rig.nanos.addAndGet(Duration.ofSeconds(30).toNanos());
            }
        }
    }

    @Test
    void whatWasAcknowledgedIsReadableInEveryOrderOfStepsAndArrivesOnceAndInOrder() throws Exception {
        // On a thread like those that take turns, so that a turn costs no switch between threads of the system.
        FutureTask<Void> all = new FutureTask<>(SpoolInterleavingTest::runAll, null);
        Thread.ofVirtual().start(all).join();
        all.get();
    }

    private static void runAll() {
        int died = 0;
        int deleted = 0;
        int ended = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            try {
                Run run = new Run(seed);
                died += run(run) ? 1 : 0;
                deleted += run.isDeleted() ? 1 : 0;
                ended += run.ending ? 1 : 0;
                run.rig.close();
            } catch (AssertionError | RuntimeException | IOException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertTrue(died > RUNS / 5, "runs that died: " + died);
        assertTrue(ended > RUNS / 10, "runs that ended in good order: " + ended);
        assertTrue(deleted > RUNS / 100, "deletes behind all puts: " + deleted);
    }

    private static boolean run(Run run) throws IOException {
        run.addActors();
        boolean died =
                run.turns.run(run.random, run.random.nextBoolean() ? run.random.nextInt(120) : NEVER, run::afterEach);
        SpoolRig rig = run.rig;
        rig.store.fault = null;
        if (died || run.ending) {
            rig.crash();
        }
        rig.advance(Duration.ofMinutes(2));
        rig.deliver();
        assertEquals(List.of(), rig.rejected);
        assertEquals(List.of(), rig.files("entries"));
        assertEquals(0, rig.spool.depth());
        assertEquals(0, rig.spool.used());
        if (run.isDeleted()) {
            assertNull(rig.layout.manifest(KEY), "deleted, and back again");
        } else if (run.putsAcked > 0 && !run.deleting) {
            assertNotNull(rig.layout.manifest(KEY), "acknowledged, and not delivered");
            assertArrayEquals(PAYLOAD, read(rig.layout, KEY));
            assertTrue(died || run.ending || run.created == 1, "created: " + run.created);
        }
        checkMemo(run);
        return died;
    }

    /** No value was applied behind one that was put wholly after it, and the last one is there. */
    private static void checkMemo(Run run) {
        int last = -1;
        for (int value : run.applied) {
            assertTrue(
                    last < 0 || value == last || run.acked[value] >= run.begun[last],
                    "an older value behind a newer one");
            last = value;
        }
        for (int value = 0; value < VALUES.size(); value++) {
            if (run.acked[value] != NEVER) {
                assertTrue(last >= 0 && run.acked[last] >= run.begun[value], "an acknowledged value lost");
            }
        }
    }
}
