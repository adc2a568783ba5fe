package io.surfacefs.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.runtime.StartupEvent;
import io.surfacefs.service.ClientPace;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends calls of every service of the gRPC port whose request comes too slowly or never, by the same pace as the bodies
 * of uploads.
 */
@GlobalInterceptor
@ApplicationScoped
public class RequestWatch implements ServerInterceptor {
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final AwaitedRequests awaited;
    private final long period;

    @Inject
    RequestWatch(Vertx vertx, ClientPace pace) {
        this.vertx = vertx;
        this.period = Math.clamp(pace.body().toMillis() / 8, 1, LONGEST_PERIOD.toMillis());
        this.awaited = new AwaitedRequests(pace::upload, System::nanoTime, TimeUnit.MILLISECONDS.toNanos(2 * period));
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(period, timer -> awaited.look());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        WireBytes wire = WireBytes.current();
        return awaited.start(call, headers, next, wire::count, wire.connection(), CallIdentity.thread());
    }
}
