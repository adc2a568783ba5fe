package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.put;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a spool: what is still acknowledged, and what is left. */
class SpoolEndTest extends SpoolCase {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static SpoolSettings settings(int deliveries, Duration drain) {
        return new SpoolSettings(SpoolRig.MIB, 1_000, deliveries, SECOND, SECOND.multipliedBy(60), drain);
    }

    /** A place at which whoever comes there is held. */
    private static final class Halt {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        void here() {
            reached.countDown();
            await(go);
        }

        void awaitReached() {
            await(reached);
        }

        private static void await(CountDownLatch latch) {
            boolean interrupted = false;
            while (true) {
                try {
                    assertTrue(latch.await(60, TimeUnit.SECONDS), "nobody came");
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> FutureTask<T> start(FutureTask<T> task) {
        Thread.ofVirtual().start(task);
        return task;
    }

    private FutureTask<?> putting(SpoolStore to, int seed) {
        return start(new FutureTask<>(() -> put(to, text(seed, 40))));
    }

    private static void assertRefused(FutureTask<?> putting) {
        Throwable why = assertThrows(ExecutionException.class, putting::get).getCause();
        assertEquals(
                ErrorCode.STORE_UNAVAILABLE,
                assertInstanceOf(SurfaceException.class, why).code());
    }

    @Test
    void theEndDeliversWhatItCanAndTellsWhatIsLeft() throws Exception {
        rig.spool.close();
        rig.deliversItself = true;
        store = rig.open(settings(2, Duration.ofSeconds(20)));
        put(store, text(930, 40));
        rig.spool.close();
        assertEquals(List.of(), rig.left);
        assertEquals(1, rig.delivered.get());
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> put(store, text(931, 40)));

        store = rig.open(settings(2, Duration.ofMillis(10)));
        rig.store.fault = outage();
        put(store, text(932, 40));
        rig.spool.close();
        assertEquals(List.of(key(text(932, 40)).toString()), rig.left);
    }

    /** A put changes the disk six times: a file made, written twice, synced, named, the folder synced. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aPutThatStillWritesAtTheEndIsRefusedAndNobodyElseHasTheFolderBefore(int change) throws Exception {
        rig.spool.close();
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.disk = disk;
        store = rig.open();
        Halt halt = new Halt();
        AtomicInteger changes = new AtomicInteger();
        disk.before = () -> {
            if (changes.incrementAndGet() == change) {
                halt.here();
            }
        };
        FutureTask<?> putting = putting(store, 940);
        halt.awaitReached();
        rig.spool.close();
        assertThrows(FolderOwnedException.class, () -> rig.open());
        halt.go.countDown();
        assertRefused(putting);
        disk.before = () -> {};
        store = rig.open();
        assertTrue(put(store, text(941, 40)).created());
        rig.deliver();
        assertEquals(List.of(), rig.rejected);
        assertArrayEquals(text(941, 40), read(rig.layout, key(text(941, 40))));
    }

    @Test
    void aPutThatComesToTheDiskBehindTheEndTouchesNothingOfTheNextOwner() throws Exception {
        Halt halt = new Halt();
        boolean[] armed = {true};
        ManualClock clock = new ManualClock();
        MemoryBlobStore blobs = new MemoryBlobStore(clock) {
            @Override
            protected void step() {
                if (armed[0]) {
                    armed[0] = false;
                    halt.here();
                }
            }
        };
        armed[0] = false;
        try (SpoolRig slow = new SpoolRig(clock, blobs)) {
            SpoolStore first = slow.open();
            armed[0] = true;
            FutureTask<?> putting = putting(first, 950);
            halt.awaitReached();
            slow.spool.close();
            SpoolStore next = slow.open();
            put(next, text(951, 40));
            List<String> files = slow.files("entries");
            halt.go.countDown();
            assertRefused(putting);
            assertEquals(files, slow.files("entries"));
            assertArrayEquals(text(951, 40), read(next, key(text(951, 40))));
            slow.crash();
            slow.deliver();
            assertArrayEquals(text(951, 40), read(slow.layout, key(text(951, 40))));
        }
    }

    @Test
    void aPutUnderWayWhenTheEndBeginsIsAcknowledgedAndDeliveredWhenThereIsTime() throws Exception {
        rig.spool.close();
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.disk = disk;
        rig.deliversItself = true;
        store = rig.open(settings(2, Duration.ofMinutes(5)));
        Halt halt = new Halt();
        AtomicInteger changes = new AtomicInteger();
        disk.before = () -> {
            if (changes.incrementAndGet() == 1) {
                halt.here();
            }
        };
        FutureTask<?> putting = putting(store, 960);
        halt.awaitReached();
        FutureTask<Void> closing = start(new FutureTask<>(() -> {
            rig.spool.close();
            return null;
        }));
        while (rig.spool.hasRoom()) {
            Thread.onSpinWait();
        }
        assertFalse(closing.isDone());
        halt.go.countDown();
        putting.get();
        closing.get();
        assertEquals(List.of(), rig.left);
        assertArrayEquals(text(960, 40), read(rig.layout, key(text(960, 40))));
    }

    /** So many that a while for each would be minutes. */
    @Test
    void deliveriesThatDoNotEndHaveOneTimeForAllOfThem() throws Exception {
        int many = 120;
        rig.spool.close();
        rig.deliversItself = true;
        rig.clockStands = true;
        store = rig.open(settings(many, Duration.ofHours(1)));
        CountDownLatch stuck = new CountDownLatch(many);
        Halt halt = new Halt();
        rig.store.refusal = call -> {
            stuck.countDown();
            halt.here();
            return null;
        };
        for (int i = 0; i < many; i++) {
            put(store, text(2_000 + i, 40));
        }
        Halt.await(stuck);
        rig.advance(Duration.ofHours(1));
        FutureTask<Void> closing = start(new FutureTask<>(() -> {
            rig.spool.close();
            return null;
        }));
        while (!closing.isDone()) {
            rig.nanos.addAndGet(Duration.ofMinutes(10).toNanos());
            Thread.onSpinWait();
        }
        closing.get();
        assertEquals(many, rig.left.size());
        List<String> files = rig.files("entries");
        assertEquals(many, files.size());
        SpoolFolder next = SpoolFolder.open(rig.real, rig.root, Gate.real());
        halt.go.countDown();
        rig.spool.abandon(); // waits for them
        assertEquals(files, rig.files("entries"), "what the next owner has is not removed under it");
        next.close();
    }
}
