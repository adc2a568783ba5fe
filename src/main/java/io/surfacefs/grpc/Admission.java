package io.surfacefs.grpc;

import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import java.util.List;

/** Who makes a call, kept from the thread on which it came in for the one that does its work. */
final class Admission {
    private final Access access;
    private final List<String> asserted;

    private Admission(Access access, List<String> asserted) {
        this.access = access;
        this.asserted = asserted;
    }

    /** Whoever makes the call on whose thread this runs. */
    static Admission current(Access access) {
        return new Admission(access, TenantHeaders.asserted());
    }

    /** @throws io.surfacefs.model.SurfaceException when the caller may not do that for the tenant */
    TenantAccess to(String tenant, Right right) {
        return access.admit(Caller.LOCAL, tenant, asserted, right);
    }
}
