package io.surfacefs.store.upstream;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreFault.Reason;
import io.surfacefs.store.TlsFaults;
import io.surfacefs.tls.Distrust;
import io.surfacefs.wire.CallFailures;
import io.surfacefs.wire.Told;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the upstream's failures mean. Its own codes go before the status: what is said of the artefact is passed on as
 * it is, what is said of the upstream is a {@link StoreFault}. A status without such a code came from somebody else, so
 * it never says that something isn't there.
 */
enum UpstreamFaults implements CallFailures {
    /** While an answer is waited for. */
    OF_CALL,
    /** While bytes go there. */
    OF_UPLOAD,
    /** While the bytes of an answer come in. */
    OF_BODY;

    private static final String ADDRESS = "check surface.store.endpoint: it must be a Surface.FS' gRPC address";
    private static final String TOKEN = "give it a token that the upstream takes, by surface.upstream.token-file";

    @Override
    public SurfaceException ended(Status status, @Nullable Metadata trailers) {
        Told told = Told.of(status, trailers);
        if (told != null) {
            return said(told);
        }
        boolean ended = status.getCode() == Status.Code.CANCELLED || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
        return ended && nobodyWaits(Context.current()) ? new StoreFault(Reason.GIVEN_UP, null, null) : unsaid(status);
    }

    /** The caller's own deadline may end a call a moment before it ends what the caller runs in. */
    private static boolean nobodyWaits(Context caller) {
        Deadline deadline = caller.getDeadline();
        return caller.isCancelled() || (deadline != null && deadline.isExpired());
    }

    @Override
    public StoreFault silent(Duration waited) {
        return new StoreFault(Reason.TIMEOUT, null, null);
    }

    /** By the upstream itself. */
    private SurfaceException said(Told told) {
        return switch (told.code()) {
            case UNAUTHENTICATED, TENANT_REQUIRED, TENANT_MISMATCH, PERMISSION_DENIED -> refused(told);
            case OVERLOADED -> fault(Reason.THROTTLED, told.hint(), told);
            case STORE_UNAVAILABLE, INTERNAL -> fault(Reason.SERVER, told.hint(), told);
            case STORE_TIMEOUT -> fault(Reason.LATE, told.hint(), told);
            case DISK_FULL -> fault(Reason.FULL, told.hint(), told);
            case DIGEST_MISMATCH, MALFORMED_ENCODING ->
                // What goes there was verified here.
                this == OF_UPLOAD ? fault(Reason.DAMAGED_ON_THE_WAY, null, told) : passedOn(told);
            default -> passedOn(told);
        };
    }

    /** Which is between the upstream and whoever asks it: this instance, or the caller whose token was passed on. */
    private static SurfaceException refused(Told told) {
        if (OnBehalf.authorization().isPresent()) {
            return passedOn(told);
        }
        return told.code() == ErrorCode.UNAUTHENTICATED
                ? fault(Reason.CREDENTIALS, TOKEN, told)
                : fault(Reason.FORBIDDEN, told.hint(), told);
    }

    /** By what stands before the upstream, which says no more than its status. */
    private static SurfaceException refused(ErrorCode code) {
        return new SurfaceException(code, "the upstream doesn't take this token", "see surface.upstream.forward-token");
    }

    private static SurfaceException passedOn(Told told) {
        return new SurfaceException(told.code(), told.message(), told.hint());
    }

    private static StoreFault fault(Reason reason, @Nullable String hint, Told told) {
        return new StoreFault(
                reason, hint, new SurfaceException(told.code(), "the upstream: " + told.code() + " " + told.message()));
    }

    /** By whatever stands between, or by the network. */
    private SurfaceException unsaid(Status status) {
        Status.Code code = status.getCode();
        ErrorCode refusal = code == Status.Code.UNAUTHENTICATED
                ? ErrorCode.UNAUTHENTICATED
                : code == Status.Code.PERMISSION_DENIED ? ErrorCode.PERMISSION_DENIED : null;
        if (refusal != null && OnBehalf.authorization().isPresent()) {
            return refused(refusal);
        }
        Throwable cause = status.asRuntimeException();
        return switch (status.getCode()) {
            case UNAVAILABLE ->
                Distrust.of(status.getCause())
                        .map(why -> new StoreFault(TlsFaults.reason(why), TlsFaults.hint(why, cause), cause))
                        .orElseGet(() -> new StoreFault(broken(Reason.UNREACHABLE), null, cause));
            case DEADLINE_EXCEEDED -> new StoreFault(Reason.TIMEOUT, null, cause);
            case UNAUTHENTICATED -> new StoreFault(Reason.CREDENTIALS, TOKEN, cause);
            case PERMISSION_DENIED -> new StoreFault(Reason.FORBIDDEN, TOKEN, cause);
            case RESOURCE_EXHAUSTED -> new StoreFault(Reason.THROTTLED, null, cause);
            case DATA_LOSS ->
                new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the upstream says that the object is damaged");
            case UNIMPLEMENTED, NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, ALREADY_EXISTS ->
                new StoreFault(Reason.REFUSED, ADDRESS, cause);
            default -> new StoreFault(broken(Reason.SERVER), null, cause);
        };
    }

    private Reason broken(Reason otherwise) {
        return this == OF_BODY ? Reason.PARTIAL_BODY : otherwise;
    }

    /** That an answer is none that a Surface.FS gives. */
    static StoreFault strange(@Nullable Throwable cause) {
        return new StoreFault(Reason.REFUSED, ADDRESS, cause);
    }
}
