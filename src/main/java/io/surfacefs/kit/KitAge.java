package io.surfacefs.kit;

import io.surfacefs.client.KitVersions;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.OptionalLong;

/** Whether a kit is older than the last one that came in. */
final class KitAge {
    private KitAge() {}

    /**
     * Looks at the version of the last kit, of each tenant.
     *
     * @param force take an older one all the same, and tell it
     * @throws KitException {@code NOT_MONOTONIC} when it is older
     */
    static void check(Kit kit, Inventory inventory, KitVersions versions, boolean force, Tally tally)
            throws KitException {
        if (!kit.indexed()) {
            tally.warn("the kit has no index, so nobody knows whether it is complete, or older than the last one");
            return;
        }
        for (Tenant tenant : inventory.tenants()) {
            OptionalLong last = last(versions, tenant);
            if (last.isPresent() && inventory.version() < last.getAsLong()) {
                String older = "the kit's version " + inventory.version() + " is older than " + last.getAsLong()
                        + ", which came in last for tenant " + tenant;
                if (!force) {
                    throw new KitException(KitFault.NOT_MONOTONIC, older, "--force imports it all the same", null);
                }
                tally.warn(older);
            }
        }
    }

    /** None of a tenant that the site is not for: its entries are refused one by one. */
    private static OptionalLong last(KitVersions versions, Tenant tenant) {
        try {
            return versions.kitVersion(tenant);
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.TENANT_MISMATCH) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }
}
