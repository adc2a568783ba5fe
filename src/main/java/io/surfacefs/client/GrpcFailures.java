package io.surfacefs.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.net.URI;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a call ended with, as the service's own code where it gave one. */
final class GrpcFailures {
    private static final String DOMAIN = "surface-fs";

    private final URI endpoint;

    GrpcFailures(URI endpoint) {
        this.endpoint = endpoint;
    }

    SurfaceException of(StatusRuntimeException failure) {
        return of(failure.getStatus(), failure.getTrailers());
    }

    SurfaceException of(Status status, @Nullable Metadata trailers) {
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
        if (details != null) {
            for (Any detail : details.getDetailsList()) {
                SurfaceException told = told(detail, details.getMessage());
                if (told != null) {
                    return told;
                }
            }
        }
        String why = why(status);
        return switch (status.getCode()) {
            case UNAVAILABLE ->
                new SurfaceException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "can't reach " + endpoint + ": " + why,
                        "is the service running, and is this its gRPC address?");
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
        return status.getDescription() == null ? status.getCode().name() : Reasons.shown(status.getDescription());
    }

    /** Read from its bytes: unpacking by class would look the class up by name. */
    private static @Nullable SurfaceException told(Any detail, String message) {
        if (!detail.getTypeUrl().endsWith("/google.rpc.ErrorInfo")) {
            return null;
        }
        try {
            ErrorInfo info = ErrorInfo.parseFrom(detail.getValue());
            if (info.getDomain().equals(DOMAIN)
                    && Arrays.stream(ErrorCode.values())
                            .anyMatch(code -> code.name().equals(info.getReason()))) {
                String hint = info.getMetadataMap().get("hint");
                return new SurfaceException(
                        ErrorCode.valueOf(info.getReason()),
                        Reasons.shown(message),
                        hint == null ? null : Reasons.shown(hint));
            }
        } catch (InvalidProtocolBufferException e) {
            // The status itself still says something.
        }
        return null;
    }
}
