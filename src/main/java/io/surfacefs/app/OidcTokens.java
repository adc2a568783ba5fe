package io.surfacefs.app;

import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import io.surfacefs.access.TokenVerifier;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jspecify.annotations.Nullable;

/** Verifies bearer tokens by Quarkus OIDC, as {@code quarkus.oidc.*} says. */
@Singleton
public class OidcTokens implements TokenVerifier {
    private static final Logger LOG = Logger.getLogger(OidcTokens.class);

    /** The longest wait for an issuer whose keys must be fetched first. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** How soon it pays to come again when the issuer can't be asked. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** How long what is known of the issuer's keys counts when a token is verified. */
    private static final Duration KEYS_AGE = Duration.ofSeconds(30);

    /** The longest wait for the keys of an issuer that are known, but perhaps no longer right. */
    private static final Duration KEYS_LIMIT = Duration.ofSeconds(2);

    /**
     * A token by a key that no issuer has. Quarkus fetches the issuer's keys when such a one comes, and never else: a
     * key that was taken out would count until somebody brings a token by a newer one.
     */
    private static final String BY_NO_KEY = encoded("{\"alg\":\"RS256\",\"kid\":\"none-of-the-issuer's\"}") + "."
            + encoded("{\"sub\":\"nobody\"}") + "." + encoded("no signature");

    private final TenantIdentityProvider provider;
    private final LongSupplier nanos;
    private final AtomicLong keysSeen;

    @Inject
    OidcTokens(TenantIdentityProvider provider) {
        this(provider, System::nanoTime);
    }

    /** @param nanos a clock like {@link System#nanoTime()} */
    OidcTokens(TenantIdentityProvider provider, LongSupplier nanos) {
        this.provider = provider;
        this.nanos = nanos;
        keysSeen = new AtomicLong(nanos.getAsLong());
    }

    @Override
    public CompletionStage<Verified> verify(String token) {
        return keysSeen()
                .chain(() -> provider.authenticate(new AccessTokenCredential(token)))
                .ifNoItem()
                .after(LIMIT)
                .fail()
                .map(OidcTokens::verified)
                .onFailure()
                .transform(OidcTokens::refusal)
                .subscribeAsCompletionStage();
    }

    /** Ends when the keys are no older than they may be, or can't be had anew: then those that are known count. */
    private Uni<Void> keysSeen() {
        long last = keysSeen.get();
        long now = nanos.getAsLong();
        if (now - last < KEYS_AGE.toNanos() || !keysSeen.compareAndSet(last, now)) {
            return Uni.createFrom().voidItem();
        }
        return provider.authenticate(new AccessTokenCredential(BY_NO_KEY))
                .ifNoItem()
                .after(KEYS_LIMIT)
                .fail()
                .replaceWithVoid()
                .onFailure()
                .recoverWithNull();
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Verified verified(SecurityIdentity identity) {
        if (!(identity.getPrincipal() instanceof JsonWebToken jwt)) {
            throw new AuthenticationFailedException("not a JSON web token");
        }
        return new Verified(
                claims(jwt.getRawToken()), identity.getRoles(), Instant.ofEpochSecond(jwt.getExpirationTime()));
    }

    private static Map<String, Object> claims(String token) {
        String payload = token.split("\\.", -1)[1];
        byte[] json = Base64.getUrlDecoder().decode(payload);
        return new JsonObject(new String(json, StandardCharsets.UTF_8)).getMap();
    }

    private static SurfaceException refusal(Throwable failure) {
        InvalidJwtException invalid = cause(failure, InvalidJwtException.class);
        // Never its message: that of the library quotes the token.
        LogLine.event("token-refused")
                .with(LogKey.MESSAGE, failure.getClass().getName() + ", " + reason(invalid))
                .debug(LOG);
        if (invalid == null
                && (cause(failure, IOException.class) != null || !(failure instanceof AuthenticationFailedException))) {
            LogLine.event("issuer-out")
                    .with(LogKey.CODE, ErrorCode.STORE_UNAVAILABLE)
                    .with(
                            LogKey.MESSAGE,
                            "the issuer of tokens can't be asked: "
                                    + failure.getClass().getName())
                    .warn(LOG);
            return new SurfaceException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the issuer of tokens can't be asked now",
                    "see quarkus.oidc.auth-server-url",
                    failure,
                    RETRY);
        }
        return new SurfaceException(
                ErrorCode.UNAUTHENTICATED, "the token is not good: " + reason(invalid), "get a new token");
    }

    /** What is safe to tell whoever holds the token. */
    private static String reason(@Nullable InvalidJwtException invalid) {
        if (invalid == null) {
            return "it can't be verified";
        }
        return invalid.hasExpired()
                ? "it has expired"
                : invalid.hasErrorCode(ErrorCodes.AUDIENCE_INVALID) || invalid.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)
                        ? "it is for another audience"
                        : invalid.hasErrorCode(ErrorCodes.ISSUER_INVALID)
                                        || invalid.hasErrorCode(ErrorCodes.ISSUER_MISSING)
                                ? "it is of another issuer"
                                : "it can't be verified";
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 10; depth++) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }
}
