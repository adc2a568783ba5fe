package io.surfacefs.app;

import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.surfacefs.access.TokenVerifier;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletionStage;
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

    private final TenantIdentityProvider provider;

    OidcTokens(TenantIdentityProvider provider) {
        this.provider = provider;
    }

    @Override
    public CompletionStage<Verified> verify(String token) {
        return provider.authenticate(new AccessTokenCredential(token))
                .ifNoItem()
                .after(LIMIT)
                .fail()
                .map(OidcTokens::verified)
                .onFailure()
                .transform(OidcTokens::refusal)
                .subscribeAsCompletionStage();
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
        LOG.debugf("a token was refused: %s", failure.toString());
        InvalidJwtException invalid = cause(failure, InvalidJwtException.class);
        if (invalid == null
                && (cause(failure, IOException.class) != null || !(failure instanceof AuthenticationFailedException))) {
            LOG.warnf("code=STORE_UNAVAILABLE the issuer of tokens can't be asked: %s", failure.getMessage());
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
