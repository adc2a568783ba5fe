package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;

/** What becomes of a put that the store didn't take. */
final class Refusals {
    private Refusals() {}

    /**
     * Whether trying again is of no use, as long as nobody changes something for this very put.
     *
     * <p>What waits: a store that is out, slow, busy or full; a token that isn't taken, since it may be about to be
     * renewed; and faults of our own, of which nothing must be lost. What is put aside: all that says something of the
     * put itself, of the right to do it, or of the tenant's quota; {@code spool retry} brings it back once that is
     * mended. A damaged entry is put aside too.
     */
    static boolean isForGood(ErrorCode code) {
        return switch (code) {
            case STORE_UNAVAILABLE, STORE_TIMEOUT, OVERLOADED, DISK_FULL, UNAUTHENTICATED, INTERNAL -> false;
            case INVALID_ARGUMENT,
                    INVALID_MANIFEST,
                    TENANT_REQUIRED,
                    TENANT_MISMATCH,
                    PERMISSION_DENIED,
                    RETENTION_FORBIDS,
                    NOT_FOUND,
                    PAYLOAD_TOO_LARGE,
                    RANGE_NOT_SATISFIABLE,
                    DIGEST_MISMATCH,
                    PAYLOAD_MISSING,
                    MALFORMED_ENCODING,
                    SIGNATURE_INVALID,
                    CORRUPT_OBJECT,
                    QUOTA_EXCEEDED -> true;
        };
    }

    /** Whether a failure says nothing of what was asked for, only that the store can't be asked. */
    static boolean isOutage(ErrorCode code) {
        return code == ErrorCode.STORE_UNAVAILABLE || code == ErrorCode.STORE_TIMEOUT;
    }

    /** Whether what waits here may be given instead: the store can't be asked, or has nothing sound. */
    static boolean mayBeHereInstead(ErrorCode code) {
        return isOutage(code) || code == ErrorCode.CORRUPT_OBJECT;
    }
}
