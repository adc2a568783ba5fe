package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;

/** How much waits, and how much more may. What was rejected takes room too. Guarded by the gate. */
final class Room {
    private final SpoolSettings settings;
    private final Pace pace;
    private int entries;
    private int rejected;
    private long used;

    Room(SpoolSettings settings, Pace pace) {
        this.settings = settings;
        this.pace = pace;
    }

    /** @throws SurfaceException {@code OVERLOADED} where not even an empty entry has room */
    void require() {
        if (entries + rejected >= settings.entries()) {
            throw full();
        }
    }

    /** Takes bytes; {@code OVERLOADED} where there are not so many. */
    void reserve(long bytes) {
        if (used + bytes > settings.quota()) {
            throw full();
        }
        used += bytes;
    }

    private SurfaceException full() {
        Duration pause = pace.pause();
        return new SurfaceException(
                ErrorCode.OVERLOADED,
                "the spool is full: the store takes nothing, or less than comes",
                "try again, or raise surface.spool.quota; surface-fs spool ls shows what waits",
                null,
                pause.compareTo(SurfaceException.DEFAULT_RETRY_AFTER) > 0
                        ? pause
                        : SurfaceException.DEFAULT_RETRY_AFTER);
    }

    void add(long bytes) {
        entries++;
        used += bytes;
    }

    void free(long bytes) {
        entries--;
        used -= bytes;
    }

    void addRejected(long bytes) {
        rejected++;
        used += bytes;
    }

    boolean isFree() {
        return entries + rejected < settings.entries() && used < settings.quota();
    }

    /** Whether there is no entry, not even one that is being written; what was rejected doesn't count. */
    boolean isEmpty() {
        return entries == 0;
    }

    long used() {
        return used;
    }
}
