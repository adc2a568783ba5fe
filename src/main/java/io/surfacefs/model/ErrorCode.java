package io.surfacefs.model;

/**
 * Every way in which a request can be refused or fail, with its HTTP and gRPC status. Both edges translate from here,
 * so that the same mistake has the same name everywhere.
 */
public enum ErrorCode {
    INVALID_ARGUMENT(400, GrpcStatus.INVALID_ARGUMENT),
    INVALID_MANIFEST(400, GrpcStatus.INVALID_ARGUMENT),
    UNAUTHENTICATED(401, GrpcStatus.UNAUTHENTICATED),
    TENANT_REQUIRED(403, GrpcStatus.PERMISSION_DENIED),
    TENANT_MISMATCH(403, GrpcStatus.PERMISSION_DENIED),
    PERMISSION_DENIED(403, GrpcStatus.PERMISSION_DENIED),
    RETENTION_FORBIDS(403, GrpcStatus.PERMISSION_DENIED),
    NOT_FOUND(404, GrpcStatus.NOT_FOUND),
    PAYLOAD_TOO_LARGE(413, GrpcStatus.RESOURCE_EXHAUSTED),
    RANGE_NOT_SATISFIABLE(416, GrpcStatus.OUT_OF_RANGE),
    DIGEST_MISMATCH(422, GrpcStatus.FAILED_PRECONDITION),
    PAYLOAD_MISSING(422, GrpcStatus.FAILED_PRECONDITION),
    MALFORMED_ENCODING(422, GrpcStatus.FAILED_PRECONDITION),
    SIGNATURE_INVALID(422, GrpcStatus.FAILED_PRECONDITION),
    OVERLOADED(429, GrpcStatus.UNAVAILABLE),
    INTERNAL(500, GrpcStatus.INTERNAL),
    CORRUPT_OBJECT(502, GrpcStatus.DATA_LOSS),
    STORE_UNAVAILABLE(503, GrpcStatus.UNAVAILABLE),
    STORE_TIMEOUT(504, GrpcStatus.DEADLINE_EXCEEDED),
    DISK_FULL(507, GrpcStatus.RESOURCE_EXHAUSTED),
    QUOTA_EXCEEDED(507, GrpcStatus.RESOURCE_EXHAUSTED);

    /** The canonical gRPC status codes that are used here, with the numbers of the gRPC specification. */
    public enum GrpcStatus {
        INVALID_ARGUMENT(3),
        DEADLINE_EXCEEDED(4),
        NOT_FOUND(5),
        PERMISSION_DENIED(7),
        RESOURCE_EXHAUSTED(8),
        FAILED_PRECONDITION(9),
        OUT_OF_RANGE(11),
        INTERNAL(13),
        UNAVAILABLE(14),
        DATA_LOSS(15),
        UNAUTHENTICATED(16);

        private final int number;

        GrpcStatus(int number) {
            this.number = number;
        }

        /** The number on the wire. */
        public int number() {
            return number;
        }
    }

    private final int http;
    private final GrpcStatus grpc;

    ErrorCode(int http, GrpcStatus grpc) {
        this.http = http;
        this.grpc = grpc;
    }

    /** HTTP status code. */
    public int http() {
        return http;
    }

    /** gRPC status. */
    public GrpcStatus grpc() {
        return grpc;
    }

    /** Whether the caller is told when to come again ({@code Retry-After}, {@code RetryInfo}). */
    public boolean retryable() {
        return this == OVERLOADED || this == STORE_UNAVAILABLE;
    }

    /** Whether this is about who asks and not about what was asked for, so that another one may be answered. */
    public boolean isAboutCaller() {
        return switch (this) {
            case UNAUTHENTICATED, TENANT_REQUIRED, TENANT_MISMATCH, PERMISSION_DENIED -> true;
            default -> false;
        };
    }
}
