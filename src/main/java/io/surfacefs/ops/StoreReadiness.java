package io.surfacefs.ops;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Ready while the store can be used, or the service can do without it. However many ask, one look runs at a time, on a
 * thread of its own: a medium that hangs holds that one thread, and whoever asks is told so within {@link #LIMIT}.
 * Thread-safe.
 */
@Readiness
@Singleton
public class StoreReadiness implements HealthCheck {
    /** How long an answer may take, hence how long a look may, before the store counts as out. */
    static final Duration LIMIT = Duration.ofSeconds(3);

    private static final Logger LOG = Logger.getLogger(StoreReadiness.class);

    private final AtomicBoolean out = new AtomicBoolean();
    private final StoreProbe probe;
    private final Duration limit;
    private final ExecutorService looks;
    private @Nullable CompletableFuture<Void> running;

    @Inject
    StoreReadiness(StoreProbe probe) {
        this(probe, LIMIT);
    }

    StoreReadiness(StoreProbe probe, Duration limit) {
        this.probe = probe;
        this.limit = limit;
        this.looks = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("surface-ready").factory());
    }

    @Override
    public HealthCheckResponse call() {
        String fault = fault();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("store");
        if (!fault.isEmpty()) {
            answer.withData("code", fault);
        }
        return answer.status(fault.isEmpty() || probe.mayBeOut()).build();
    }

    /** Why the store can't be used, as a code of the contract; empty when it can. */
    private String fault() {
        String fault = "";
        try {
            look().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            ErrorCode code = e.getCause() instanceof SurfaceException known ? known.code() : ErrorCode.INTERNAL;
            fault = code.name();
        } catch (TimeoutException e) {
            fault = ErrorCode.STORE_TIMEOUT.name();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ErrorCode.STORE_TIMEOUT.name(); // of whoever asked, not of the store
        }
        if (out.getAndSet(!fault.isEmpty()) != !fault.isEmpty()) {
            LogLine.event(fault.isEmpty() ? "store-back" : "store-out")
                    .with(LogKey.CODE, fault.isEmpty() ? "OK" : fault)
                    .warn(LOG);
        }
        return fault;
    }

    /** The look that runs, or a new one. */
    private synchronized CompletableFuture<Void> look() {
        CompletableFuture<Void> look = running;
        if (look == null || look.isDone()) {
            look = CompletableFuture.runAsync(probe::look, looks);
            running = look;
        }
        return look;
    }

    @PreDestroy
    void close() {
        looks.shutdownNow();
    }
}
