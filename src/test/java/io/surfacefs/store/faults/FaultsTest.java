package io.surfacefs.store.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.faulttolerance.core.stopwatch.SystemStopwatch;
import io.smallrye.faulttolerance.core.timer.ThreadTimer;
import io.smallrye.faulttolerance.core.timer.Timer;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreFault.Reason;
import io.surfacefs.store.faults.StoreGuard.Mode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is tried again, what is held against the store, and when it is let alone. */
class FaultsTest {
    private static final ExecutorService EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();
    private static final Timer REAL = new ThreadTimer(EXECUTOR);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration DELAY = Duration.ofSeconds(5);

    private final ManualTime time = new ManualTime();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger looked = new AtomicInteger();
    private final List<RuntimeException> unusable = new CopyOnWriteArrayList<>();
    private volatile Runnable look = () -> {};
    private final Map<String, Integer> told = new ConcurrentHashMap<>();
    private final StoreGuard guard = guard(3, 1_000);

    @AfterAll
    static void stop() throws InterruptedException {
        REAL.shutdown();
        EXECUTOR.shutdownNow();
    }

    private StoreGuard guard(int attempts, int concurrent) {
        return guard(attempts, concurrent, () -> {});
    }

    private StoreGuard guard(int attempts, int concurrent, Runnable contact) {
        Events events = new Events() {
            @Override
            public void storeRequest(String op, String outcome) {
                told.merge(op + " " + outcome, 1, Integer::sum);
            }

            @Override
            public void storeUnusable(RuntimeException why) {
                unusable.add(why);
            }
        };
        FaultSettings settings = new FaultSettings(LONG, attempts, DELAY, concurrent);
        StoreGuard.Looks looks = new StoreGuard.Looks(new FirstContact(contact, EXECUTOR, events), () -> {
            looked.incrementAndGet();
            look.run();
        });
        return new StoreGuard(settings, looks, events, time, time);
    }

    /**
     * Looks of a store that always answers one, after a first contact; not on this test's own threads, which end with
     * it.
     */
    static StoreGuard.Looks looks(Runnable contact) {
        return new StoreGuard.Looks(new FirstContact(contact, Thread::startVirtualThread, Events.NONE), () -> {});
    }

    private static StoreFault fault(Reason reason) {
        return new StoreFault(reason, null, null);
    }

    private <T> T call(java.util.function.Supplier<T> work) {
        return guard.call("test", LONG, Mode.RETRIED, () -> {
            asked.incrementAndGet();
            return work.get();
        });
    }

    private SurfaceException failure(Reason reason) {
        return assertThrows(
                SurfaceException.class,
                () -> call(() -> {
                    throw fault(reason);
                }));
    }

