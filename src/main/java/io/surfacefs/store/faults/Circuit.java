package io.surfacefs.store.faults;

import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.core.FaultToleranceContext;
import io.smallrye.faulttolerance.core.FaultToleranceStrategy;
import io.smallrye.faulttolerance.core.Future;
import io.smallrye.faulttolerance.core.Invocation;
import io.smallrye.faulttolerance.core.circuit.breaker.CircuitBreaker;
import io.smallrye.faulttolerance.core.circuit.breaker.CircuitBreakerEvents;
import io.smallrye.faulttolerance.core.stopwatch.RunningStopwatch;
import io.smallrye.faulttolerance.core.stopwatch.Stopwatch;
import io.smallrye.faulttolerance.core.timer.Timer;
import io.smallrye.faulttolerance.core.util.PredicateBasedExceptionDecision;
import io.surfacefs.store.StoreFault;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the store is let alone. Closed, every call goes there. It opens when half of the last {@link #WINDOW} calls
 * found the store out, or by {@link #trip}; then one call goes there in each delay, and the first that is answered
 * closes it. What is an answer of a store that works ("not found", "damaged", "ask for less") never opens it; what may
 * be about one request alone doesn't for a delay after somebody has {@linkplain #cleared looked}. Thread-safe.
 */
final class Circuit {
    /** So many calls are looked back at. */
    static final int WINDOW = 20;

    private static final double RATIO = 0.5;
    private static final int PROBES = 1;
    private static final Logger LOG = Logger.getLogger(Circuit.class);

    private final CircuitBreaker<Object> breaker;
    private final Duration delay;
    private final Stopwatch stopwatch;
    private volatile @Nullable StoreFault last;
    private volatile @Nullable RunningStopwatch sinceCleared;

    Circuit(Duration delay, Stopwatch stopwatch, Timer timer) {
        this.delay = delay;
        this.stopwatch = stopwatch;
        this.breaker = new CircuitBreaker<>(
                Invocation.invocation(),
                "store",
                new PredicateBasedExceptionDecision(this::isAnswer),
                delay.toMillis(),
                WINDOW,
                RATIO,
                PROBES,
                stopwatch,
                timer);
    }

    /** Whether the store answered, for all we know; a probe that was given up before it did shows nothing. */
    private boolean isAnswer(Throwable failure) {
        boolean givenUp = failure instanceof StoreFault fault && fault.reason() == StoreFault.Reason.GIVEN_UP;
        return !counts(failure) && (!givenUp || isClosed());
    }

    private boolean counts(Throwable failure) {
        return failure instanceof StoreFault fault
                && switch (fault.weight()) {
                    case OUT -> true;
                    case DOUBTFUL -> !isClearedOfLate() || !isClosed();
                    case NONE -> false;
                };
    }

    private boolean isClearedOfLate() {
        RunningStopwatch since = sinceCleared;
        return since != null && since.elapsedTimeInMillis() < delay.toMillis();
    }

    /** The breaker, to stand before a call. */
    FaultToleranceStrategy<Object> breaker() {
        return breaker;
    }

    boolean isClosed() {
        return breaker.currentState() == CircuitBreaker.STATE_CLOSED;
    }

    /** One call's way through; everything that may change the state must come this way, so that it is told. */
    FaultToleranceContext<Object> context(Callable<Object> work) {
        FaultToleranceContext<Object> context = new FaultToleranceContext<>(() -> Future.from(work), false);
        context.registerEventHandler(
                CircuitBreakerEvents.StateTransition.class, transition -> changed(transition.targetState));
        return context;
    }

    private void changed(CircuitBreakerState state) {
        StoreFault fault = last;
        String reason = fault == null ? "unknown" : fault.reason().name().toLowerCase(Locale.ROOT);
        switch (state) {
            case OPEN -> LOG.warnf("event=store.circuit state=open reason=%s delay=%s", reason, delay);
            case HALF_OPEN -> LOG.debugf("event=store.circuit state=half-open reason=%s", reason);
            case CLOSED -> LOG.warnf("event=store.circuit state=closed after=%s", reason);
        }
    }

    /** Remembers why the store is out. */
    void seen(StoreFault fault) {
        last = fault;
    }

    /** Counts a failure that came outside of a call, as in the middle of a body. */
    void failed(StoreFault fault) {
        if (counts(fault) && isClosed()) {
            seen(fault);
            // The failure is what is counted; whoever had it has it already.
            breaker.apply(context(() -> {
                throw fault;
            }));
        }
    }

    /** Opens it at once: the store answers nobody. */
    void trip(StoreFault fault) {
        sinceCleared = null;
        for (int i = 0; i < WINDOW && isClosed(); i++) {
            failed(fault);
        }
    }

    /** Takes back what was held against a store that answers a look: the failures were about single requests. */
    void cleared() {
        sinceCleared = stopwatch.start();
        for (int i = 0; i < WINDOW && isClosed(); i++) {
            breaker.apply(context(() -> true));
        }
    }

    /** What those are told who are kept from asking. */
    StoreFault refusal() {
        StoreFault why = last;
        String hint = why == null ? null : why.reason().words() + (why.hint() == null ? "" : ": " + why.hint());
        return new StoreFault(StoreFault.Reason.OUT, hint, null, comeAgain(Duration.ZERO));
    }

    /** When to come again, at least. */
    Duration comeAgain(Duration least) {
        Duration second = Duration.ofSeconds(1);
        Duration longer = delay.compareTo(least) > 0 ? delay : least;
        return longer.compareTo(second) > 0 ? longer : second;
    }
}
