package io.surfacefs.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
