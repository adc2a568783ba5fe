package io.surfacefs.cli;

import io.surfacefs.model.ErrorCode;

/** What the program's exit codes mean. */
final class ExitCodes {
    static final int OK = 0;
    /** Not found, or a file or a connection failed. */
    static final int FAILED = 1;
    /** Bytes are not what their digest says. */
    static final int CHECKSUM = 2;

    static final int SIGNATURE = 5;
    /** Older than what is there. */
    static final int NOT_MONOTONIC = 8;

    /** Refused: wrong usage, invalid input, no permission. */
    static final int REFUSED = 11;

    private ExitCodes() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case NOT_FOUND, OVERLOADED, INTERNAL, STORE_UNAVAILABLE, STORE_TIMEOUT, DISK_FULL -> FAILED;
            case DIGEST_MISMATCH, CORRUPT_OBJECT -> CHECKSUM;
            case SIGNATURE_INVALID -> SIGNATURE;
            case INVALID_ARGUMENT,
                    INVALID_MANIFEST,
                    UNAUTHENTICATED,
                    TENANT_REQUIRED,
                    TENANT_MISMATCH,
                    PERMISSION_DENIED,
                    RETENTION_FORBIDS,
                    PAYLOAD_TOO_LARGE,
                    RANGE_NOT_SATISFIABLE,
                    PAYLOAD_MISSING,
                    MALFORMED_ENCODING,
                    QUOTA_EXCEEDED -> REFUSED;
        };
    }
}
