package io.surfacefs.kit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks that take a place or several, so many at a time; who submits waits for them. The first task that fails
 * ends it all: what it threw is thrown by the next call. For one thread; to be closed, which waits for those that run.
 */
final class Workers implements AutoCloseable {
    private final int places;
    private final Semaphore free;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicReference<@Nullable Exception> failed = new AtomicReference<>();

    /** What is to be done. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException;
    }

    Workers(int places) {
        this.places = places;
        this.free = new Semaphore(places);
    }

    /** Waits for what another thread gets; what that one threw is thrown on. */
    static <T> T got(Future<T> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    void submit(Task task) throws IOException {
        submit(1, task);
    }

    /** @param taken places that the task takes, at most all */
    void submit(int taken, Task task) throws IOException {
        acquire(taken);
        threads.execute(() -> {
            try {
                if (failed.get() == null) {
                    task.run();
                }
            } catch (IOException | RuntimeException e) {
                failed.compareAndSet(null, e);
            } catch (Error e) { // out of memory, say: what is not done must not count as done
                failed.compareAndSet(null, new IllegalStateException(e));
                throw e;
            } finally {
                free.release(taken);
            }
        });
    }

    /** Waits for all that were submitted. */
    void await() throws IOException {
        acquire(places);
        free.release(places);
    }

    private void acquire(int n) throws IOException {
        try {
            free.acquire(n);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        Exception failure = failed.get();
        if (failure != null) {
            free.release(n);
            if (failure instanceof IOException io) {
                throw io;
            }
            throw (RuntimeException) failure;
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
