package io.surfacefs.client;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.net.URI;
import java.util.Locale;

/** Opens clients of services far away, by their address. */
public final class RemoteSurface {
    private static final String HINT = "like http://127.0.0.1:8080 or grpc://127.0.0.1:9000";

    private RemoteSurface() {}

    /**
     * A client of a service.
     *
     * @param endpoint {@code http://} or {@code https://} for REST, {@code grpc://} or {@code grpcs://} for gRPC
     * @throws SurfaceException {@code INVALID_ARGUMENT} when this is no such address, or a certificate can't be used
     */
    public static SurfaceClient client(URI endpoint, Credentials credentials) {
        return switch (scheme(endpoint)) {
            case "http", "https" -> new RestClient(endpoint, credentials);
            case "grpc", "grpcs" -> new GrpcClient(endpoint, credentials);
            default -> throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "not an address of a service", HINT);
        };
    }

    /**
     * The operator's client of a service, as {@link #client}; only REST has one.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when this is no such address
     */
    public static SurfaceAdmin admin(URI endpoint, Credentials credentials) {
        requireRest(endpoint);
        return new RestAdmin(endpoint, credentials);
    }

    /**
     * The operator's hand on a service's local cache, as {@link #admin}.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when this is no such address
     */
    public static CacheAdmin cacheAdmin(URI endpoint, Credentials credentials) {
        requireRest(endpoint);
        return new RestCacheAdmin(endpoint, credentials);
    }

    private static void requireRest(URI endpoint) {
        switch (scheme(endpoint)) {
            case "http", "https" -> {}
            case "grpc", "grpcs" ->
                throw new SurfaceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "the operator's calls are not offered over gRPC",
                        "give the service's http:// address");
            default -> throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "not an address of a service", HINT);
        }
    }

    private static String scheme(URI endpoint) {
        if (endpoint.getScheme() == null
                || endpoint.getHost() == null
                || endpoint.getRawUserInfo() != null
                || endpoint.getRawQuery() != null
                || endpoint.getRawFragment() != null) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "not an address of a service", HINT);
        }
        return endpoint.getScheme().toLowerCase(Locale.ROOT);
    }
}
