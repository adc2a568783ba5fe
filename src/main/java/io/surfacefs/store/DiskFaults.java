package io.surfacefs.store;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.Locale;

/** What the file system's failures mean to a caller. */
public final class DiskFaults {
    private DiskFaults() {}

    /** {@code DISK_FULL} where the cause chain says so, else {@code STORE_UNAVAILABLE}. */
    public static SurfaceException of(String what, IOException fault) {
        for (Throwable t = fault; t != null; t = t.getCause()) {
            String message = t.getMessage() == null ? "" : t.getMessage().toLowerCase(Locale.ROOT);
            if (message.contains("no space left") || message.contains("disk quota exceeded")) {
                return new SurfaceException(
                        ErrorCode.DISK_FULL,
                        "the disk of the store is full",
                        "free room on the store's file system, then try again",
                        fault);
            }
        }
        return new SurfaceException(
                ErrorCode.STORE_UNAVAILABLE, "the store's folder could not be used: " + what, null, fault);
    }
}
