package io.surfacefs.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tells who asks by bearer tokens (RFC 6750). A verified token is remembered until it expires, and no longer than
 * {@link #RECHECK}: what the issuer's keys became meanwhile counts from then on. Thread-safe.
 */
public final class TokenCallers implements Callers {
    /** How long a verified token is believed without looking at the issuer's keys again. */
    public static final Duration RECHECK = Duration.ofSeconds(60);

    /** Characters of all remembered tokens; a token has about a thousand. */
    private static final long REMEMBERED = 8L << 20;

    private static final String SCHEME = "Bearer ";

    private record Remembered(Caller caller, Instant until) {}

    private final TokenVerifier verifier;
    private final ClaimRules rules;
    private final Clock clock;
    private final Cache<String, Remembered> remembered = Caffeine.newBuilder()
            .maximumWeight(REMEMBERED)
            .weigher((String authorization, Remembered caller) -> authorization.length() + 200)
            .executor(Runnable::run)
            .build();

    /** @param clock tells when a remembered token expires */
    public TokenCallers(TokenVerifier verifier, ClaimRules rules, Clock clock) {
        this.verifier = verifier;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public @Nullable Caller known(@Nullable String authorization) {
        Remembered caller = authorization == null ? null : remembered.getIfPresent(authorization);
        return caller == null || !clock.instant().isBefore(caller.until()) ? null : caller.caller();
    }

    @Override
    public CompletionStage<Caller> identify(@Nullable String authorization) {
        String token = authorization == null ? null : token(authorization);
        if (authorization == null || token == null) {
            return CompletableFuture.failedStage(new SurfaceException(
                    ErrorCode.UNAUTHENTICATED,
                    "no bearer token was sent",
                    "send the field Authorization: Bearer TOKEN, once"));
        }
        Instant asked = clock.instant();
        return verifier.verify(token).thenApply(verified -> {
            Caller caller = rules.caller(verified);
            Instant recheck = asked.plus(RECHECK);
            Instant until = verified.expiresAt().isBefore(recheck) ? verified.expiresAt() : recheck;
            remembered.put(authorization, new Remembered(caller, until));
            return caller;
        });
    }

    /** The token of a field, whose scheme is written in any case; null where it is none. */
    private static @Nullable String token(String authorization) {
        if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String token = authorization.substring(SCHEME.length()).strip();
        return token.isEmpty() || token.indexOf(' ') >= 0 ? null : token;
    }
}
