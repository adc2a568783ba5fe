package io.surfacefs.web;

import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Audit;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.ops.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request for a page: who asks, and for what. Used by one thread, which lives for it. */
final class Visit {
    private static final String BROWSE = "/browse";

    private final Request request;
    private final @Nullable Caller caller;
    private @Nullable String tenant;

    /**
     * What was sent.
     *
     * @param query each name once, empty values left out
     * @param asserted tenants that header fields name
     * @param authorization the only such field, or null
     * @param origin in whose trace it is answered
     * @param html whether whoever asks reads pages
     */
    record Request(
            String method,
            String path,
            Map<String, String> query,
            List<String> asserted,
            @Nullable String authorization,
            Trace.Origin origin,
            boolean html) {}

    /** @param caller null where nobody could say who that is */
    Visit(Request request, @Nullable Caller caller) {
        this.request = request;
        this.caller = caller;
    }

    /** Who asks. */
    Caller caller() {
        if (caller == null) {
            throw new SurfaceException(ErrorCode.UNAUTHENTICATED, "nobody knows who is asking");
        }
        return caller;
    }

    /** In whose trace this is answered. */
    Trace.Origin origin() {
        return request.origin();
    }

    /** Whether whoever asks reads pages. */
    boolean html() {
        return request.html();
    }

    /** A parameter of the query, empty when it wasn't sent. */
    String query(String name) {
        return request.query().getOrDefault(name, "");
    }

    /**
     * The parts of the path behind {@code /browse}.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} for a path that isn't what it seems
     */
    List<String> parts() {
        String path = request.path();
        boolean plain = path.equals(BROWSE) || path.startsWith(BROWSE + "/");
        if (!plain || path.indexOf('%') >= 0 || path.indexOf(';') >= 0) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "the path is malformed");
        }
        List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
        parts.subList(0, Math.min(2, parts.size())).clear();
        if (!parts.isEmpty() && parts.getLast().isEmpty()) {
            parts.removeLast();
        }
        return parts;
    }

    /** Admits the caller to read what a tenant has. */
    TenantAccess admit(Access access, String name) {
        tenant = name;
        TenantAccess admitted = access.admit(caller(), name, request.asserted(), Right.READ);
        if (access.passesOn()) {
            OnBehalf.of(request.authorization());
        }
        return admitted;
    }

    /** Tells the audit that this was refused, where it is to hear of that. */
    void refused(ErrorCode code) {
        Audit.tell(
                caller == null ? null : caller.subject(), tenant, request.method() + " " + request.path(), false, code);
    }
}
