package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OidcTokensTest {
    private final AtomicLong nanos = new AtomicLong(7);
    private final List<String> asked = new ArrayList<>();
    private Throwable failure = new AuthenticationFailedException();

    /** What Quarkus says of a token doesn't matter here, only that it is asked. */
    private final TenantIdentityProvider provider = token -> {
        asked.add(token.getToken().equals("token") ? "token" : "keys");
        return Uni.createFrom().failure(failure);
    };

    private final OidcTokens tokens = new OidcTokens(provider, nanos::get);

    private ErrorCode verify() {
        CompletionException thrown = assertThrows(
                CompletionException.class,
                () -> tokens.verify("token").toCompletableFuture().join());
        return assertInstanceOf(SurfaceException.class, thrown.getCause()).code();
    }

    @Test
    void theIssuersKeysAreFetchedAnewBeforeATokenIsVerifiedOnceTheyAreHalfAMinuteOld() {
        verify();
        nanos.addAndGet(Duration.ofSeconds(30).toNanos() - 1);
        verify();
        assertEquals(List.of("token", "token"), asked);
        nanos.addAndGet(1);
        verify();
        assertEquals(List.of("token", "token", "keys", "token"), asked);
    }

    @Test
    void keysThatWereJustFetchedAreNotFetchedAgain() {
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        verify();
        verify();
        assertEquals(List.of("keys", "token", "token"), asked);
    }

    @Test
    void anIssuerThatCannotBeAskedIsAnOutageAndNotTheTokensFault() {
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertEquals(ErrorCode.UNAUTHENTICATED, verify());
        failure = new AuthenticationFailedException(new ConnectException("refused"));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, verify());
        assertEquals(List.of("keys", "token", "token"), asked);
    }
}
