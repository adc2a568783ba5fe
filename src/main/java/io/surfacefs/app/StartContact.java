package io.surfacefs.app;

import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.StoreFault;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The first look at a store that is far away, at the start of a server. */
final class StartContact {
    /** So long, behind the time to connect, a server that can do without waits for a store that says nothing. */
    private static final Duration SILENCE = Duration.ofMillis(500);

    private StartContact() {}

    /**
     * Looks. Where the server can do without the store, one that is away is told of on standard error, and the first
     * call that reaches it looks again.
     *
     * @throws SurfaceException when the server must not start
     */
    static void make(Engine engine, SurfaceConfig config) {
        boolean canDoWithout = engine.cache() != null
                || engine.spool() != null
                || config.get(Settings.ON_FAILURE) == Settings.OnFailure.WARN;
        SurfaceException failure = canDoWithout ? shortly(engine, config) : failure(engine);
        if (failure == null) {
            return;
        }
        if (!StoreFindings.bearable(config, failure)) {
            throw failure;
        }
        System.err.println(StoreFindings.of(config, failure).line());
    }

    private static @Nullable SurfaceException failure(Engine engine) {
        try {
            engine.contact();
            return null;
        } catch (SurfaceException e) {
            return e;
        }
    }

    private static @Nullable SurfaceException shortly(Engine engine, SurfaceConfig config) {
        CompletableFuture<@Nullable SurfaceException> look = new CompletableFuture<>();
        Thread.ofVirtual().name("surface-contact").start(() -> {
            try {
                look.complete(failure(engine));
            } catch (RuntimeException e) {
                look.completeExceptionally(e);
            }
        });
        try {
            boolean heard = look.isDone()
                    || engine.heard(config.get(Settings.CONNECT_TIMEOUT).plus(SILENCE));
            Duration patience = heard ? config.get(Settings.STORE_TIMEOUT) : Duration.ZERO;
            return look.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new StoreFault(StoreFault.Reason.TIMEOUT, null, null);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the start was given up", null, e);
        }
    }
}
