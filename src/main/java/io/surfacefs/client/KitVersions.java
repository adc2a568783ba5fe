package io.surfacefs.client;

import io.surfacefs.model.Tenant;
import java.util.OptionalLong;

/** Which kits came in, so that an older one is not taken for news. */
public interface KitVersions {
    /** The greatest version of a kit that came in for a tenant. */
    OptionalLong kitVersion(Tenant tenant);

    /**
     * Says that a kit came in; the greatest version stays.
     *
     * @param version 1 to 2^53 - 1
     * @return the one that counts now
     */
    long kitImported(Tenant tenant, long version);
}
