package io.surfacefs.access;

import io.surfacefs.model.Tenant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From what a verified token says to whom it makes of its bearer. Immutable.
 *
 * @param tenantClaims where the tenants may stand; the first place that has a value counts, whatever it is
 * @param subjectTenants the tenants of subjects whose tokens have none of these claims
 * @param subjectScopes the scopes of subjects whose tokens give no right
 */
public record ClaimRules(
        List<ClaimPath> tenantClaims, Map<String, Set<Tenant>> subjectTenants, Map<String, Set<String>> subjectScopes) {
    private static final List<String> SCOPE_CLAIMS = List.of("scope", "scp");
    private static final String UNNAMED = "(no subject)";

    public ClaimRules {
        tenantClaims = List.copyOf(tenantClaims);
        subjectTenants = Map.copyOf(subjectTenants);
        subjectScopes = Map.copyOf(subjectScopes);
    }

    /** The caller; one whose token names no tenant or gives no right is refused when it asks for something. */
    public Caller caller(TokenVerifier.Verified token) {
        String subject = token.claims().get("sub") instanceof String name && !name.isEmpty() ? name : UNNAMED;
        return new Caller(subject, tenants(subject, token.claims()), rights(subject, token));
    }

    private Set<String> tenants(String subject, Map<String, Object> claims) {
        for (ClaimPath path : tenantClaims) {
            Object value = path.in(claims);
            if (value != null) {
                return names(value);
            }
        }
        Set<String> names = new LinkedHashSet<>();
        subjectTenants.getOrDefault(subject, Set.of()).forEach(tenant -> names.add(tenant.value()));
        return names;
    }

    /** What is no tenant's name, {@code *} among it, equals none and so opens nothing. */
    private static Set<String> names(Object value) {
        Set<String> names = new LinkedHashSet<>();
        for (Object item : value instanceof Collection<?> several ? several : List.of(value)) {
            if (item instanceof String name && !name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }

    private Set<Right> rights(String subject, TokenVerifier.Verified token) {
        Set<String> scopes = new HashSet<>(token.roles());
        for (String claim : SCOPE_CLAIMS) {
            addScopes(token.claims().get(claim), scopes);
        }
        Set<Right> rights = rights(scopes);
        return rights.isEmpty() ? rights(subjectScopes.getOrDefault(subject, Set.of())) : rights;
    }

    private static Set<Right> rights(Set<String> scopes) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        for (Right right : Right.values()) {
            if (scopes.contains(right.scope())) {
                rights.add(right);
            }
        }
        return rights;
    }

    /** A scope claim is a string with spaces between the scopes (RFC 8693), or a list of them. */
    private static void addScopes(@Nullable Object claim, Set<String> scopes) {
        if (claim instanceof String text) {
            scopes.addAll(List.of(text.split(" ", -1)));
        } else if (claim instanceof Collection<?> several) {
            several.forEach(item -> scopes.add(String.valueOf(item)));
        }
    }
}
