package io.surfacefs.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which tenants a caller is told of. */
class AccessTest {
    private static final Set<Right> READ = Set.of(Right.READ);

    @Test
    void aTokenNamesItsTenantsInTheirOrder() {
        Caller caller = new Caller("s", Set.of("globex", "acme"), READ);
        assertEquals(List.of("acme", "globex"), List.copyOf(new Access(null).tenants(caller)));
    }

    @Test
    void anInstanceForOneTenantTellsOfNoOther() {
        Access access = new Access(new Tenant("acme"));
        assertEquals(Set.of("acme"), access.tenants(new Caller("s", Set.of("globex", "acme"), READ)));
        assertEquals(Set.of(), access.tenants(new Caller("s", Set.of("globex"), READ)));
        assertEquals(Set.of("acme"), access.tenants(Caller.LOCAL));
    }

    @Test
    void whoeverIsLocalMaySeeAnyTenantAndWhoeverHasNoneGetsNone() {
        assertNull(new Access(null).tenants(Caller.LOCAL));
        SurfaceException refused =
                assertThrows(SurfaceException.class, () -> new Access(null).tenants(new Caller("s", Set.of(), READ)));
        assertEquals(ErrorCode.TENANT_REQUIRED, refused.code());
    }
}
