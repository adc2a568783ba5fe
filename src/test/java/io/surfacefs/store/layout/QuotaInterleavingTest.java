package io.surfacefs.store.layout;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.noise;
import static io.surfacefs.store.TestArtefacts.received;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Runs puts, sweeps and counts of one tenant against each other, as replicas of one bucket would, in thousands of
 * orders of their single steps, each told by a seed; some replicas die at some step. After every step no more is stored
 * than the quota allows, and in the end a count knows it all.
 */
class QuotaInterleavingTest {
    private static final int RUNS = 4_000;
    private static final long QUOTA = 102_400; // 100 bytes are taken ahead
    private static final Duration GRACE = Duration.ofSeconds(1000);
    private static final LayoutSettings SETTINGS = new LayoutSettings(
                    GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(60), true)
            .withQuotas(Map.of(ACME, QUOTA));

    /** Small ones are several to a share, large ones several shares. */
    private static final int[] SIZES = {20, 30, 40, 50, 900, 4_000};

    /** What ends a replica. */
    private static final class Died extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Steps that the replica of this thread has left. */
    private static final ThreadLocal<int[]> LEFT = new ThreadLocal<>();

    private int refused;
    private int died;
    private int swept;
    private int counted;

    /** Objects that are listed one by one, each change a step. */
    private static final class Steps extends MemoryBlobStore {
        private final Stage stage;

        Steps(ManualClock clock, Stage stage) {
            super(clock);
            this.stage = stage;
        }

        @Override
        protected void step() {
            stage.step();
            int[] left = LEFT.get();
            if (left != null && --left[0] < 0) {
                throw new Died();
            }
        }

        @Override
        public Sizes sizes(BlobKey.Bucket bucket, String prefix, String after, int limit) {
            step();
            return super.sizes(bucket, prefix, after, 1);
        }
    }

    @Test
    void noMoreIsStoredThanTheQuotaAllowsInEveryOrderOfSteps() {
        for (int seed = 0; seed < RUNS; seed++) {
            run(seed);
        }
        assertTrue(refused > RUNS / 4, "puts that are refused are among the runs: " + refused);
        assertTrue(died > RUNS / 4, "replicas that die are among the runs: " + died);
        assertTrue(swept > RUNS / 20, "sweeps that drop something are among the runs: " + swept);
        assertTrue(counted > RUNS / 20, "counts that end are among the runs: " + counted);
    }

    private static long stored(MemoryBlobStore blobs) {
        return blobs.names(BlobKey.Bucket.CACHE).stream()
                .mapToLong(name -> blobs.peek(BlobKey.cache(name)).length)
                .sum();
    }

    private static UsageObject usage(MemoryBlobStore blobs) {
        byte[] bytes = blobs.peek(Account.name(ACME));
        return bytes == null ? UsageObject.NONE : UsageObject.parse(bytes);
    }

    private void run(int seed) {
        Random random = new Random(seed);
        ManualClock clock = new ManualClock();
        Stage stage = new Stage();
        MemoryBlobStore blobs = new Steps(clock, stage);
        prepare(blobs, clock, random);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        int actors = 2 + random.nextInt(3);
        for (int i = 0; i < actors; i++) {
            LayoutStore replica = Stage.replica(blobs, clock, SETTINGS);
            boolean keeper = i == 0;
            Random dice = new Random(random.nextLong());
            stage.add(() -> live(replica, keeper, dice), failure);
        }
        while (stage.next(random)) {
            long stored = stored(blobs);
            assertTrue(stored <= QUOTA, () -> "seed " + seed + ": " + stored + " bytes are stored");
        }
        if (failure.get() != null) {
            throw new AssertionError("seed " + seed, failure.get());
        }
        counted += usage(blobs).counted() == null ? 0 : 1;
        checkEnd(blobs, clock, seed);
    }

    /** A store of which nearly all room is used, and some of it to be dropped. */
    private static void prepare(MemoryBlobStore blobs, ManualClock clock, Random random) {
        LayoutStore before = Stage.replica(blobs, clock, SETTINGS);
        byte[] most = noise(1_000, (int) QUOTA - 2_000 - random.nextInt(4_000));
        TestArtefacts.put(before, most);
        byte[] goes = noise(1_001, 500);
        TestArtefacts.put(before, goes);
        if (random.nextBoolean()) {
            before.delete(key(goes));
        }
        before.close();
        clock.advance(GRACE.multipliedBy(2));
    }

    private void live(LayoutStore replica, boolean keeper, Random dice) {
        LEFT.set(new int[] {dice.nextInt(3) == 0 ? dice.nextInt(30) : Integer.MAX_VALUE});
        try {
            for (int n = 1 + dice.nextInt(4); n > 0; n--) {
                act(replica, keeper, dice);
            }
            replica.close();
        } catch (Died e) {
            died++;
        }
    }

    /** One thing that a replica does; only one actor has a step at a time, so they may share the counters. */
    private void act(LayoutStore replica, boolean keeper, Random dice) {
        int what = dice.nextInt(keeper ? 10 : 6);
        int size = SIZES[dice.nextInt(SIZES.length)];
        byte[] payload = noise(dice.nextInt(8), size);
        try {
            if (what >= 8) {
                swept += replica.upkeep().sweep();
            } else if (what >= 6) {
                replica.upkeep().countQuotas();
            } else if (what == 5) {
                replica.upkeep().settleQuotas();
            } else if (what == 4) {
                replica.stage(key(payload), received(payload));
            } else {
                TestArtefacts.put(replica, payload);
            }
        } catch (SurfaceException e) {
            assertEquals(ErrorCode.QUOTA_EXCEEDED, e.code());
            refused++;
        }
    }

    /** What died, took or was given up is found by counts; then all room can be used, and no more. */
    private static void checkEnd(MemoryBlobStore blobs, ManualClock clock, int seed) {
        String when = "seed " + seed;
        LayoutStore after = Stage.replica(blobs, clock, SETTINGS);
        for (int n = 0; n < 3; n++) {
            clock.advance(Duration.ofHours(1));
            after.upkeep().countQuotas();
        }
        assertEquals(stored(blobs), usage(blobs).bytes(), when);
        List<Integer> taken = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            try {
                TestArtefacts.put(after, noise(2_000 + n, 400));
                taken.add(n);
            } catch (SurfaceException e) {
                assertEquals(ErrorCode.QUOTA_EXCEEDED, e.code(), when);
            }
        }
        assertTrue(stored(blobs) <= QUOTA, when);
        assertTrue(taken.size() == 20 || stored(blobs) > QUOTA - 500, when);
    }
}
