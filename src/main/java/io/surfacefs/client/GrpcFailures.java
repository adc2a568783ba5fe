package io.surfacefs.client;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.wire.CallFailures;
import io.surfacefs.wire.Told;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a call ended with, as the service's own code where it gave one. */
final class GrpcFailures implements CallFailures {
    private final URI endpoint;

    GrpcFailures(URI endpoint) {
        this.endpoint = endpoint;
    }

    SurfaceException of(StatusRuntimeException failure) {
        return ended(failure.getStatus(), failure.getTrailers());
    }

    @Override
    public SurfaceException silent(Duration waited) {
        return new SurfaceException(
                ErrorCode.STORE_TIMEOUT, "the service did nothing for " + waited.toSeconds() + " seconds");
    }

    @Override
    public SurfaceException ended(Status status, @Nullable Metadata trailers) {
        Told told = Told.of(status, trailers);
        if (told != null) {
            Duration after = Told.retryAfter(status, trailers);
            return new SurfaceException(
                    told.code(),
                    told.message(),
                    told.hint(),
                    null,
                    after == null ? SurfaceException.DEFAULT_RETRY_AFTER : after);
        }
        String why = why(status);
        return switch (status.getCode()) {
            case UNAVAILABLE ->
                new SurfaceException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "can't reach " + endpoint + ": " + why,
                        "is the service running, and is this its gRPC address?",
                        null,
                        Duration.ZERO);
            case DEADLINE_EXCEEDED -> new SurfaceException(ErrorCode.STORE_TIMEOUT, "no answer from " + endpoint);
            case UNAUTHENTICATED -> new SurfaceException(ErrorCode.UNAUTHENTICATED, why);
            case PERMISSION_DENIED -> new SurfaceException(ErrorCode.PERMISSION_DENIED, why);
            case NOT_FOUND -> new SurfaceException(ErrorCode.NOT_FOUND, why);
            case INVALID_ARGUMENT, UNIMPLEMENTED ->
                new SurfaceException(ErrorCode.INVALID_ARGUMENT, why, "is this the address of a Surface.FS?");
            default -> new SurfaceException(ErrorCode.INTERNAL, "the service failed: " + status.getCode() + " " + why);
        };
    }

    private static String why(Status status) {
        if (status.getCause() != null) {
            return Reasons.of(status.getCause());
        }
        return status.getDescription() == null ? status.getCode().name() : Told.shown(status.getDescription());
    }
}
