package io.surfacefs.client;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Which kits came in, so that an older one is not taken for news. */
public interface KitVersions {
    /** The greatest version of a kit that came in for a tenant. */
    OptionalLong kitVersion(Tenant tenant);

    /** What a service says that is asked for the version; none where it says {@code NOT_FOUND}. */
    static OptionalLong orNone(LongSupplier asked) {
        try {
            return OptionalLong.of(asked.getAsLong());
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /**
     * Says that a kit came in; the greatest version stays.
     *
     * @param version 1 to 2^53 - 1
     * @return the one that counts now
     */
    long kitImported(Tenant tenant, long version);
}
