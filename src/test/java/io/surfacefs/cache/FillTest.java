package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.KIB;
import static io.surfacefs.cache.CacheRig.name;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Missing objects: one fetch for all who ask, and right bytes or an error for each. */
class FillTest {
    private static final CacheSettings SETTINGS = CacheSettings.of(64L * KIB * KIB);

    private CacheRig rig;
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void openCache() throws Exception {
        rig = new CacheRig();
        rig.open(SETTINGS);
    }

    @AfterEach
    void closeCache() throws Exception {
        callers.shutdownNow();
        rig.close();
    }

    private <T> List<Future<T>> start(int n, Callable<T> call) {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            futures.add(callers.submit(call));
        }
        return futures;
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    /** Waits until so many callers wait for a fetch, or a fetch is under way where n is 1. */
    private void awaitOpened(int n) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (rig.store.opened.get() < n) {
            assertTrue(System.nanoTime() < end, "the store was not asked");
            Thread.onSpinWait();
        }
    }

    @Test
    void anyNumberOfMissesOfOneObjectIsOneFetch() throws Exception {
        for (int size : new int[] {10 * KIB, 1300 * KIB}) {
            rig.store.opened.set(0);
            CacheName name = rig.stored(size, size);
            CountDownLatch go = new CountDownLatch(1);
            rig.store.beforeOpen = () -> FakeStore.await(go);
            List<Future<byte[]>> all = start(size > KIB * KIB ? 50 : 200, () -> rig.fetch(name));
            awaitOpened(1);
            go.countDown();
            for (Future<byte[]> one : all) {
                assertArrayEquals(rig.store.objects.get(name), get(one));
            }
            assertEquals(1, rig.store.opened.get());
        }
        rig.settle();
        assertEquals(0, rig.store.open.get());
    }

    @Test
    void readersReadWhileItFillsAndTheFirstThatGoesSpoilsNothing() throws Exception {
        CacheName name = rig.stored(1, 4 * KIB * KIB);
        byte[] expected = rig.store.objects.get(name);
        CountDownLatch half = new CountDownLatch(1);
        rig.store.beforeRead = at -> {
            if (at >= 2L * KIB * KIB) {
                FakeStore.await(half);
            }
        };
        CachedObject first = rig.engine().fetch(name, rig.store.origin(name));
        CachedObject second = rig.engine().fetch(name, rig.store.origin(name));
        assertNotNull(first);
        assertNotNull(second);
        assertFalse(first.whole());
        byte[] piece = new byte[KIB * KIB];
        int n = first.bytes().read(0, piece, 0, piece.length);
        assertTrue(n > 0 && piece[0] == expected[0], "the first bytes are there before the last have come");
        first.close();
        half.countDown();
        assertArrayEquals(expected, CacheRig.read(second));
        assertArrayEquals(expected, rig.fetch(name));
        assertEquals(1, rig.store.opened.get());
    }

    @Test
    void aReaderThatSkipsAheadGetsOnlyWhatWasChecked() throws Exception {
        CacheName name = rig.stored(1, 4 * KIB * KIB);
        rig.store.lies = true;
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeRead = at -> {
            if (at >= 3L * KIB * KIB) {
                FakeStore.await(go);
            }
        };
        try (CachedObject object = rig.engine().fetch(name, rig.store.origin(name))) {
            assertNotNull(object);
            Future<Integer> ahead = callers.submit(() -> object.bytes().read(2L * KIB * KIB, new byte[10], 0, 10));
            go.countDown();
            assertEquals(ErrorCode.CORRUPT_OBJECT, codeOf(ahead));
        }
    }

    private static ErrorCode codeOf(Future<?> future) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> get(future));
        return ((SurfaceException) e.getCause()).code();
    }

    @Test
    void wrongBytesOfTheStoreAreNeverAWholeAnswerNorKept() throws Exception {
        rig.store.lies = true;
        for (int size : new int[] {1, 10 * KIB, 3 * KIB * KIB}) {
            CacheName name = rig.stored(size, size);
            for (Future<byte[]> one : start(20, () -> rig.fetch(name))) {
                assertEquals(ErrorCode.CORRUPT_OBJECT, codeOf(one));
            }
            assertFalse(rig.isHere(name));
        }
        rig.settle();
        assertEquals(0, rig.engine().stat().entries());
        assertEquals(0, rig.count("tmp"));
    }

    @Test
    void aFetchThatFailsFailsAllWithItsCode() throws Exception {
        CacheName name = rig.stored(1, KIB);
        rig.store.failure = ErrorCode.STORE_TIMEOUT;
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeOpen = () -> FakeStore.await(go);
        List<Future<byte[]>> all = start(50, () -> rig.fetch(name));
        awaitOpened(1);
        go.countDown();
        for (Future<byte[]> one : all) {
            assertEquals(ErrorCode.STORE_TIMEOUT, codeOf(one));
        }
        rig.store.failure = null;
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
    }

    @Test
    void whoJoinsAFetchThatIsRefusedForWhoBeganItAsksForHimself() throws Exception {
        CacheName name = rig.stored(1, KIB);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        rig.store.beforeOpen = () -> {
            if (first.getAndSet(false)) {
                FakeStore.await(go);
                throw new SurfaceException(ErrorCode.UNAUTHENTICATED, "the test's refusal");
            }
        };
        List<Future<byte[]>> all = start(20, () -> rig.fetch(name));
        awaitOpened(1);
        go.countDown();
        for (Future<byte[]> one : all) {
            assertArrayEquals(rig.store.objects.get(name), get(one));
        }
    }

    @Test
    void aFetchThatBreaksOffFailsAllWhoReadIt() throws Exception {
        CacheName name = rig.stored(1, 3 * KIB * KIB);
        rig.store.breakAt = 2L * KIB * KIB;
        for (Future<byte[]> one : start(20, () -> rig.fetch(name))) {
            assertEquals(ErrorCode.STORE_UNAVAILABLE, codeOf(one));
        }
        rig.store.breakAt = Long.MAX_VALUE;
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        rig.settle();
        assertEquals(0, rig.store.open.get());
    }

    @Test
    void aStoreThatDoesNotAnswerIsWaitedForOnlySoLong() throws Exception {
        rig.engine().close();
        rig.open(SETTINGS.withWaits(4, Duration.ofMillis(20), Duration.ofMillis(20)));
        CacheName name = rig.stored(1, KIB);
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeOpen = () -> FakeStore.await(go);
        Future<byte[]> one = callers.submit(() -> rig.fetch(name));
        assertEquals(ErrorCode.STORE_TIMEOUT, codeOf(one));
        go.countDown();
    }

    @Test
    void noMoreFetchesRunThanAllowed() throws Exception {
        rig.engine().close();
        rig.open(SETTINGS.withWaits(2, Duration.ofSeconds(30), Duration.ofSeconds(30)));
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeOpen = () -> FakeStore.await(go);
        rig.stored(1, KIB);
        rig.stored(2, KIB);
        rig.stored(3, KIB);
        List<Future<byte[]>> running =
                List.of(callers.submit(() -> rig.fetch(name(1))), callers.submit(() -> rig.fetch(name(2))));
        awaitOpened(2);
        SurfaceException refused = assertThrows(SurfaceException.class, () -> rig.fetch(name(3)));
        assertEquals(ErrorCode.OVERLOADED, refused.code());
        go.countDown();
        for (Future<byte[]> one : running) {
            assertNotNull(get(one));
        }
        assertNotNull(rig.fetch(name(3)));
    }

    @Test
    void oneMoreThanMayRunWaitsForAMomentUntilOneHasEnded() throws Exception {
        rig.engine().close();
        rig.open(SETTINGS.withWaits(1, Duration.ofSeconds(30), Duration.ofSeconds(30)));
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeOpen = () -> FakeStore.await(go);
        rig.stored(1, KIB);
        rig.stored(2, KIB);
        Future<byte[]> first = callers.submit(() -> rig.fetch(name(1)));
        awaitOpened(1);
        FutureTask<byte[]> second = new FutureTask<>(() -> rig.fetch(name(2)));
        Thread waiting = Thread.ofPlatform().start(second);
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        go.countDown();
        assertNotNull(get(first));
        assertNotNull(get(second));
    }

    @Test
    void thatThereIsNoneIsRememberedForASecondAndForgottenWithAPut() throws Exception {
        assertNull(rig.fetch(name(1)));
        assertNull(rig.fetch(name(1)));
        assertEquals(1, rig.store.opened.get());
        rig.nanos.addAndGet(Fills.ABSENT_FOR.toNanos() + 1);
        assertNull(rig.fetch(name(1)));
        assertEquals(2, rig.store.opened.get());
        rig.stored(1, KIB);
        rig.engine().withdraw(name(1));
        assertNotNull(rig.fetch(name(1)));
        assertEquals(3, rig.store.opened.get());
    }

    @Test
    void whatIsWithdrawnWhileItIsFetchedIsNotKept() throws Exception {
        CacheName name = rig.stored(1, 10 * KIB);
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeRead = at -> FakeStore.await(go);
        Future<byte[]> before = callers.submit(() -> rig.fetch(name));
        awaitOpened(1);
        rig.engine().withdraw(name);
        byte[] old = rig.store.objects.put(name, new byte[] {1, 2, 3});
        Future<byte[]> after = callers.submit(() -> rig.fetch(name));
        awaitOpened(2);
        go.countDown();
        assertArrayEquals(old, get(before));
        assertArrayEquals(new byte[] {1, 2, 3}, get(after));
        assertArrayEquals(new byte[] {1, 2, 3}, rig.fetch(name));
    }

    @Test
    void roomThatIsOnlyReservedCostsNobodyItsPlace() throws Exception {
        rig.engine().close();
        rig.open(CacheSettings.of(1024L * KIB));
        for (int n = 1; n <= 8; n++) {
            rig.put(rig.stored(n, 100 * KIB));
        }
        CountDownLatch go = new CountDownLatch(1);
        rig.store.beforeRead = at -> FakeStore.await(go);
        rig.store.breakAt = 0;
        CacheName failing = rig.stored(9, 180 * KIB);
        Future<byte[]> fetch = callers.submit(() -> rig.fetch(failing));
        awaitReserved(980L * KIB);
        rig.engine().maintain();
        go.countDown();
        assertEquals(ErrorCode.STORE_UNAVAILABLE, codeOf(fetch));
        rig.settle();
        assertEquals(8, rig.engine().stat().entries());
        assertEquals(0, rig.evicted.get());
    }

    private void awaitReserved(long bytes) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (rig.engine().stat().bytes() < bytes) {
            assertTrue(System.nanoTime() < end, "no room was reserved");
            Thread.onSpinWait();
        }
    }

    @Test
    void whoComesWhileTheFileIsGivenItsNameAsksTheStoreNoSecondTime() throws Exception {
        CacheName name = rig.stored(1, 10 * KIB);
        CountDownLatch moved = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        rig.disk.afterMove = () -> {
            moved.countDown();
            FakeStore.await(go);
        };
        Future<byte[]> first = callers.submit(() -> rig.fetch(name));
        FakeStore.await(moved);
        FutureTask<byte[]> second = new FutureTask<>(() -> rig.fetch(name));
        Thread thread = Thread.ofPlatform().daemon().start(second);
        while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        go.countDown();
        assertArrayEquals(rig.store.objects.get(name), get(first));
        assertArrayEquals(rig.store.objects.get(name), get(second));
        assertEquals(1, rig.store.opened.get());
    }
}
