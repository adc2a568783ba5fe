package io.surfacefs.service;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.Trace;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Times a piece of work, as a metric and as a span, and tells its outcome. */
final class Timing {
    /** The outcome of what did what it was to do. */
    static final String OK = "ok";

    private Timing() {}

    private static String word(ErrorCode code) {
        return code.name().toLowerCase(Locale.ROOT);
    }

    static <T> T read(Events events, Events.Op op, ArtefactKey key, Supplier<T> work) {
        return timed(events, op, Trace.begin(Trace.GET, key), key.tenant(), work);
    }

    /** @param digest null where only the work finds it out */
    static <T> T put(Events events, Tenant tenant, @Nullable Kind kind, @Nullable Digest digest, Supplier<T> work) {
        return timed(events, Events.Op.MANIFEST_PUT, Trace.begin(Trace.PUT, tenant, kind, digest), tenant, work);
    }

    private static <T> T timed(Events events, Events.Op op, Trace.Span span, Tenant tenant, Supplier<T> work) {
        long begun = System.nanoTime();
        String outcome = "internal";
        try {
            T result = work.get();
            outcome = OK;
            return result;
        } catch (SurfaceException e) {
            outcome = word(e.code());
            throw e;
        } finally {
            span.outcome(outcome);
            span.close();
            events.timed(op, tenant, outcome, System.nanoTime() - begun);
        }
    }

    /**
     * A lookup through the tiers behind memory, as a span alone.
     *
     * @param work gives null when there is nothing
     */
    static <T extends @Nullable Object> T spanned(Trace.Span span, Supplier<T> work) {
        String outcome = "internal";
        try {
            T result = work.get();
            outcome = result == null ? word(ErrorCode.NOT_FOUND) : OK;
            return result;
        } catch (SurfaceException e) {
            outcome = word(e.code());
            throw e;
        } finally {
            span.outcome(outcome);
            span.close();
        }
    }
}
