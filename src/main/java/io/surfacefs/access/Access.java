package io.surfacefs.access;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The one place that admits callers. Thread-safe, no I/O: may run on an event loop. */
public final class Access {
    private final @Nullable Tenant only;

    /** @param only the only tenant of this instance, or null for any */
    public Access(@Nullable Tenant only) {
        this.only = only;
    }

    /**
     * Admits a caller to a tenant. Without authentication every caller who reaches the service is local and may act for
     * any tenant that this instance serves.
     *
     * @throws SurfaceException {@code TENANT_REQUIRED} for an empty tenant, {@code INVALID_ARGUMENT} for a malformed
     *     one, {@code TENANT_MISMATCH} for one that this instance doesn't serve
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
        return new TenantAccess(caller, admitted, right);
    }

    /**
     * Admits a caller to the operator's work on the whole store, which gives no tenant's data away. Without
     * authentication every caller who reaches the service is local and may do it.
     *
     * @throws SurfaceException {@code PERMISSION_DENIED} for a caller who may not
     */
    public void admitOperator(Caller caller) {
        Objects.requireNonNull(caller);
    }
}
