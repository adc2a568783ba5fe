package io.surfacefs.grpc;

import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;

/** What streams of payloads need of the Netty server beyond Quarkus' own properties. */
@ApplicationScoped
public class ServerTuning implements ServerBuilderCustomizer<VertxServerBuilder> {
    /**
     * Bytes that a client may send ahead on one stream, and on one connection: what an upload holds at most in the
     * network layer.
     */
    private static final int FLOW_CONTROL_WINDOW = 1 << 20;

    /** Calls that may run on one connection; each upload has a window. */
    private static final int CALLS_PER_CONNECTION = 1024;

    /** Bytes of header fields of a call, a token among them: as many as REST takes. */
    private static final int METADATA = 20 * 1024;

    /** Calls begun only to be thrown away, on one connection within {@link #RESET_SECONDS}. */
    private static final int RESETS = 1000;

    private static final int RESET_SECONDS = 30;

    @Override
    public void customize(GrpcServerConfiguration configuration, VertxServerBuilder builder) {
        builder.nettyBuilder()
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .maxInboundMetadataSize(METADATA)
                .maxRstFramesPerWindow(RESETS, RESET_SECONDS)
                .addStreamTracerFactory(WireBytes.perCall())
                .addTransportFilter(HeldBack.perConnection())
                // A connection without a call says goodbye in the end; clients open another one when they need it.
                .maxConnectionIdle(30, TimeUnit.MINUTES)
                // A client that vanished without a word is noticed, and what it holds is given back.
                .keepAliveTime(60, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                // .NET clients ping often by default; dropping them for that helps nobody.
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }
}
