package io.surfacefs.wire;

import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What it means to a caller that a call went wrong. */
public interface CallFailures {
    /** The call ended with this status, which is not OK, or was interrupted on this side ({@code CANCELLED}). */
    RuntimeException ended(Status status, @Nullable Metadata trailers);

    /** The other side neither sent nor took anything for that long. */
    RuntimeException silent(Duration waited);
}
