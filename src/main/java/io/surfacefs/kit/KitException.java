package io.surfacefs.kit;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Something of a kit is not as it should be. */
public final class KitException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private final KitFault fault;
    private final @Nullable String hint;

    KitException(KitFault fault, String message) {
        this(fault, message, null, null);
    }

    KitException(KitFault fault, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
        this.hint = hint;
    }

    /** In which way. */
    public KitFault fault() {
        return fault;
    }

    /** What can be done, or null. */
    public @Nullable String hint() {
        return hint;
    }
}
