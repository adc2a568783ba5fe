package io.surfacefs.service;

import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import java.util.Locale;
import java.util.function.Supplier;

/** Times a piece of work and tells its outcome. */
final class Timing {
    /** The outcome of what did what it was to do. */
    static final String OK = "ok";

    private Timing() {}

    static <T> T timed(Events events, Events.Op op, Tenant tenant, Supplier<T> work) {
        long begun = System.nanoTime();
        String outcome = "internal";
        try {
            T result = work.get();
            outcome = OK;
            return result;
        } catch (SurfaceException e) {
            outcome = e.code().name().toLowerCase(Locale.ROOT);
            throw e;
        } finally {
            events.timed(op, tenant, outcome, System.nanoTime() - begun);
        }
    }
}
