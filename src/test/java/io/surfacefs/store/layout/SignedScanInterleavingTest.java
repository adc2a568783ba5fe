package io.surfacefs.store.layout;

import static io.surfacefs.store.TestArtefacts.ACME;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Replicas that put and delete one signed scan manifest, in many orders of their single steps. */
class SignedScanInterleavingTest {
    private static final int RUNS = 3_000;
    private static final Duration GRACE = Duration.ofSeconds(1000);
    private static final LayoutSettings SETTINGS =
            new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(60), true);

    private static final ScanManifest SIGNED = TestArtefacts.CODEC
            .fillScan(
                    TestArtefacts.CODEC.parse("{\"artifacts\":[],\"generatedAt\":\"2026-02-02T00:00:00Z\"}"
                            .getBytes(StandardCharsets.UTF_8)),
                    ACME,
                    new ScanId("scan-1"),
                    Instant.parse("2026-01-01T00:00:00Z"))
            .manifest()
            .withSignatures("{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"AAAA\"}]}".getBytes(StandardCharsets.UTF_8));

    private int stayed;
    private int went;

    @Test
    void aManifestThatWasPutSignedIsNeverLeftWithoutItsEnvelope() {
        for (int seed = 0; seed < RUNS; seed++) {
            run(seed);
        }
        assertTrue(stayed > RUNS / 10, "runs that end with the manifest: " + stayed);
        assertTrue(went > RUNS / 10, "runs that end without: " + went);
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
        LayoutStore before = Stage.replica(blobs, clock, SETTINGS);
        before.putScan(SIGNED);
        if (random.nextBoolean()) {
            blobs.delete(Manifests.name(SIGNED.key()), null); // as a delete that was cut leaves it
        }
        clock.advance(GRACE.multipliedBy(2));
        AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int actor = 2 + random.nextInt(2); actor > 0; actor--) {
            LayoutStore replica = Stage.replica(blobs, clock, SETTINGS);
            int what = random.nextInt(4);
            stage.add(() -> act(replica, what), failure);
        }
        boolean goesOn = true;
        while (goesOn) {
            goesOn = stage.next(random);
        }
        if (failure.get() != null) {
            throw new AssertionError("seed " + seed, failure.get());
        }
        if (blobs.peek(Manifests.name(SIGNED.key())) == null) {
            went++;
        } else {
            stayed++;
            assertNotNull(blobs.peek(Manifests.signature(SIGNED.key())), "seed " + seed);
        }
    }

    private static void act(LayoutStore replica, int what) {
        switch (what) {
            case 0, 1 -> replica.putScan(SIGNED);
            case 2 -> replica.delete(SIGNED.key());
            default -> replica.upkeep().gc(false, seen -> {});
        }
    }
}
