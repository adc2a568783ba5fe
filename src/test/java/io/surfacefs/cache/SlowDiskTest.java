package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.KIB;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk that does not come to the end of what it is asked: callers are served from the store meanwhile. */
class SlowDiskTest {
    private static final int SIZE = 3 * KIB * KIB;
    private static final CacheSettings SETTINGS =
            CacheSettings.of(64L * KIB * KIB).withWaits(4, Duration.ofMinutes(1), Duration.ofMinutes(1));

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final StuckDisk disk = new StuckDisk();
    private CacheRig rig;

    /** Stands still at each change of one sort until it is let go. */
    private static final class StuckDisk extends QuietDisk {
        volatile String at = "";
        final AtomicInteger reached = new AtomicInteger();
        final CountDownLatch go = new CountDownLatch(1);

        @Override
        protected void step(String what) {
            if (what.equals(at)) {
                reached.incrementAndGet();
                FakeStore.await(go);
            }
        }

        void awaitReached(int n) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (reached.get() < n) {
                assertTrue(System.nanoTime() < end, "the disk was not asked");
                Thread.onSpinWait();
            }
        }
    }

    @BeforeEach
    void open() throws Exception {
        rig = new CacheRig();
        rig.openOnly(SETTINGS, disk, Waits.REAL);
        assertTrue(rig.engine().awaitRecovery(Duration.ofSeconds(60)));
    }

    @AfterEach
    void close() throws Exception {
        disk.go.countDown();
        callers.shutdownNow();
        rig.close();
    }

    private Future<byte[]> reader(CacheName name) {
        return callers.submit(() -> rig.fetch(name));
    }

    private void assertRead(CacheName name, Future<byte[]> reader) throws Exception {
        assertArrayEquals(rig.store.objects.get(name), reader.get(60, TimeUnit.SECONDS));
    }

    private void pass(Duration time) {
        rig.nanos.addAndGet(time.toNanos());
    }

    /** A disk that is stuck there gives nothing, and costs nobody his bytes; afterwards it is used again. */
    private void stuckAt(String what) throws Exception {
        CacheName first = rig.stored(1, SIZE);
        CacheName second = rig.stored(2, SIZE);
        disk.at = what;
        List<Future<byte[]>> readers = List.of(reader(first), reader(first), reader(first));
        disk.awaitReached(1);
        pass(Health.SLOW.plusMillis(1));
        for (Future<byte[]> reader : readers) {
            assertRead(first, reader);
        }
        assertRead(second, reader(second));
        assertTrue(rig.engine().stat().failures() > 0);
        assertEquals(1, disk.reached.get(), "a disk that is stuck is asked for nothing more");
        assertFalse(rig.isHere(second));
        disk.go.countDown();
        recovered(second);
    }

    private void recovered(CacheName name) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!rig.isHere(name)) {
            assertTrue(System.nanoTime() < end, "the disk is not used again");
            pass(Health.PAUSE.plusMillis(1));
            assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
            rig.settle();
        }
    }

    @Test
    void readersOfAnObjectWhoseFileCannotBeMadeHaveItFromTheStore() throws Exception {
        stuckAt("create");
    }

    @Test
    void readersOfAnObjectWhoseBytesCannotBeWrittenHaveItFromTheStore() throws Exception {
        stuckAt("write");
    }

    @Test
    void readersOfAnObjectThatCannotBeSyncedHaveItAndTheNextHaveTheirsFromTheStore() throws Exception {
        stuckAt("sync");
    }

    @Test
    void readersOfAnObjectThatCannotGetItsNameHaveItAndTheNextHaveTheirsFromTheStore() throws Exception {
        stuckAt("move");
    }

    @Test
    void fetchesThatWaitForAStuckDiskTakeNobodysTurn() throws Exception {
        disk.at = "sync";
        for (int n = 0; n < SETTINGS.concurrentFetches(); n++) {
            CacheName name = rig.stored(n, SIZE);
            assertRead(name, reader(name));
        }
        disk.awaitReached(SETTINGS.concurrentFetches());
        pass(Health.SLOW.plusMillis(1));
        List<Future<byte[]>> readers = new ArrayList<>();
        for (int n = 100; n < 110; n++) {
            readers.add(reader(rig.stored(n, SIZE)));
        }
        for (int n = 100; n < 110; n++) {
            assertRead(CacheRig.name(n), readers.get(n - 100));
        }
        disk.go.countDown();
        recovered(CacheRig.name(100));
        assertEquals(0, rig.engine().stat().fetches());
    }

    @Test
    void anAnswerThatTheDiskTakesTooLongToKeepIsNotGivenToWhoComesLate() throws Exception {
        AtomicLong nanos = new AtomicLong();
        AtomicInteger asked = new AtomicInteger();
        Flights<Integer> flights = new Flights<>(callers, callers, Duration.ofMinutes(1), nanos::get);
        CountDownLatch keeping = new CountDownLatch(1);
        CacheName name = CacheRig.name(1);
        assertEquals(1, flights.ask(name, asked::incrementAndGet, answer -> {
            keeping.countDown();
            FakeStore.await(disk.go);
        }));
        FakeStore.await(keeping);
        assertEquals(1, flights.ask(name, asked::incrementAndGet, answer -> {}), "it is being kept, and is young");
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertEquals(2, flights.ask(name, asked::incrementAndGet, answer -> {}));
    }
}
