package io.surfacefs.store.faults;

import io.surfacefs.ops.Events;
import io.surfacefs.store.StoreFault;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What must be looked at before the store is used for the first time: by the first call that reaches it, where it was
 * away at the start. The look is nobody's own: it runs on a thread of its own, so that a caller who goes away, or whose
 * time is up, ends his waiting and not the look. Thread-safe.
 */
final class FirstContact {
    private final Runnable look;
    private final Executor threads;
    private final Events events;
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> running = new AtomicReference<>();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean made;

    /** @param look throws where the store is away, or is not one to be used */
    FirstContact(Runnable look, Executor threads, Events events) {
        this.look = look;
        this.threads = threads;
        this.events = events;
    }

    /**
     * Looks, unless that was done with success. Who comes while a look runs gets the {@link StoreFault} that it came
     * to; any other failure is whoever's began it, and the others look again.
     */
    void ensure() {
        while (!made) {
            CompletableFuture<Boolean> mine = new CompletableFuture<>();
            CompletableFuture<Boolean> other = running.compareAndExchange(null, mine);
            if (other == null) {
                begin(mine);
            }
            RuntimeException failure = awaited(other == null ? mine : other);
            if (failure != null && (other == null || failure instanceof StoreFault)) {
                throw failure;
            }
        }
    }

    /** Where no thread is to be had (the program ends), nobody is left waiting for this look. */
    private void begin(CompletableFuture<Boolean> mine) {
        try {
            threads.execute(() -> lookNow(mine));
        } catch (RejectedExecutionException e) {
            running.set(null);
            mine.completeExceptionally(new StoreFault(StoreFault.Reason.GIVEN_UP, null, e));
        }
    }

    private void lookNow(CompletableFuture<Boolean> mine) {
        @Nullable RuntimeException failure = null;
        try {
            if (!made) {
                look.run();
                made = true;
            }
        } catch (RuntimeException e) {
            failure = e;
            tell(e);
        } finally {
            running.set(null);
            if (made) {
                mine.complete(true);
            } else {
                mine.completeExceptionally(failure == null ? new IllegalStateException("the look broke off") : failure);
            }
        }
    }

    /** That it is the wrong store is for the operator to mend, and seen by nobody who is served from a cache. */
    private void tell(RuntimeException failure) {
        boolean outage = failure instanceof StoreFault fault && fault.isOutage();
        if (!outage && told.compareAndSet(false, true)) {
            events.storeUnusable(failure);
        }
    }

    /** What a look came to; null when the store may be used. */
    private static @Nullable RuntimeException awaited(CompletableFuture<Boolean> look) {
        try {
            look.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new StoreFault(StoreFault.Reason.GIVEN_UP, null, e);
        }
    }
}
