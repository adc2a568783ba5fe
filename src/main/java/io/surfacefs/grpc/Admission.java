package io.surfacefs.grpc;

import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.ops.Audit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, kept from the thread on which it came in for the one that does its work. Used by one thread at a
 * time.
 */
final class Admission {
    private final Access access;
    private final CallIdentity.Known call;
    private final List<String> asserted;
    private @Nullable String tenant;
    private boolean deletes;

    private Admission(Access access, CallIdentity.Known call, List<String> asserted) {
        this.access = access;
        this.call = call;
        this.asserted = asserted;
    }

    /**
     * Whoever makes the call on whose thread this runs.
     *
     * @throws io.surfacefs.model.SurfaceException {@code UNAUTHENTICATED} when nobody asked who that is
     */
    static Admission current(Access access) {
        return new Admission(access, CallIdentity.current(), TenantHeaders.asserted());
    }

    /** @throws io.surfacefs.model.SurfaceException when the caller may not do that for the tenant */
    TenantAccess to(String tenant, Right right) {
        this.tenant = tenant;
        deletes |= right == Right.DELETE;
        return access.admit(caller(), tenant, asserted, right);
    }

    private Caller caller() {
        return call.caller();
    }

    /** Tells the audit how the call ended: with a code, or null where it did what was asked. */
    void ended(@Nullable ErrorCode code) {
        Audit.tell(caller().subject(), tenant, call.method(), deletes, code);
    }
}
