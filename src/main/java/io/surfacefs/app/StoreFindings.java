package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.StoreFault;

/** Why a store could not be opened, in the codes of the start-up checks. */
final class StoreFindings {
    private StoreFindings() {}

    /** Whether a server may start all the same, since it can do without, or was told to. */
    static boolean bearable(SurfaceConfig config, SurfaceException e) {
        boolean away = e instanceof StoreFault fault && fault.isOutage();
        return config.get(Settings.ON_FAILURE) == Settings.OnFailure.WARN
                || (away && (config.cacheType() == Settings.CacheType.DISK || config.writesBehind()));
    }

    /** The finding; a warning where it is {@link #bearable}. */
    static Finding of(SurfaceConfig config, SurfaceException e) {
        Finding error = error(config, e);
        return bearable(config, e) ? Finding.warning(error.code(), error.message(), error.hint()) : error;
    }

    private static Finding error(SurfaceConfig config, SurfaceException e) {
        String given = e.hint() == null ? "" : e.hint();
        if (!(e instanceof StoreFault fault)) {
            return Finding.error(
                    e.code().name(),
                    String.valueOf(e.getMessage()),
                    given.isEmpty() ? "mend what the message says of the store" : given);
        }
        String hint = given.isEmpty() ? mend(config, fault) : given;
        String where = config.find(Settings.STORE_ENDPOINT)
                .map(endpoint -> endpoint.getScheme() + "://" + endpoint.getAuthority())
                .orElse("AWS in " + config.get(Settings.STORE_REGION));
        if (config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM
                && fault.reason() == StoreFault.Reason.FORBIDDEN) {
            return Finding.error("SURFACE_TENANT_MISMATCH", fault.getMessage() + " (" + where + ")", hint);
        }
        return switch (fault.reason()) {
            case NO_BUCKET, FORBIDDEN ->
                Finding.error(
                        "SURFACE_FS_BUCKET_MISMATCH",
                        fault.getMessage() + " (" + config.get(Settings.BUCKET_NAME) + ", "
                                + config.get(Settings.MANIFEST_BUCKET_NAME) + " at " + where + ")",
                        hint);
            case NO_CREDENTIALS, CREDENTIALS ->
                Finding.error("SURFACE_SECRET_MISSING", fault.getMessage() + " (" + where + ")", hint);
            default -> Finding.error("SURFACE_FS_ENDPOINT_REACHABILITY", fault.getMessage() + " (" + where + ")", hint);
        };
    }

    private static String mend(SurfaceConfig config, StoreFault fault) {
        boolean upstream = config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM;
        return switch (fault.reason()) {
            case NO_BUCKET ->
                "create the buckets, or name others by surface.store.bucket and surface.store.manifest-bucket";
            case FORBIDDEN ->
                upstream
                        ? "set surface.tenant to the tenant of this instance's token, or mount a token of that tenant with"
                                + " the scopes it needs (surface.upstream.token-file)"
                        : "let these credentials list, read and write the buckets, or name others by surface.store.bucket"
                                + " and surface.store.manifest-bucket";
            case NO_CREDENTIALS, CREDENTIALS ->
                upstream
                        ? "mount a token that the upstream knows (surface.upstream.token-file)"
                        : "mount the bucket's keys in surface.secrets.dir";
            default -> "check surface.store.endpoint, and that the store is up";
        };
    }
}
