package io.surfacefs.access;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tells who asks, from what a request says of itself. Thread-safe; never blocks, so it may be asked on an event loop.
 */
public interface Callers {
    /** Where nobody is authenticated: every caller who reaches the service is local. */
    Callers LOCAL = new Callers() {
        @Override
        public Caller known(@Nullable String authorization) {
            return Caller.LOCAL;
        }

        @Override
        public CompletionStage<Caller> identify(@Nullable String authorization) {
            return CompletableFuture.completedStage(Caller.LOCAL);
        }
    };

    /**
     * The caller, where that is known without asking anybody.
     *
     * @param authorization the request's only {@code Authorization} field, or null
     * @return null when {@link #identify} must find it out
     */
    @Nullable Caller known(@Nullable String authorization);

    /**
     * Finds the caller out.
     *
     * @param authorization the request's only {@code Authorization} field, or null
     * @return fails with a {@link io.surfacefs.model.SurfaceException}: {@code UNAUTHENTICATED}, or
     *     {@code STORE_UNAVAILABLE} while nobody can say whether a token is good
     */
    CompletionStage<Caller> identify(@Nullable String authorization);

    /** What an identification failed with, out of the wrapping that stages give it. */
    static Throwable refusal(@Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause == null ? new IllegalStateException("nobody said who is asking") : cause;
    }
}
