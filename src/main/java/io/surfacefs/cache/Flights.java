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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store once for all who want the same small object at a time. The question runs on a thread of its own, so
 * whoever goes away spoils nothing. Thread-safe.
 *
 * @param <T> the answer
 */
final class Flights<T extends @Nullable Object> {
    private final Executor executor;
    private final Executor keeping;
    private final Duration longest;
    private final ConcurrentMap<CacheName, CompletableFuture<T>> flying = new ConcurrentHashMap<>();

    /**
     * @param executor for questions
     * @param keeping for what is done with answers
     * @param longest longest wait for an answer
     */
    Flights(Executor executor, Executor keeping, Duration longest) {
        this.executor = executor;
        this.keeping = keeping;
        this.longest = longest;
    }

    /**
     * Gives the answer of the question that is being asked, or asks it.
     *
     * @param keep what is done with the answer once those who wait have it; others join until it is done
     */
    T ask(CacheName name, Supplier<T> question, Consumer<T> keep) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> other = flying.putIfAbsent(name, mine);
        if (other != null) {
            return await(other);
        }
        try {
            executor.execute(() -> run(name, mine, question, keep));
        } catch (RejectedExecutionException e) {
            flying.remove(name, mine);
            mine.completeExceptionally(
                    new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service is stopping", null, e));
        }
        return await(mine);
    }

    private void run(CacheName name, CompletableFuture<T> mine, Supplier<T> question, Consumer<T> keep) {
        T answer;
        try {
            answer = question.get();
        } catch (RuntimeException e) {
            flying.remove(name, mine);
            mine.completeExceptionally(e);
            return;
        }
        mine.complete(answer);
        Runnable landing = () -> {
            try {
                keep.accept(answer);
            } finally {
                flying.remove(name, mine);
            }
        };
        try {
            keeping.execute(landing);
        } catch (RejectedExecutionException e) {
            landing.run();
        }
    }

    /** Nobody joins what is being asked about that name any more. */
    void forget(CacheName name) {
        flying.remove(name);
    }

    /** Whether nothing is being asked, nor an answer being kept. */
    boolean idle() {
        return flying.isEmpty();
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
