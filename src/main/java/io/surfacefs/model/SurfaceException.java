package io.surfacefs.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request that was refused or failed, with the code that the caller sees. The message is meant for the caller: it
 * never holds a secret, a path of the server or another tenant's data. No stack trace is taken for refusals, since bad
 * input is a normal day.
 */
public class SurfaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How long a caller should wait before it tries again, where nothing better is known. */
    public static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(1);

    private final ErrorCode code;
    private final @Nullable String hint;
    private final Duration retryAfter;

    public SurfaceException(ErrorCode code, String message) {
        this(code, message, null, null);
    }

    public SurfaceException(ErrorCode code, String message, @Nullable String hint) {
        this(code, message, hint, null);
    }

    public SurfaceException(ErrorCode code, String message, @Nullable String hint, @Nullable Throwable cause) {
        this(code, message, hint, cause, DEFAULT_RETRY_AFTER);
    }

    public SurfaceException(
            ErrorCode code, String message, @Nullable String hint, @Nullable Throwable cause, Duration retryAfter) {
        super(message, cause, true, cause != null || code == ErrorCode.INTERNAL);
        this.code = code;
        this.hint = hint;
        this.retryAfter = retryAfter;
    }

    public ErrorCode code() {
        return code;
    }

    /** What the caller can do about it, or null. */
    public @Nullable String hint() {
        return hint;
    }

    /**
     * For codes that are {@linkplain ErrorCode#retryable() retryable}: when to come again. Zero, with a client: the
     * service couldn't be reached, so nobody said.
     */
    public Duration retryAfter() {
        return retryAfter;
    }
}
