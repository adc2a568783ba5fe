package io.surfacefs.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private static final int AT_A_TIME = 4;

    private final Spread spread = new Spread(AT_A_TIME);

    private static List<Integer> numbers(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    @Test
    void resultsComeInTheOrderOfTheItems() {
        assertEquals(numbers(500).stream().map(n -> n * n).toList(), spread.over(numbers(500), n -> n * n));
        assertEquals(List.of(), spread.over(List.<Integer>of(), n -> n));
    }

    @Test
    void soManyRunAtATimeOfAllCallersTogetherAndNoMore() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        // Passes only when four are there at a time, and is broken by a fifth that comes alone.
        CyclicBarrier four = new CyclicBarrier(AT_A_TIME);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Integer>>> answers = new ArrayList<>();
            for (int caller = 0; caller < 5; caller++) {
                answers.add(callers.submit(() -> spread.over(numbers(40), n -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    try {
                        four.await(30, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    } finally {
                        running.decrementAndGet();
                    }
                    return n;
                })));
            }
            for (Future<List<Integer>> answer : answers) {
                assertEquals(numbers(40), answer.get());
            }
        }
        assertEquals(AT_A_TIME, most.get());
    }

    @Test
    void whoComesWhileAllTurnsAreTakenWaitsForOne() throws Exception {
        CountDownLatch inside = new CountDownLatch(AT_A_TIME);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean fifth = new AtomicBoolean();
        Thread first = Thread.ofPlatform()
                .start(() -> spread.over(numbers(AT_A_TIME), n -> {
                    inside.countDown();
                    return await(go) ? n : -1;
                }));
        assertTrue(await(inside));
        Thread second = Thread.ofPlatform()
                .start(() -> spread.over(List.of(5), n -> {
                    fifth.set(true);
                    return n;
                }));
        try {
            while (!fifth.get() && !waitsForATurn(second)) {
                Thread.onSpinWait();
            }
            assertFalse(fifth.get());
        } finally {
            go.countDown();
            first.join();
            second.join();
        }
        assertTrue(fifth.get());
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean waitsForATurn(Thread thread) {
        return thread.getState() == Thread.State.WAITING
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(Semaphore.class.getName()));
    }

    @Test
    void theFirstFailureIsTheAnswerAndTheRestIsNotBegun() {
        AtomicInteger begun = new AtomicInteger();
        SurfaceException failure = assertThrows(
                SurfaceException.class,
                () -> spread.over(numbers(10_000), n -> {
                    begun.incrementAndGet();
                    if (n == 7) {
                        throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the test's outage");
                    }
                    return n;
                }));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, failure.code());
        assertTrue(begun.get() < 10_000, "all were begun");
        assertEquals(numbers(9), spread.over(numbers(9), n -> n), "its turns came back");
    }
}
