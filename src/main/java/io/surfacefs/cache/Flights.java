package io.surfacefs.cache;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store once for all who want the same small object at a time. The question runs on a thread of its own, so
 * whoever goes away spoils nothing. Thread-safe.
 *
 * @param <T> the answer
 */
final class Flights<T extends @Nullable Object> {
    /** For so long after it was asked an answer is given to others. */
    private static final Duration JOINED_FOR = Duration.ofSeconds(1);

    private final Executor executor;
    private final Executor keeping;
    private final Duration longest;
    private final LongSupplier nanos;
    private final ConcurrentMap<CacheName, Flight<T>> flying = new ConcurrentHashMap<>();
    /** Answers that are being kept, also those that nobody can join any more. */
    private final AtomicInteger landing = new AtomicInteger();

    /** A question and when it was asked. */
    private static final class Flight<T extends @Nullable Object> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final long asked;

        Flight(long asked) {
            this.asked = asked;
        }

        CompletableFuture<T> answer() {
            return answer;
        }

        long asked() {
            return asked;
        }
    }

    /**
     * @param executor for questions
     * @param keeping for what is done with answers; what it refuses is done by the questions' executor
     * @param longest longest wait for an answer
     * @param nanos a clock that only goes forward
     */
    Flights(Executor executor, Executor keeping, Duration longest, LongSupplier nanos) {
        this.executor = executor;
        this.keeping = keeping;
        this.longest = longest;
        this.nanos = nanos;
    }

    /**
     * Gives the answer of the question that is being asked, or asks it.
     *
     * @param keep what is done with the answer once those who wait have it; others join until it is done, but an answer
     *     that the disk takes too long to keep is not given to who comes late
     */
    T ask(CacheName name, Supplier<T> question, Consumer<T> keep) {
        Flight<T> mine = new Flight<>(nanos.getAsLong());
        Flight<T> flight = flying.compute(name, (n, other) -> other == null || isOld(other) ? mine : other);
        if (flight.equals(mine)) {
            return start(name, mine, question, keep);
        }
        try {
            return await(flight.answer());
        } catch (SurfaceException e) {
            if (!e.code().isAboutCaller()) {
                throw e;
            }
            // Whoever asked first may not know, which says nothing of who joined him.
            return start(name, new Flight<>(nanos.getAsLong()), question, keep);
        }
    }

    private T start(CacheName name, Flight<T> mine, Supplier<T> question, Consumer<T> keep) {
        try {
            executor.execute(() -> run(name, mine, question, keep));
        } catch (RejectedExecutionException e) {
            flying.remove(name, mine);
            mine.answer()
                    .completeExceptionally(
                            new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service is stopping", null, e));
        }
        return await(mine.answer());
    }

    private boolean isOld(Flight<T> flight) {
        return flight.answer().isDone() && nanos.getAsLong() - flight.asked() > JOINED_FOR.toNanos();
    }

    private void run(CacheName name, Flight<T> mine, Supplier<T> question, Consumer<T> keep) {
        T answer;
        try {
            answer = question.get();
        } catch (Throwable e) { // an Error too: whoever waits must not wait for ever
            flying.remove(name, mine);
            mine.answer().completeExceptionally(e);
            return;
        }
        landing.incrementAndGet();
        mine.answer().complete(answer);
        Runnable keeps = () -> {
            try {
                keep.accept(answer);
            } finally {
                flying.remove(name, mine);
                landing.decrementAndGet();
            }
        };
        try {
            keeping.execute(keeps);
        } catch (RejectedExecutionException e) {
            keeps.run();
        }
    }

    /** Nobody joins what is being asked about that name any more. */
    void forget(CacheName name) {
        flying.remove(name);
    }

    /** Whether nothing is being asked, nor an answer being kept. */
    boolean idle() {
        return flying.isEmpty() && landing.get() == 0;
    }

    private T await(CompletableFuture<T> future) {
        try {
            return future.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the store took too long", "try again later", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "interrupted while waiting", null, e);
        }
    }
}
