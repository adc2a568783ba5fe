package io.surfacefs.codec;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A piece of work on the {@link CodecPool}. Runs at most once; either a thread of the pool or {@link #cancel} claims
 * it.
 */
final class PoolTask<T> {
    /** What is to be done, on a thread that owns the contexts meanwhile. Throws unchecked exceptions only. */
    @FunctionalInterface
    interface Work<T> {
        T run(CodecContexts contexts);
    }

    private final Work<T> work;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final CompletableFuture<T> result = new CompletableFuture<>();

    PoolTask(Work<T> work) {
        this.work = work;
    }

    static <T> T runNow(Work<T> work, CodecContexts contexts) {
        return work.run(contexts);
    }

    void run(CodecContexts contexts) {
        if (!claimed.compareAndSet(false, true)) {
            return;
        }
        try {
            result.complete(work.run(contexts));
        } catch (Throwable e) { // also an Error of native code must reach the one who waits
            result.completeExceptionally(e);
        }
    }

    /** {@return whether it has run, well or not} */
    boolean isDone() {
        return result.isDone();
    }

    /** The result, for what is to follow on the thread that ran this. Never completes when cancelled before it ran. */
    CompletableFuture<T> result() {
        return result;
    }

    /**
     * Waits for the result.
     *
     * @throws SurfaceException what the work threw; {@code OVERLOADED} when its turn did not come in time
     */
    T await(Duration longest) {
        return await(result, longest);
    }

    static <T> T await(CompletableFuture<T> result, Duration longest) {
        try {
            return result.get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (TimeoutException e) {
            throw new SurfaceException(ErrorCode.OVERLOADED, "too much is being compressed and decoded at once", null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Makes sure that the work does not run from now on: takes it back where no thread has it yet, else waits for its
     * end, which is at most one block away. After this its arrays and contexts are the caller's.
     */
    void cancel() {
        if (!claimed.compareAndSet(false, true)) {
            boolean interrupted = false;
            while (!result.isDone()) {
                try {
                    result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    break;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The caller was told to stop: keeps the interrupt and refuses. */
    static SurfaceException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new SurfaceException(ErrorCode.OVERLOADED, "interrupted while waiting for the codec", null, cause);
    }
}
