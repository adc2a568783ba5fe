package io.surfacefs.store;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failure of a store that is far away, classified once where it happened: what the caller is told, whether the same
 * call may succeed later, and whether the store asked for less. Whoever retries, waits or gives up decides by this
 * alone.
 */
public final class StoreFault extends SurfaceException {
    private static final long serialVersionUID = 1L;
    private static final Duration SLOW_DOWN = Duration.ofSeconds(5);

    /** What happened, and with that everything that is to be decided. */
    public enum Reason {
        /** Nobody answers there. */
        UNREACHABLE(ErrorCode.STORE_UNAVAILABLE, true, "the store can't be reached"),
        /** No answer, or no further byte of one, in time. */
        TIMEOUT(ErrorCode.STORE_TIMEOUT, true, "the store did not answer in time"),
        /** The store answered that it could not do this in time. */
        LATE(ErrorCode.STORE_TIMEOUT, true, "the store could not do this in time"),
        /** The store, or what stands before it, answered that it isn't available, and not why. */
        BUSY(ErrorCode.STORE_UNAVAILABLE, true, "the store is not available just now"),
        /** The store asks for fewer requests. */
        THROTTLED(ErrorCode.STORE_UNAVAILABLE, true, "the store asks for fewer requests"),
        /** An answer that ended before its announced length. */
        PARTIAL_BODY(ErrorCode.STORE_UNAVAILABLE, true, "the store's answer broke off"),
        /** Bytes that arrived at the store as others than were sent. */
        DAMAGED_ON_THE_WAY(ErrorCode.STORE_UNAVAILABLE, true, "the store received other bytes than were sent"),
        /** Others change the same object at the same time. */
        CONFLICT(ErrorCode.STORE_UNAVAILABLE, true, "others change the same object"),
        /** A failure of the store itself. */
        SERVER(ErrorCode.STORE_UNAVAILABLE, true, "the store failed"),
        /** What was being read has been replaced or deleted. */
        CHANGED(ErrorCode.STORE_UNAVAILABLE, false, "the object changed while it was being read"),
        /** The bucket doesn't exist. */
        NO_BUCKET(ErrorCode.STORE_UNAVAILABLE, false, "a bucket of the store is missing"),
        /** There are no credentials. */
        NO_CREDENTIALS(ErrorCode.STORE_UNAVAILABLE, false, "there are no credentials for the store"),
        /** The store doesn't know the credentials, or their secret is another one. */
        CREDENTIALS(ErrorCode.STORE_UNAVAILABLE, false, "the store refuses the credentials"),
        /** The credentials are known, and may not do this. */
        FORBIDDEN(ErrorCode.STORE_UNAVAILABLE, false, "the store forbids this to these credentials"),
        /** The clocks of this machine and of the store differ too much. */
        CLOCK(ErrorCode.STORE_UNAVAILABLE, false, "this machine's clock and the store's differ too much"),
        /** No TLS connection that can be trusted. */
        TLS(ErrorCode.STORE_UNAVAILABLE, false, "the store's certificate is not trusted"),
        /** It can be trusted otherwise, and has none of the keys that are pinned. */
        PINS(ErrorCode.STORE_UNAVAILABLE, false, "the store has none of the pinned keys"),
        /** The store doesn't take the certificate of this side, or wants one. */
        CLIENT_CERTIFICATE(ErrorCode.STORE_UNAVAILABLE, false, "the store does not take this side's certificate"),
        /** The store has no room left. */
        FULL(ErrorCode.DISK_FULL, false, "the store is full"),
        /** Whoever asked has gone, which says nothing of the store. */
        GIVEN_UP(ErrorCode.STORE_UNAVAILABLE, false, "nobody waits for the answer any more"),
        /** The store doesn't understand or doesn't allow what this service needs. */
        REFUSED(ErrorCode.STORE_UNAVAILABLE, false, "the store refuses the request"),
        /** The store has failed of late, and is not being asked just now. */
        OUT(ErrorCode.STORE_UNAVAILABLE, true, "the store is out, and is asked again in a while");

        private final ErrorCode code;
        private final boolean retryable;
        private final String words;

        Reason(ErrorCode code, boolean retryable, String words) {
            this.code = code;
            this.retryable = retryable;
            this.words = words;
        }

        /** What it is called, for people. */
        public String words() {
            return words;
        }
    }

    private final Reason reason;

    /**
     * @param hint the mend, or null
     * @param cause what was thrown below, or null; its words are for the log, not for the caller
     */
    public StoreFault(Reason reason, @Nullable String hint, @Nullable Throwable cause) {
        this(reason, hint, cause, isSlowDown(reason) ? SLOW_DOWN : SurfaceException.DEFAULT_RETRY_AFTER);
    }

    /** @param retryAfter when to come again */
    public StoreFault(Reason reason, @Nullable String hint, @Nullable Throwable cause, Duration retryAfter) {
        super(reason.code, reason.words, hint, cause, retryAfter);
        this.reason = reason;
    }

    /** The same fault, with another time to come again. */
    public StoreFault comeAgain(Duration after) {
        return new StoreFault(reason, hint(), this, after);
    }

    /** What happened. */
    public Reason reason() {
        return reason;
    }

    /** Whether the same call may succeed without anybody's doing anything but wait. */
    public boolean mayBeRetried() {
        return reason.retryable;
    }

    /** How much a fault says of the store as a whole. */
    public enum Weight {
        /** The store is out: whoever asks it now finds that too. */
        OUT,
        /** It answered this request, with a failure: it may do so to everybody, or to nobody else. */
        DOUBTFUL,
        /** Nothing: this is about the object, its size, the leave to do this, or how many ask. */
        NONE
    }

    /** How much this says of the store as a whole. */
    public Weight weight() {
        return switch (reason) {
            case UNREACHABLE,
                    TIMEOUT,
                    NO_BUCKET,
                    NO_CREDENTIALS,
                    CREDENTIALS,
                    CLOCK,
                    TLS,
                    PINS,
                    CLIENT_CERTIFICATE,
                    OUT -> Weight.OUT;
            case SERVER, LATE, BUSY, PARTIAL_BODY -> Weight.DOUBTFUL;
            case THROTTLED, DAMAGED_ON_THE_WAY, CONFLICT, CHANGED, FORBIDDEN, FULL, GIVEN_UP, REFUSED -> Weight.NONE;
        };
    }

    /** Whether the store can't be reached or can't answer, as it may in an hour; not that it is the wrong one. */
    public boolean isOutage() {
        return reason.retryable && (weight() != Weight.NONE || throttled());
    }

    /** Whether the store asked for less, so that a retry should wait longer than after other faults. */
    public boolean throttled() {
        return isSlowDown(reason);
    }

    private static boolean isSlowDown(Reason reason) {
        return reason == Reason.THROTTLED || reason == Reason.BUSY;
    }
}
