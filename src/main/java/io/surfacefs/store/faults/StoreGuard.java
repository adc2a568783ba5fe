package io.surfacefs.store.faults;

import io.smallrye.faulttolerance.core.FaultToleranceContext;
import io.smallrye.faulttolerance.core.FaultToleranceStrategy;
import io.smallrye.faulttolerance.core.Invocation;
import io.smallrye.faulttolerance.core.bulkhead.Bulkhead;
import io.smallrye.faulttolerance.core.retry.AsyncDelay;
import io.smallrye.faulttolerance.core.retry.Retry;
import io.smallrye.faulttolerance.core.stopwatch.Stopwatch;
import io.smallrye.faulttolerance.core.stopwatch.SystemStopwatch;
import io.smallrye.faulttolerance.core.timeout.Timeout;
import io.smallrye.faulttolerance.core.timer.Timer;
import io.smallrye.faulttolerance.core.util.PredicateBasedExceptionDecision;
import io.smallrye.faulttolerance.core.util.ResultDecision;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.Trace;
import io.surfacefs.store.StoreFault;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The way of every call to a store that is far away: a limit to its whole wait, a bound to how many go at a time,
 * attempts with growing pauses, the circuit. What each of them does is decided by the {@link StoreFault} that was
 * classified below; nothing below tries again. Runs the work on the caller's thread, which is interrupted when its time
 * is up. Thread-safe.
 */
final class StoreGuard {
    /** How often a call may be tried. */
    enum Mode {
        /** As often as the settings say. */
        RETRIED,
        /** Again, after a first attempt elsewhere has failed. */
        AGAIN,
        /** Once: its answer tells what it did, and a second attempt would tell something else. */
        ONCE
    }

    private final FaultSettings settings;
    private final Events events;
    private final Timer timer;
    private final Circuit circuit;
    private final FaultToleranceStrategy<Object> walls;
    private final Looks looks;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long answered = System.nanoTime();

    /**
     * How a store is looked at.
     *
     * @param first done before the first call
     * @param again finds out whether a store that failed at one request is out; throws {@link StoreFault} when it is
     */
    record Looks(FirstContact first, Runnable again) {}

    StoreGuard(FaultSettings settings, Looks looks, Events events, Timer timer) {
        this(settings, looks, events, timer, SystemStopwatch.INSTANCE);
    }

    StoreGuard(FaultSettings settings, Looks looks, Events events, Timer timer, Stopwatch stopwatch) {
        this.settings = settings;
        this.looks = looks;
        this.events = events;
        this.timer = timer;
        this.circuit = new Circuit(settings.breakerDelay(), stopwatch, timer);
        FaultToleranceStrategy<Object> all = retry(settings.attempts() - 1);
        FaultToleranceStrategy<Object> rest = retry(Math.max(0, settings.attempts() - 2));
        FaultToleranceStrategy<Object> attempts = context -> switch (context.get(Mode.class, Mode.RETRIED)) {
            case RETRIED -> all.apply(context);
            case AGAIN -> rest.apply(context);
            case ONCE -> circuit.breaker().apply(context);
        };
        this.walls = new Bulkhead<>(attempts, "store", settings.concurrent(), settings.concurrent(), true);
    }

    private Retry<Object> retry(int more) {
        return new Retry<>(
                circuit.breaker(),
                "store",
                ResultDecision.ALWAYS_EXPECTED,
                new PredicateBasedExceptionDecision(failure -> !mayBeRetried(failure)),
                more,
                Long.MAX_VALUE,
                Backoff::pauses,
                AsyncDelay.NONE,
                SystemStopwatch.INSTANCE,
                null);
    }

    private boolean mayBeRetried(Throwable failure) {
        return failure instanceof StoreFault fault && fault.mayBeRetried() && circuit.isClosed();
    }

    FaultSettings settings() {
        return settings;
    }

    Circuit circuit() {
        return circuit;
    }

    /**
     * Does work on the store.
     *
     * @param op its name, for the metrics
     * @param limit the longest wait
     * @param work an open result that nobody waits for any more is closed
     * @throws SurfaceException the store's own; or {@code STORE_TIMEOUT}, {@code STORE_UNAVAILABLE} while the circuit
     *     is open, {@code OVERLOADED}
     */
    <T extends @Nullable Object> T call(String op, Duration limit, Mode mode, Supplier<T> work) {
        Call call = new Call(op, System.nanoTime(), limit);
        AtomicReference<@Nullable Object> open = new AtomicReference<>();
        FaultToleranceContext<Object> context = circuit.context(() -> {
            T result = attempt(call, work);
            open.set(result);
            return result;
        });
        context.set(Mode.class, mode);
        try {
            @SuppressWarnings("unchecked") // what the work gave
            T result = (T) new Timeout<>(walls, op, Math.max(1, limit.toMillis()), timer)
                    .apply(context)
                    .awaitBlocking();
            return result;
        } catch (Throwable e) {
            closeQuietly(open.get());
            throw told(e, call);
        }
    }

