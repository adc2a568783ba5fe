package io.surfacefs.access;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Finds out whether a bearer token is good: its signature, issuer, audience and times. Thread-safe, never blocks. */
public interface TokenVerifier {
    /**
     * What a good token says.
     *
     * @param claims its members: strings, numbers, booleans, lists and maps of such
     * @param roles the roles that it gives beside its scopes
     * @param expiresAt when it ceases to be good
     */
    record Verified(Map<String, Object> claims, Set<String> roles, Instant expiresAt) {}

    /**
     * Verifies a token.
     *
     * @return fails with a {@link io.surfacefs.model.SurfaceException}: {@code UNAUTHENTICATED} for a token that is not
     *     good, {@code STORE_UNAVAILABLE} when that can't be told now
     */
    CompletionStage<Verified> verify(String token);
}
