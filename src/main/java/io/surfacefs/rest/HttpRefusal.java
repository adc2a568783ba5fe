package io.surfacefs.rest;

import org.jspecify.annotations.Nullable;

/** A request that HTTP itself has a status for (405, 406, 415); its code is {@code INVALID_ARGUMENT}. */
final class HttpRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable String hint;

    HttpRefusal(int status, String message, @Nullable String hint) {
        super(message, null, false, false);
        this.status = status;
        this.hint = hint;
    }

    int status() {
        return status;
    }

    @Nullable String hint() {
        return hint;
    }
}