    /** One call, and what its last attempt came to. */
    private static final class Call {
        private final String op;
        private final long begun;
        private final long deadline;
        private volatile @Nullable StoreFault last;

        Call(String op, long begun, Duration limit) {
            this.op = op;
            this.begun = begun;
            this.deadline = begun + limit.toNanos();
        }
    }

    private <T extends @Nullable Object> T attempt(Call call, Supplier<T> work) {
        call.last = null;
        try (Trace.Span span = Trace.begin(Trace.STORE)) {
            span.op(call.op);
            looks.first().ensure();
            T result = work.get();
            answered = System.nanoTime();
            events.storeRequest(call.op, "ok");
            return result;
        } catch (RuntimeException e) {
            RuntimeException failure = Thread.currentThread().isInterrupted() ? interrupted(call.deadline, e) : e;
            if (failure instanceof SurfaceException known) {
                events.storeRequest(call.op, known.code().name().toLowerCase(Locale.ROOT));
            }
            call.last = failure instanceof StoreFault fault ? fault : null;
            if (failure instanceof StoreFault fault && fault.weight() != StoreFault.Weight.NONE) {
                circuit.seen(fault);
            } else if (!Thread.currentThread().isInterrupted()) {
                answered = System.nanoTime();
            }
            throw failure;
        }
    }

    /** Our own time was up, which says something of the store; or whoever asked has gone, which says nothing of it. */
    private static RuntimeException interrupted(long deadline, RuntimeException cause) {
        return System.nanoTime() - deadline >= 0
                ? new StoreFault(StoreFault.Reason.TIMEOUT, null, cause)
                : new StoreFault(StoreFault.Reason.GIVEN_UP, null, cause);
    }

    private RuntimeException told(Throwable failure, Call call) {
        return switch (failure) {
            case CircuitBreakerOpenException refused -> circuit.refusal();
            case BulkheadException full ->
                new SurfaceException(
                        ErrorCode.OVERLOADED,
                        "too many calls wait for the store",
                        "try again, or raise surface.store.max-concurrent");
            case TimeoutException late -> late(call, new StoreFault(StoreFault.Reason.TIMEOUT, null, late));
            case StoreFault fault when fault.weight() != StoreFault.Weight.NONE -> exhausted(fault, call);
            case RuntimeException other -> other;
            case Error broken -> throw broken;
            default -> given(failure);
        };
    }

    private static SurfaceException given(Throwable cause) {
        if (cause instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the call was given up", null, cause);
    }

    /** The time was up; in a pause behind an answer, that says nothing more of the store than the answer did. */
    private StoreFault late(Call call, StoreFault timeout) {
        StoreFault last = call.last;
        return last == null || last.weight() == StoreFault.Weight.OUT ? exhausted(timeout, call) : timeout;
    }

    /**
     * All attempts of a call failed. If the store answered nobody else meanwhile, it is let alone; where it answered
     * this one with a failure, only if it does so to a look, too.
     */
    private StoreFault exhausted(StoreFault fault, Call call) {
        if (answered - call.begun < 0 && (fault.weight() == StoreFault.Weight.OUT || isOutFor(call))) {
            circuit.trip(fault);
        }
        return circuit.isClosed() ? fault : fault.comeAgain(circuit.comeAgain(fault.retryAfter()));
    }

    /** Looks, within what is left of a call's time; of many who want to know one does. */
    private boolean isOutFor(Call call) {
        long left = TimeUnit.NANOSECONDS.toMillis(call.deadline - System.nanoTime());
        if (left < 1 || !circuit.isClosed() || !looking.compareAndSet(false, true)) {
            return false;
        }
        try {
            new Timeout<>(Invocation.invocation(), "look", left, timer)
                    .apply(circuit.context(() -> {
                        looks.again().run();
                        return true;
                    }))
                    .awaitBlocking();
            circuit.cleared();
            return false;
        } catch (StoreFault fault) {
            return fault.weight() != StoreFault.Weight.NONE
                    && !Thread.currentThread().isInterrupted();
        } catch (Throwable unclear) {
            return false;
        } finally {
            looking.set(false);
        }
    }

    private static void closeQuietly(@Nullable Object result) {
        if (result instanceof AutoCloseable open) {
            try {
                open.close();
            } catch (Exception e) {
                return; // nobody waits for it any more
            }
        }
    }
}
