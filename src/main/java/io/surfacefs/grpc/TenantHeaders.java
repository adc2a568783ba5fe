package io.surfacefs.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** Keeps the tenant headers of a call for {@link Admission}: they assert a tenant, they never select one. */
@GlobalInterceptor
@ApplicationScoped
public class TenantHeaders implements ServerInterceptor {
    private static final List<Metadata.Key<String>> HEADERS = List.of(
            Metadata.Key.of("x-stella-tenant", Metadata.ASCII_STRING_MARSHALLER),
            Metadata.Key.of("x-stellaops-tenant", Metadata.ASCII_STRING_MARSHALLER));

    private static final Context.Key<List<String>> ASSERTED = Context.keyWithDefault("asserted-tenants", List.of());

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        List<String> asserted = new ArrayList<>();
        for (Metadata.Key<String> header : HEADERS) {
            Iterable<String> values = headers.getAll(header);
            if (values != null) {
                values.forEach(asserted::add);
            }
        }
        if (asserted.isEmpty()) {
            return next.startCall(call, headers);
        }
        return Contexts.interceptCall(
                Context.current().withValue(ASSERTED, List.copyOf(asserted)), call, headers, next);
    }

    /** The tenants that the headers of the call name on whose thread this runs. */
    static List<String> asserted() {
        return ASSERTED.get();
    }
}