    private static Object await(Future<?> future) throws Exception {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS), "nobody came");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw fault(Reason.TIMEOUT);
        }
    }

    @Test
    void whatMayPassIsTriedAgainAndNoOftenerThanIsSaid() {
        call(() -> "the store works");
        asked.set(0);
        assertEquals("third time", call(() -> {
            if (asked.get() < 3) {
                throw fault(Reason.SERVER);
            }
            return "third time";
        }));
        assertEquals(3, asked.get());
        asked.set(0);
        assertEquals(ErrorCode.STORE_UNAVAILABLE, failure(Reason.PARTIAL_BODY).code());
        assertEquals(3, asked.get());
        assertEquals(new TreeMap<>(Map.of("test ok", 2, "test store_unavailable", 5)), new TreeMap<>(told));
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"CHANGED", "FORBIDDEN", "FULL", "REFUSED", "NO_BUCKET", "CREDENTIALS", "CLOCK", "TLS"})
    void whatDoesNotPassByWaitingIsNotTriedAgain(Reason reason) {
        assertEquals(fault(reason).code(), failure(reason).code());
        assertEquals(1, asked.get());
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {
                "CHANGED",
                "CONFLICT",
                "DAMAGED_ON_THE_WAY",
                "FORBIDDEN",
                "FULL",
                "GIVEN_UP",
                "REFUSED",
                "THROTTLED"
            })
    void whatIsAboutOneObjectOrHowManyAskIsNeverHeldAgainstTheStore(Reason reason) {
        StoreGuard once = guard(1, 10);
        for (int i = 0; i < 3 * Circuit.WINDOW; i++) {
            SurfaceException thrown = assertThrows(
                    SurfaceException.class,
                    () -> once.call("test", LONG, Mode.RETRIED, () -> {
                        throw fault(reason);
                    }));
            assertEquals(fault(reason).code(), thrown.code());
        }
        assertTrue(once.circuit().isClosed());
    }

    @Test
    void anAnswerIsAnAnswer() {
        for (int i = 0; i < 3 * Circuit.WINDOW; i++) {
            assertNull(call(() -> null));
            SurfaceException corrupt = new SurfaceException(ErrorCode.CORRUPT_OBJECT, "damaged");
            assertEquals(
                    corrupt,
                    assertThrows(
                            SurfaceException.class,
                            () -> call(() -> {
                                throw corrupt;
                            })));
        }
        assertEquals(6 * Circuit.WINDOW, asked.get());
        assertTrue(guard.circuit().isClosed());
    }

    @Test
    void aStoreOfWhichHalfTheCallsFailIsLetAloneAndOneThatOthersReachIsNotGivenUpForOneCall() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Future<?> unlucky = EXECUTOR.submit(() -> guard.call("test", LONG, Mode.RETRIED, () -> {
            first.countDown();
            await(go);
            throw fault(Reason.SERVER);
        }));
        await(first);
        call(() -> "others are answered");
        go.countDown();
        assertEquals(Reason.SERVER, ((StoreFault) await(unlucky)).reason());
        assertTrue(guard.circuit().isClosed());
        for (int i = 0; guard.circuit().isClosed(); i++) {
            assertTrue(i < Circuit.WINDOW);
            call(() -> "ok");
            guard.circuit().failed(fault(Reason.SERVER));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"SERVER", "LATE", "BUSY", "PARTIAL_BODY"})
    void aFailureThatMayBeAboutOneRequestIsHeldAgainstTheStoreOnlyIfALookFailsToo(Reason reason) {
        StoreGuard once = guard(1, 10);
        for (int i = 0; i < 3 * Circuit.WINDOW; i++) {
            assertEquals(
                    reason,
                    assertThrows(StoreFault.class, () -> failing(once, reason)).reason());
            assertTrue(once.circuit().isClosed(), "the store answers a look");
        }
        assertEquals(3 * Circuit.WINDOW, looked.get());
        look = () -> {
            throw fault(reason);
        };
        assertThrows(StoreFault.class, () -> failing(once, reason));
        assertFalse(once.circuit().isClosed());
    }

    private static Object failing(StoreGuard guard, Reason reason) {
        return guard.call("test", LONG, Mode.RETRIED, () -> {
            throw fault(reason);
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"UNREACHABLE", "TIMEOUT", "NO_BUCKET", "NO_CREDENTIALS", "CREDENTIALS", "CLOCK", "TLS"})
    void aStoreThatAnswersNobodyOrIsTheWrongOneIsLetAloneAtOnce(Reason reason) {
        StoreGuard once = guard(1, 10);
        assertThrows(StoreFault.class, () -> failing(once, reason));
        assertFalse(once.circuit().isClosed());
        assertEquals(0, looked.get());
    }

    @Test
    void aWaitThatEndsInAPauseBehindAnAnswerIsNotHeldAgainstTheStore() {
        FaultSettings settings = new FaultSettings(Duration.ofMillis(300), 3, DELAY, 10);
        StoreGuard hurried = new StoreGuard(settings, looks(() -> {}), Events.NONE, REAL, time);
        StoreFault late = assertThrows(
                StoreFault.class,
                () -> hurried.call("test", settings.timeout(), Mode.RETRIED, () -> {
                    throw fault(Reason.THROTTLED);
                }));
        assertEquals(Reason.TIMEOUT, late.reason());
        assertTrue(hurried.circuit().isClosed());
    }

    @Test
    void whileTheStoreIsOutOneCallGoesThereInEachDelayHoweverManyAsk() throws Exception {
        assertEquals(Reason.UNREACHABLE, ((StoreFault) failure(Reason.UNREACHABLE)).reason());
        assertEquals(3, asked.get());
        assertFalse(guard.circuit().isClosed());
        for (int round = 0; round < 3; round++) {
            asked.set(0);
            for (Object answer : askedByAHundred(() -> {
                throw fault(Reason.UNREACHABLE);
            })) {
                StoreFault refused = (StoreFault) answer;
                assertEquals(Reason.OUT, refused.reason());
                assertEquals(ErrorCode.STORE_UNAVAILABLE, refused.code());
                assertEquals(DELAY, refused.retryAfter());
                assertEquals("the store can't be reached", refused.hint());
            }
            assertEquals(0, asked.get());
            time.pass(DELAY.toMillis() + 1);
            askedByAHundred(() -> {
                throw fault(Reason.UNREACHABLE);
            });
            assertEquals(1, asked.get(), "round " + round);
        }
        time.pass(DELAY.toMillis() + 1);
        asked.set(0);
        assertEquals("back", call(() -> "back"));
        assertTrue(guard.circuit().isClosed());
        for (Object answer : askedByAHundred(() -> "back")) {
            assertEquals("back", answer);
        }
    }

    @Test
    void aProbeThatIsGivenUpByItsCallerDoesNotCallTheStoreBack() {
        failure(Reason.UNREACHABLE);
        assertFalse(guard.circuit().isClosed());
        time.pass(DELAY.toMillis() + 1);
        assertEquals(Reason.GIVEN_UP, ((StoreFault) failure(Reason.GIVEN_UP)).reason());
        assertFalse(guard.circuit().isClosed());
        time.pass(DELAY.toMillis() + 1);
        assertEquals("back", call(() -> "back"));
        assertTrue(guard.circuit().isClosed());
    }

    private List<Object> askedByAHundred(java.util.function.Supplier<Object> work) throws Exception {
        List<Future<?>> asking = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asking.add(EXECUTOR.submit(() -> call(work)));
        }
        List<Object> answers = new ArrayList<>();
        for (Future<?> one : asking) {
            answers.add(await(one));
        }
        return answers;
    }

    @Test
    void aCallerWaitsNoLongerThanItsLimitAndWhatIsOpenedTooLateIsClosed() {
        FaultSettings settings = new FaultSettings(Duration.ofMillis(200), 3, DELAY, 10);
        StoreGuard hurried = new StoreGuard(settings, looks(() -> {}), Events.NONE, REAL, SystemStopwatch.INSTANCE);
        AtomicBoolean closed = new AtomicBoolean();
        StoreFault late = assertThrows(
                StoreFault.class,
                () -> hurried.<AutoCloseable>call("test", settings.timeout(), Mode.RETRIED, () -> {
                    try {
                        assertFalse(new CountDownLatch(1).await(20, TimeUnit.SECONDS));
                    } catch (InterruptedException e) {
                        return () -> closed.set(true); // an answer, but nobody waits for it any more
                    }
                    throw new AssertionError("nobody was told to stop");
                }));
        assertEquals(ErrorCode.STORE_TIMEOUT, late.code());
        assertTrue(closed.get());
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void aStoreThatAnswersNobodyForAWholeWaitIsLetAlone() {
        FaultSettings settings = new FaultSettings(Duration.ofMillis(200), 1, DELAY, 10);
        StoreGuard hurried = new StoreGuard(settings, looks(() -> {}), Events.NONE, REAL, time);
        CountDownLatch never = new CountDownLatch(1);
        assertThrows(
                StoreFault.class,
                () -> hurried.call("test", settings.timeout(), Mode.RETRIED, () -> {
                    await(never);
                    return "never";
                }));
        assertFalse(hurried.circuit().isClosed());
    }

    @Test
    void moreCallsThanMayWaitAreRefused() throws Exception {
        StoreGuard narrow = guard(3, 1);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        List<Future<?>> inside = new ArrayList<>();
        SurfaceException full = null;
        inside.add(EXECUTOR.submit(() -> narrow.call("test", LONG, Mode.RETRIED, () -> {
            running.countDown();
            await(end);
            return "done";
        })));
        await(running);
        // One more may wait; which of these it is doesn't matter.
        List<Future<?>> more = List.of(
                EXECUTOR.submit(() -> narrow.call("test", LONG, Mode.RETRIED, () -> "done")),
                EXECUTOR.submit(() -> narrow.call("test", LONG, Mode.RETRIED, () -> "done")));
        while (more.stream().noneMatch(Future::isDone)) {
            Thread.onSpinWait();
        }
        end.countDown();
        inside.addAll(more);
        int done = 0;
        for (Future<?> one : inside) {
            if (await(one) instanceof SurfaceException refused) {
                full = refused;
            } else {
                done++;
            }
        }
        assertEquals(2, done);
        assertEquals(ErrorCode.OVERLOADED, full.code());
        assertTrue(narrow.circuit().isClosed(), "that we have many callers is no fault of the store");
    }

    @Test
    void aCallerWhoGoesAwaySaysNothingOfTheStore() throws Exception {
        for (int i = 0; i < 2 * Circuit.WINDOW; i++) {
            CountDownLatch inside = new CountDownLatch(1);
            Thread caller = Thread.ofVirtual()
                    .start(() -> assertThrows(
                            SurfaceException.class,
                            () -> call(() -> {
                                inside.countDown();
                                await(new CountDownLatch(1));
                                return "never";
                            })));
            await(inside);
            caller.interrupt();
            caller.join();
        }
        assertTrue(guard.circuit().isClosed());
        assertEquals(2 * Circuit.WINDOW, asked.get());
    }

    /** Bytes of which the first so many reads fail. */
    private record Broken(byte[] content, AtomicInteger failures, Reason reason) implements StoredBytes {
        @Override
        public long size() {
            return content.length;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            if (failures.getAndDecrement() > 0) {
                throw fault(reason);
            }
            System.arraycopy(content, (int) position, target, offset, length);
            return length;
        }

        @Override
        public void close() {}
    }

    @Test
    void aBodyThatBreaksOffIsReadOnFromWhereItWasAndCountsIntoTheCircuit() throws IOException {
        byte[] content = {1, 2, 3, 4};
        Broken broken = new Broken(content, new AtomicInteger(), Reason.PARTIAL_BODY);
        GuardedBytes bytes = new GuardedBytes(broken, guard, Duration.ZERO);
        byte[] got = new byte[4];
        for (int i = 0; guard.circuit().isClosed(); i++) {
            assertTrue(i < Circuit.WINDOW, "a read that breaks off is as bad as a call that fails");
            broken.failures().set(1);
            assertEquals(4, bytes.read(0, got, 0, 4));
            assertArrayEquals(content, got);
        }
        broken.failures().set(0);
        assertEquals(4, bytes.read(0, got, 0, 4), "what is on its way is not given up because the store is let alone");
        broken.failures().set(1);
        assertEquals(
                Reason.OUT,
                assertThrows(StoreFault.class, () -> bytes.read(0, got, 0, 4)).reason());
    }

    @Test
    void aBodyThatBreaksOffAgainAndAgainIsGivenUpAfterAsManyAttemptsAsACall() {
        Broken broken = new Broken(new byte[4], new AtomicInteger(3), Reason.PARTIAL_BODY);
        GuardedBytes bytes = new GuardedBytes(broken, guard, Duration.ZERO);
        StoreFault thrown = assertThrows(StoreFault.class, () -> bytes.read(0, new byte[4], 0, 4));
        assertEquals(Reason.PARTIAL_BODY, thrown.reason());
        assertEquals(0, broken.failures().get(), "no more than three attempts");
    }

    @Test
    void theFirstContactIsMadeByWhoeverComesFirstAndAgainUntilItSucceeds() {
        AtomicInteger looks = new AtomicInteger();
        AtomicBoolean away = new AtomicBoolean(true);
        StoreGuard shy = guard(1, 10, () -> {
            looks.incrementAndGet();
            if (away.get()) {
                throw fault(Reason.UNREACHABLE);
            }
        });
        assertThrows(StoreFault.class, () -> shy.call("test", LONG, Mode.RETRIED, () -> "never"));
        assertEquals(
                Reason.OUT,
                assertThrows(StoreFault.class, () -> shy.call("test", LONG, Mode.RETRIED, () -> "never"))
                        .reason());
        assertEquals(1, looks.get());
        away.set(false);
        time.pass(DELAY.toMillis() + 1);
        assertEquals("now", shy.call("test", LONG, Mode.RETRIED, () -> "now"));
        assertEquals("now", shy.call("test", LONG, Mode.RETRIED, () -> "now"));
        assertEquals(2, looks.get());
    }

    /** Begins a call and waits until it waits. */
    private Thread waiting(StoreGuard shy, List<Object> outcomes, CountDownLatch looking) {
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                outcomes.add(shy.call("test", LONG, Mode.RETRIED, () -> "used"));
            } catch (SurfaceException e) {
                outcomes.add(e);
            }
        });
        await(looking);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void aCallerWhoGoesAwayDuringTheFirstContactTakesNothingFromThoseWhoWait() throws Exception {
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger looks = new AtomicInteger();
        StoreGuard shy = guard(1, 10, () -> {
            looks.incrementAndGet();
            looking.countDown();
            await(go);
        });
        List<Object> outcomes = new CopyOnWriteArrayList<>();
        Thread first = waiting(shy, outcomes, looking);
        Thread second = waiting(shy, outcomes, looking);
        first.interrupt();
        first.join();
        assertEquals("the call was given up", ((SurfaceException) outcomes.getFirst()).getMessage());
        go.countDown();
        second.join();
        assertEquals("used", outcomes.get(1));
        assertEquals(1, looks.get());
    }

    @Test
    void theFirstContactIsNobodysCallSoThatNobodysDeadlineEndsIt() {
        ScopedValue<String> caller = ScopedValue.newInstance();
        ThreadLocal<String> context = new ThreadLocal<>();
        List<Object> seen = new CopyOnWriteArrayList<>();
        StoreGuard shy = guard(1, 10, () -> seen.add(List.of(caller.isBound(), "" + context.get())));
        context.set("the caller's");
        ScopedValue.where(caller, "the caller").run(() -> shy.call("test", LONG, Mode.RETRIED, () -> "used"));
        assertEquals(List.of(List.of(false, "null")), seen);
    }

    @Test
    void ofWhatAFirstContactComesToOnlyFaultsOfTheStoreAreOthersToo() throws Exception {
        for (RuntimeException failure :
                List.of(fault(Reason.NO_BUCKET), new SurfaceException(ErrorCode.INTERNAL, "of a newer format"))) {
            CountDownLatch looking = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            AtomicInteger looks = new AtomicInteger();
            StoreGuard shy = guard(1, 10, () -> {
                looks.incrementAndGet();
                looking.countDown();
                await(go);
                throw failure;
            });
            List<Object> outcomes = new CopyOnWriteArrayList<>();
            List<Thread> callers = List.of(waiting(shy, outcomes, looking), waiting(shy, outcomes, looking));
            go.countDown();
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(2, outcomes.size());
            assertEquals(failure instanceof StoreFault ? 1 : 2, looks.get());
        }
    }

    @Test
    void thatAStoreIsTheWrongOneIsToldOnceAndThatItIsAwayIsNot() {
        AtomicReference<RuntimeException> failure = new AtomicReference<>(fault(Reason.UNREACHABLE));
        StoreGuard shy = guard(1, 10, () -> {
            throw failure.get();
        });
        assertThrows(SurfaceException.class, () -> failing(shy, Reason.SERVER));
        assertEquals(List.of(), unusable);
        failure.set(fault(Reason.NO_BUCKET));
        for (int i = 0; i < 3; i++) {
            time.pass(DELAY.toMillis() + 1);
            assertThrows(SurfaceException.class, () -> failing(shy, Reason.SERVER));
        }
        assertEquals(List.of(failure.get()), unusable);
    }

    @Test
    void pausesGrowAreSpreadAndAreLongerWhereTheStoreAsksForLess() {
        for (boolean throttled : new boolean[] {false, true}) {
            Backoff backoff = new Backoff();
            for (long most = throttled ? 1_000 : 100; most <= 100_000; most *= 2) {
                long pause = backoff.next(throttled);
                assertTrue(pause >= Math.min(5_000, most) / 2 && pause <= Math.min(5_000, most), "" + pause);
            }
        }
    }
}
