package io.surfacefs.store.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Duration LENGTH = Duration.ofSeconds(60);

    private final ManualClock clock = new ManualClock();
    private final MemoryBlobStore blobs = new MemoryBlobStore(clock);
    private final AtomicLong time = new AtomicLong();

    private Lease replica() {
        return new Lease(blobs, LENGTH, time::get);
    }

    private void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }

    @Test
    void oneHoldsItAndItIsFreeWhenGivenBack() {
        Lease first = replica();
        Lease second = replica();
        try (Lease.Held held = first.take(false)) {
            assertNotNull(held);
            assertNull(second.take(false));
            assertNull(first.take(false), "nor does its holder hold it twice");
        }
        Lease.Held next = second.take(false);
        assertNotNull(next);
        next.close();
        assertNull(blobs.peek(Lease.NAME));
    }

    @Test
    void aHolderThatGoesOnRenewingIsNeverReplaced() {
        Lease.Held held = replica().take(false);
        Lease second = replica();
        for (int i = 0; i < 100; i++) {
            pass(LENGTH.dividedBy(3));
            held.keep();
            assertNull(second.take(false));
        }
    }

    @Test
    void aDeadHolderIsReplacedOnceItWasWatchedForTheLengthOfTheLease() {
        Lease.Held dead = replica().take(false);
        Lease second = replica();
        pass(LENGTH.multipliedBy(10));
        assertNull(second.take(false), "what nobody watched may have been renewed a moment ago");
        pass(LENGTH.minusNanos(1));
        assertNull(second.take(false));
        pass(Duration.ofNanos(1));
        Lease.Held held = second.take(false);
        assertNotNull(held);
        assertEquals(
                ErrorCode.STORE_UNAVAILABLE,
                assertThrows(SurfaceException.class, dead::keep).code());
        dead.close();
        assertNotNull(blobs.peek(Lease.NAME), "whose lease was lost takes nobody's away");
        held.keep();
    }

    @Test
    void whoCouldNotRenewStopsBeforeAnybodyMayReplaceIt() {
        Lease.Held held = replica().take(false);
        pass(LENGTH.dividedBy(2).plusNanos(1));
        assertThrows(SurfaceException.class, held::keep);
    }

    @Test
    void ofManyWhoFindItFreeOrDeadOneTakesIt() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 50; round++) {
                List<Callable<Boolean>> takers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    Lease replica = replica();
                    replica.take(false); // watches it, or takes it in the first round
                    takers.add(() -> replica.take(false) != null);
                }
                pass(LENGTH);
                int taken = 0;
                for (Future<Boolean> taker : threads.invokeAll(takers)) {
                    taken += taker.get() ? 1 : 0;
                }
                assertEquals(1, taken);
            }
        }
    }

    @Test
    void aSweepLeavesThePayloadsToWhoHoldsTheLease() {
        LayoutStore store = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(Duration.ofHours(1), Duration.ofHours(2), Duration.ofSeconds(1), true, true),
                clock,
                Events.NONE);
        byte[] payload = TestArtefacts.text(1, 100);
        store.stage(TestArtefacts.key(payload), TestArtefacts.received(payload));
        clock.advance(Duration.ofHours(3));
        Lease.Held other = replica().take(false);
        assertEquals(0, store.upkeep().sweep());
        assertNotNull(TestArtefacts.read(store, TestArtefacts.key(payload)));
        other.close();
        assertEquals(1, store.upkeep().sweep());
        assertNull(blobs.peek(Lease.NAME));
    }

    @Test
    void aSweepThatLosesItsLeaseDropsNothingAnyMore() {
        List<Boolean> gone = new ArrayList<>();
        Markers markers = new Markers(blobs, clock, LayoutSettings.DEFAULT);
        Sweep sweep = new Sweep(
                blobs,
                new Manifests(blobs, TestArtefacts.CODEC),
                markers,
                new Quotas(blobs, Map.of(), Events.NONE),
                LayoutSettings.DEFAULT,
                clock);
        LayoutStore store = new LayoutStore(
                blobs, TestArtefacts.CODEC, TestArtefacts.VERIFIER, LayoutSettings.DEFAULT, clock, Events.NONE);
        byte[] payload = TestArtefacts.text(2, 100);
        store.stage(TestArtefacts.key(payload), TestArtefacts.received(payload));
        clock.advance(Duration.ofDays(3));
        Lease.Held held = replica().take(false);
        assertThrows(
                SurfaceException.class,
                () -> sweep.run(() -> {
                    if (!gone.isEmpty()) {
                        pass(LENGTH.dividedBy(2).plusNanos(1)); // a pause between the mark and the drop
                    }
                    gone.add(true);
                    held.keep();
                }));
        assertNotNull(blobs.peek(Payloads.name(TestArtefacts.key(payload))));
        assertFalse(gone.isEmpty());
        assertTrue(blobs.peek(Markers.name(TestArtefacts.key(payload))) != null);
    }
}
