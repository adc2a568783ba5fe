package io.surfacefs.grpc;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Errors as gRPC says them: the status of the code, {@code ErrorInfo} with the code as its reason, and
 * {@code RetryInfo} where it pays to come again.
 */
// These messages look their fields up by reflection, and no index names them.
@RegisterForReflection(
        targets = {
            Status.class,
            Status.Builder.class,
            ErrorInfo.class,
            ErrorInfo.Builder.class,
            RetryInfo.class,
            RetryInfo.Builder.class,
            Any.class,
            Any.Builder.class,
            com.google.protobuf.Duration.class,
            com.google.protobuf.Duration.Builder.class
        })
final class Errors {
    /** The {@code domain} of every {@code ErrorInfo}. */
    static final String DOMAIN = "surface-fs";

    /** The key under which an {@code ErrorInfo} tells what the caller can do about it. */
    static final String HINT = "hint";

    private static final Logger LOG = Logger.getLogger(Errors.class);

    private Errors() {}

    /**
     * What a call ends with that failed like this. A failure that is no refusal is our own bug: logged, and told to
     * nobody else.
     */
    static StatusRuntimeException of(Throwable failure) {
        if (failure instanceof SurfaceException refusal) {
            return status(refusal);
        }
        if (failure instanceof StatusRuntimeException status) {
            return status;
        }
        LogLine.event("request-failed")
                .with(LogKey.EDGE, "grpc")
                .with(LogKey.CODE, ErrorCode.INTERNAL)
                .error(LOG, failure);
        return status(new SurfaceException(ErrorCode.INTERNAL, "internal error"));
    }

    /** Ends a call that failed like this, before or instead of its own work. */
    static void end(ServerCall<?, ?> call, Throwable failure) {
        StatusRuntimeException error = of(failure);
        Metadata trailers = error.getTrailers();
        call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    private static StatusRuntimeException status(SurfaceException refusal) {
        ErrorCode code = refusal.code();
        ErrorInfo.Builder info = ErrorInfo.newBuilder().setReason(code.name()).setDomain(DOMAIN);
        String hint = refusal.hint();
        if (hint != null) {
            info.putMetadata(HINT, hint);
        }
        Status.Builder status = Status.newBuilder()
                .setCode(code.grpc().number())
                .setMessage(String.valueOf(refusal.getMessage()))
                .addDetails(Any.pack(info.build()));
        if (code.retryable()) {
            Duration after = refusal.retryAfter();
            status.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                            .setSeconds(after.toSeconds())
                            .setNanos(after.toNanosPart()))
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
