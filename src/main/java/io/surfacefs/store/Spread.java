package io.surfacefs.store;

import io.surfacefs.ops.OnBehalf;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** Does waiting work on many things, some at a time, of all callers together. Thread-safe. */
public final class Spread {
    private final Semaphore turns;

    /** @param atATime how many pieces of work run at a time */
    public Spread(int atATime) {
        this.turns = new Semaphore(atATime, true);
    }

    /**
     * Works on each item, on threads of its own.
     *
     * @return the results in the order of the items
     * @throws RuntimeException the first failure; work that had not begun by then is not done
     */
    public <K, R> List<R> over(Collection<K> items, Function<? super K, ? extends R> work) {
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            Executor threads = OnBehalf.carrying(workers);
            AtomicBoolean failed = new AtomicBoolean();
            List<Future<R>> futures = new ArrayList<>(items.size());
            for (K item : items) {
                acquire();
                if (failed.get()) {
                    turns.release();
                    break;
                }
                FutureTask<R> task = new FutureTask<>(() -> turn(item, work, failed));
                futures.add(task);
                threads.execute(task);
            }
            List<R> results = new ArrayList<>(futures.size());
            for (Future<R> future : futures) {
                results.add(got(future));
            }
            return results;
        }
    }

    private void acquire() {
        try {
            turns.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private <K, R> R turn(K item, Function<? super K, ? extends R> work, AtomicBoolean failed) {
        boolean done = false;
        try {
            R result = work.apply(item);
            done = true;
            return result;
        } finally {
            if (!done) {
                failed.set(true);
            }
            turns.release();
        }
    }

    private static <R> R got(Future<R> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
