package io.surfacefs.access;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The one place that admits callers. Thread-safe, no I/O: may run on an event loop. */
public final class Access {
    private final @Nullable Tenant only;
    private final boolean loopbackOnly;
    private final boolean passesOn;

    /** @param only the only tenant of this instance, or null for any */
    public Access(@Nullable Tenant only) {
        this(only, false, false);
    }

    /**
     * @param only the only tenant of this instance, or null for any
     * @param loopbackOnly whether a caller is believed for being a program of this machine, and nothing else
     * @param passesOn whether the store is asked in the caller's name, with the caller's token
     */
    public Access(@Nullable Tenant only, boolean loopbackOnly, boolean passesOn) {
        this.only = only;
        this.loopbackOnly = loopbackOnly;
        this.passesOn = passesOn;
    }

    /** Whether an edge is to keep the caller's token for the store while it works for the caller. */
    public boolean passesOn() {
        return passesOn;
    }

    /** Whether loopback is all that keeps strangers out, so that what a web page has a browser send must be refused. */
    public boolean loopbackOnly() {
        return loopbackOnly;
    }

    /**
     * Admits a caller to a tenant, by what the caller is alone: nothing is read that could tell more.
     *
     * @throws SurfaceException {@code TENANT_REQUIRED} for an empty tenant or a caller who has none,
     *     {@code INVALID_ARGUMENT} for a malformed tenant, {@code PERMISSION_DENIED} for one that is not the caller's
     *     or a right that the caller hasn't, {@code TENANT_MISMATCH} for one that this instance doesn't serve
     */
    public TenantAccess admit(Caller caller, String tenant, Right right) {
        return admit(caller, tenant, List.of(), right);
    }

    /**
     * As {@link #admit(Caller, String, Right)}, for an edge where the caller may also assert its tenant beside the
     * path.
     *
     * @param asserted further tenant names that must agree with the first; they never select one
     * @throws SurfaceException {@code TENANT_MISMATCH} when one of them disagrees
     */
    public TenantAccess admit(Caller caller, String tenant, List<String> asserted, Right right) {
        if (tenant.isEmpty()) {
            throw new SurfaceException(ErrorCode.TENANT_REQUIRED, "no tenant was named");
        }
        Tenant admitted = new Tenant(tenant);
        requireTenant(caller, tenant);
        for (String name : asserted) {
            if (!name.equals(tenant)) {
                throw new SurfaceException(
                        ErrorCode.TENANT_MISMATCH,
                        "the tenant in a header is not the tenant in the path",
                        "send no tenant header, or the same tenant everywhere");
            }
        }
        if (only != null && !only.equals(admitted)) {
            throw new SurfaceException(
                    ErrorCode.TENANT_MISMATCH,
                    "this instance serves one tenant, and not this one",
                    "see surface.tenant");
        }
        requireRight(caller, right);
        return new TenantAccess(caller, admitted, right);
    }

    /**
     * The names of the tenants that a caller may be admitted to, in their order; null where that is any that the store
     * has.
     *
     * @throws SurfaceException {@code TENANT_REQUIRED} for a caller who has none
     */
    public @Nullable SortedSet<String> tenants(Caller caller) {
        Set<String> own = caller.tenants();
        if (own == null) {
            return only == null ? null : new TreeSet<>(Set.of(only.value()));
        }
        if (own.isEmpty()) {
            throw noTenant();
        }
        SortedSet<String> names = new TreeSet<>(own);
        if (only != null) {
            names.retainAll(Set.of(only.value()));
        }
        return names;
    }

    private static SurfaceException noTenant() {
        return new SurfaceException(
                ErrorCode.TENANT_REQUIRED,
                "the token names no tenant",
                "see surface.security.tenant-claims and surface.security.subject-tenants");
    }

    private static void requireTenant(Caller caller, String tenant) {
        Set<String> tenants = caller.tenants();
        if (tenants == null) {
            return;
        }
        if (tenants.isEmpty()) {
            throw noTenant();
        }
        if (!tenants.contains(tenant)) {
            throw new SurfaceException(ErrorCode.PERMISSION_DENIED, "the token is not for this tenant");
        }
    }

    private static void requireRight(Caller caller, Right right) {
        if (!caller.rights().contains(right)) {
            throw new SurfaceException(
                    ErrorCode.PERMISSION_DENIED,
                    "the token doesn't have the scope " + right.scope(),
                    "a token has its scopes in the claims scope and scp, or as roles");
        }
    }

    /**
     * Admits a caller to the operator's work on the whole store, which gives no tenant's data away.
     *
     * @throws SurfaceException {@code PERMISSION_DENIED} for a caller who may not
     */
    public void admitOperator(Caller caller) {
        requireRight(caller, Right.ADMIN);
    }
}
