package io.surfacefs.store.upstream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.surfacefs.ops.Trace;

/** Sends along in which trace the upstream is asked (W3C trace context). Thread-safe. */
final class TraceFields implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        Trace.Origin origin = Trace.current();
        ClientCall<Q, A> call = next.newCall(method, options);
        if (origin == null || origin.fields().isEmpty()) {
            return call;
        }
        return new ForwardingClientCall.SimpleForwardingClientCall<>(call) {
            @Override
            public void start(Listener<A> answers, Metadata headers) {
                origin.fields()
                        .forEach((name, value) ->
                                headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
                super.start(answers, headers);
            }
        };
    }
}
