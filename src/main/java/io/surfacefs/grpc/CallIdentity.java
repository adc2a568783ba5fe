package io.surfacefs.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Callers;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Audit;
import io.surfacefs.ops.Trace;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Iterator;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who makes a call before anything of ours, or reflection, sees it. Health is for everybody: what looks after
 * the process has no token.
 */
@GlobalInterceptor
@ApplicationScoped
public class CallIdentity implements ServerInterceptor {
    private static final String OPEN_SERVICE = "grpc.health.v1.Health";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Known> KNOWN = Context.key("caller");
    private static final Context.Key<String> SENT = Context.key("authorization");

    private static final Context.Key<Trace.Origin> ORIGIN = Context.key("trace");
    private static final Metadata.Key<String> TRACEPARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> TRACESTATE =
            Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

    /** Who makes a call, and which. */
    record Known(Caller caller, String method) {}

    private final Callers callers;

    @Inject
    CallIdentity(Callers callers) {
        this.callers = callers;
    }

    /** Who makes the call on whose thread this runs. */
    static Known current() {
        Known known = KNOWN.get();
        if (known == null) {
            throw new SurfaceException(ErrorCode.UNAUTHENTICATED, "nobody knows who is calling");
        }
        return known;
    }

    /** The field by which the caller said who it is; null where none was sent. */
    static @Nullable String authorization() {
        return SENT.get();
    }

    /** In which trace the call on whose thread this runs was made. */
    static Trace.@Nullable Origin origin() {
        return ORIGIN.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (OPEN_SERVICE.equals(call.getMethodDescriptor().getServiceName())) {
            return next.startCall(call, headers);
        }
        String authorization = only(headers);
        Trace.Origin origin = Trace.incoming(headers.get(TRACEPARENT), headers.get(TRACESTATE));
        Caller known = callers.known(authorization);
        if (known != null) {
            return Contexts.interceptCall(context(known, authorization, origin, call), call, headers, next);
        }
        LateListener<Q> late = new LateListener<>();
        Context context = Context.current();
        Executor thread = thread();
        callers.identify(authorization)
                .whenComplete((caller, failure) -> thread.execute(context.wrap(() -> {
                    if (caller == null) {
                        refuse(call, failure);
                    } else {
                        try {
                            late.begin(Contexts.interceptCall(
                                    context(caller, authorization, origin, call), call, headers, next));
                        } catch (RuntimeException e) { // nobody else hears of it, and the client would wait for ever
                            refuse(call, e);
                        }
                    }
                })));
        return late;
    }

    private static Context context(
            Caller caller, @Nullable String authorization, Trace.Origin origin, ServerCall<?, ?> call) {
        Known known = new Known(caller, call.getMethodDescriptor().getFullMethodName());
        return Context.current().withValues(KNOWN, known, SENT, authorization, ORIGIN, origin);
    }

    /** The event loop on which the call came in: the server's own machinery wants to be begun there. */
    static Executor thread() {
        io.vertx.core.Context loop = Vertx.currentContext();
        return loop == null ? Runnable::run : work -> loop.runOnContext(ignored -> work.run());
    }

    private static void refuse(ServerCall<?, ?> call, @Nullable Throwable failure) {
        Throwable cause = Callers.refusal(failure);
        Audit.tell(
                null,
                null,
                call.getMethodDescriptor().getFullMethodName(),
                false,
                cause instanceof SurfaceException refusal ? refusal.code() : ErrorCode.INTERNAL);
        Errors.end(call, cause);
    }

    /** The field, where it was sent once. */
    private static @Nullable String only(Metadata headers) {
        Iterable<String> values = headers.getAll(AUTHORIZATION);
        if (values == null) {
            return null;
        }
        Iterator<String> all = values.iterator();
        String first = all.next();
        return all.hasNext() ? null : first;
    }
}
