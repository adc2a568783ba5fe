package io.surfacefs.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCallersTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger verified = new AtomicInteger();
    private Duration life = Duration.ofHours(1);

    private final TokenCallers callers = new TokenCallers(
            token -> {
                verified.incrementAndGet();
                return token.startsWith("good")
                        ? CompletableFuture.completedStage(new TokenVerifier.Verified(
                                Map.of("sub", token, "tenant", "acme", "scope", "surface.read"),
                                Set.of(),
                                clock.instant().plus(life)))
                        : CompletableFuture.failedStage(
                                new SurfaceException(ErrorCode.UNAUTHENTICATED, "the token is not good"));
            },
            rules("tenant"),
            clock);

    private static ClaimRules rules(String... paths) {
        return new ClaimRules(
                Stream.of(paths).map(ClaimPath::parse).toList(),
                Map.of("system:serviceaccount:scan:worker", Set.of(new Tenant("acme"), new Tenant("beta"))),
                Map.of("system:serviceaccount:scan:worker", Set.of("surface.read")));
    }

    private Caller identify(String authorization) {
        return callers.identify(authorization).toCompletableFuture().join();
    }

    private ErrorCode refusal(String authorization) {
        CompletionException failed =
                assertThrows(CompletionException.class, () -> identify(authorization), authorization);
        return assertInstanceOf(SurfaceException.class, failed.getCause()).code();
    }

    @Test
    void aVerifiedTokenIsRememberedAndAnotherOneIsNot() {
        assertNull(callers.known("Bearer good-1"));
        Caller caller = identify("Bearer good-1");
        assertSame(caller, callers.known("Bearer good-1"));
        assertNull(callers.known("Bearer good-2"));
        assertNull(callers.known(null));
        assertEquals(1, verified.get());
    }

    @Test
    void aRememberedTokenIsNotBelievedBeyondItsOwnEnd() {
        life = Duration.ofSeconds(20);
        identify("Bearer good");
        clock.advance(Duration.ofMillis(19_999));
        assertEquals("good", callers.known("Bearer good").subject());
        clock.advance(Duration.ofMillis(1));
        assertNull(callers.known("Bearer good"));
    }

    @Test
    void aRememberedTokenIsVerifiedAgainAfterAMinuteWhateverItsOwnEnd() {
        identify("Bearer good");
        clock.advance(TokenCallers.RECHECK.minusMillis(1));
        assertEquals("good", callers.known("Bearer good").subject());
        clock.advance(Duration.ofMillis(1));
        assertNull(callers.known("Bearer good"));
    }

    @Test
    void whatIsRefusedIsNotRemembered() {
        assertEquals(ErrorCode.UNAUTHENTICATED, refusal("Bearer bad"));
        assertNull(callers.known("Bearer bad"));
        assertEquals(ErrorCode.UNAUTHENTICATED, refusal("Bearer bad"));
        assertEquals(2, verified.get());
    }

    @Test
    void rememberedTokensAreBoundedByTheirSize() {
        String long1 = "Bearer good" + "x".repeat(100_000);
        for (int i = 0; i < 200; i++) {
            identify(long1 + i);
        }
        long kept = 0;
        for (int i = 0; i < 200; i++) {
            kept += callers.known(long1 + i) == null ? 0 : 1;
        }
        assertTrue(kept > 0 && kept <= 84, kept + " tokens of 100,000 characters are kept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic Z29vZA==", "good", "Bearer good good", "Bearer  "})
    void whatIsNoBearerTokenIsNotEvenVerified(String authorization) {
        assertEquals(ErrorCode.UNAUTHENTICATED, refusal(authorization));
        assertEquals(0, verified.get());
    }

    @Test
    void theSchemeIsWrittenInAnyCase() {
        assertEquals("good", identify("bearer good").subject());
        assertEquals("good", identify("BEARER good").subject());
    }

    @Test
    void theFirstClaimThatIsPresentCountsWhateverItsShape() {
        ClaimRules rules = rules("tenant", "stellaops:tenant", "realm/tenants");
        assertEquals(Set.of("a"), tenants(rules, Map.of("tenant", "a", "stellaops:tenant", "b")));
        assertEquals(Set.of("b"), tenants(rules, Map.of("stellaops:tenant", "b")));
        assertEquals(Set.of("c", "d"), tenants(rules, Map.of("realm", Map.of("tenants", List.of("c", "d", 7)))));
        assertEquals(Set.of(), tenants(rules, Map.of("tenant", List.of(), "stellaops:tenant", "b")));
        assertEquals(Set.of(), tenants(rules, Map.of("tenant", 7, "stellaops:tenant", "b")));
        assertEquals(Set.of(), tenants(rules, Map.of("realm", "tenants")));
    }

    @Test
    void aSubjectsTenantsCountOnlyWhereNoClaimIsPresent() {
        String worker = "system:serviceaccount:scan:worker";
        assertEquals(Set.of("acme", "beta"), tenants(rules("tenant"), Map.of("sub", worker)));
        assertEquals(Set.of("other"), tenants(rules("tenant"), Map.of("sub", worker, "tenant", "other")));
        assertEquals(Set.of(), tenants(rules("tenant"), Map.of("sub", worker + "x")));
    }

    private static Set<String> tenants(ClaimRules rules, Map<String, Object> claims) {
        return rules.caller(new TokenVerifier.Verified(claims, Set.of(), START)).tenants();
    }

    @Test
    void scopesComeFromScopeAndScpAsTextOrListAndFromRoles() {
        assertEquals(Set.of(Right.READ, Right.WRITE), rights(Map.of("scope", "openid surface.read surface.write")));
        assertEquals(Set.of(Right.DELETE), rights(Map.of("scp", List.of("surface.delete", "x"))));
        assertEquals(Set.of(Right.READ), rights(Map.of("scp", "surface.read")));
        assertEquals(Set.of(Right.ADMIN), rights(Map.of(), "surface.admin"));
        assertEquals(Set.of(), rights(Map.of("scope", "surface.reader SURFACE.READ surface.*")));
        assertEquals(Set.of(), rights(Map.of("scope", 7)));
    }

    @Test
    void aSubjectsScopesCountOnlyWhereTheTokenGivesNone() {
        String worker = "system:serviceaccount:scan:worker";
        assertEquals(Set.of(Right.READ), rights(Map.of("sub", worker)));
        assertEquals(Set.of(Right.READ), rights(Map.of("sub", worker, "scope", "openid")));
        assertEquals(Set.of(Right.WRITE), rights(Map.of("sub", worker, "scope", "surface.write")));
        assertEquals(Set.of(), rights(Map.of("sub", worker + "x")));
    }

    private static Set<Right> rights(Map<String, Object> claims, String... roles) {
        return rules("tenant")
                .caller(new TokenVerifier.Verified(claims, Set.of(roles), START))
                .rights();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            tenant                        | 1
            stellaops:tenant              | 1
            realm_access/tenants          | 2
            "https://example.org/t"       | 1
            "https://example.org/t"/names | 2
            """)
    void aPathIsNamesWithSlashesBetweenAndQuotesAroundThoseThatHaveSome(String path, int depth) {
        Object value = "found";
        List<String> names = path.startsWith("\"")
                ? Stream.of("https://example.org/t", "names").limit(depth).toList()
                : List.of(path.split("/"));
        assertEquals(depth, names.size());
        for (String name : names.reversed()) {
            value = Map.of(name, value);
        }
        @SuppressWarnings("unchecked") // it was made as one above
        Map<String, Object> claims = (Map<String, Object>) value;
        assertEquals("found", ClaimPath.parse(path).in(claims));
        assertNull(ClaimPath.parse(path).in(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "/a", "a//b", "\"a", "\"\"", "a\"b", "\"a\"b"})
    void aPathThatNamesNothingIsRefused(String path) {
        assertThrows(IllegalArgumentException.class, () -> ClaimPath.parse(path));
    }

    @Test
    void admissionGoesByTenantThenByScope() {
        Access access = new Access(null);
        Caller reader = new Caller("s", Set.of("acme"), Set.of(Right.READ));
        assertEquals("acme", access.admit(reader, "acme", Right.READ).tenant().value());
        assertCode(ErrorCode.PERMISSION_DENIED, () -> access.admit(reader, "acme", Right.WRITE));
        assertCode(ErrorCode.PERMISSION_DENIED, () -> access.admit(reader, "acme2", Right.READ));
        assertCode(ErrorCode.INVALID_ARGUMENT, () -> access.admit(reader, "ACME", Right.READ));
        assertCode(
                ErrorCode.INVALID_ARGUMENT,
                () -> access.admit(new Caller("s", Set.of("*"), Set.of()), "*", Right.READ));
        assertCode(ErrorCode.TENANT_MISMATCH, () -> access.admit(reader, "acme", List.of("other"), Right.READ));
        assertCode(
                ErrorCode.TENANT_REQUIRED,
                () -> access.admit(new Caller("s", Set.of(), Set.of(Right.READ)), "acme", Right.READ));
        assertCode(ErrorCode.PERMISSION_DENIED, () -> access.admitOperator(reader));
        access.admitOperator(new Caller("s", Set.of(), Set.of(Right.ADMIN)));
    }

    @Test
    void anInstanceOfOneTenantServesNoOtherWhoeverAsks() {
        Access access = new Access(new Tenant("acme"));
        Caller both = new Caller("s", Set.of("acme", "beta"), Set.of(Right.READ));
        assertEquals("acme", access.admit(both, "acme", Right.READ).tenant().value());
        assertCode(ErrorCode.TENANT_MISMATCH, () -> access.admit(both, "beta", Right.READ));
    }

    private static void assertCode(ErrorCode code, Runnable work) {
        assertEquals(code, assertThrows(SurfaceException.class, work::run).code());
    }
}
