package io.surfacefs.store.upstream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.StoreFault;
import io.surfacefs.tls.ClientTls;
import io.surfacefs.wire.BearerToken;
import io.surfacefs.wire.Download;
import io.surfacefs.wire.Upload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * A few connections to the upstream, and calls over them in turn. They are made when the first call is, and made again
 * when they break: while the upstream is away, callers are told so at once, and one in a second looks whether it is
 * back. Thread-safe.
 */
final class Connections implements AutoCloseable {
    /** A page of a list ends at 3 MiB, a scan manifest too. */
    private static final int MAX_MESSAGE = 8 << 20;

    /** Bytes on their way to one reader who doesn't read. */
    private static final int WINDOW = 256 << 10;

    private static final int MOST = 4;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /** How long the one who looks waits for the connection. */
    private static final Duration LOOK = Duration.ofMillis(300);

    private record Connection(ManagedChannel managed, Channel channel) {}

    private final UpstreamSettings settings;
    private final List<Connection> connections = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicLong looked = new AtomicLong(System.nanoTime() - LOOK_AGAIN.toNanos());

    /** @throws StoreFault when the protocols or ciphers can't be used */
    Connections(UpstreamSettings settings) {
        this.settings = settings;
        Supplier<Optional<String>> own =
                settings.tokenFile() == null ? Optional::empty : new WorkloadToken(settings.tokenFile());
        ClientInterceptor token =
                BearerToken.with(() -> OnBehalf.authorization().or(own));
        int wanted = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST);
        for (int i = 0; i < wanted; i++) {
            ManagedChannel managed = builder(settings).build();
            connections.add(new Connection(managed, ClientInterceptors.intercept(managed, token, new TraceFields())));
        }
    }

    private static NettyChannelBuilder builder(UpstreamSettings settings) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(settings.host(), settings.port())
                .withOption(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(Math.min(settings.limits().connect().toMillis(), Integer.MAX_VALUE)))
                .maxInboundMessageSize(MAX_MESSAGE)
                .flowControlWindow(WINDOW)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                // What is told of a message only wakes whoever waits for it.
                .directExecutor()
                // Whether to try again is decided above, by the classified fault.
                .disableRetry();
        if (!settings.encrypted()) {
            return builder.usePlaintext();
        }
        return settings.tls() == null ? builder : builder.sslContext(context(settings.tls()));
    }

    private static SslContext context(ClientTls tls) {
        SslContextBuilder builder = SslContextBuilder.forClient().trustManager(tls.trust());
        tls.identity().ifPresent(builder::keyManager);
        if (!tls.settings().protocols().isEmpty()) {
            builder.protocols(tls.settings().protocols());
        }
        if (!tls.settings().ciphers().isEmpty()) {
            builder.ciphers(tls.settings().ciphers());
        }
        try {
            SslContext context =
                    GrpcSslContexts.configure(builder, SslProvider.JDK).build();
            // A session that is taken up again is not checked again, and would outlive what it was begun with.
            context.sessionContext().setSessionTimeout(1);
            return context;
        } catch (SSLException | IllegalArgumentException e) {
            throw new StoreFault(StoreFault.Reason.TLS, "mend " + tls.settings().name() + ": " + e.getMessage(), e);
        }
    }

    UpstreamSettings.Limits limits() {
        return settings.limits();
    }

    /**
     * A question with one answer.
     *
     * @param patience how long it may take to come
     */
    <Q, A> A ask(MethodDescriptor<Q, A> method, Q request, Duration patience) {
        try {
            return ClientCalls.blockingUnaryCall(
                    next(),
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS),
                    request);
        } catch (StatusRuntimeException e) {
            throw UpstreamFaults.OF_CALL.ended(e.getStatus(), e.getTrailers());
        }
    }

    /** A stream of answers, one of which lies here at most. */
    <Q, A> Download<A> download(MethodDescriptor<Q, A> method, Q request) {
        return Download.start(next().newCall(method, CallOptions.DEFAULT), request, 1, UpstreamFaults.OF_BODY);
    }

    <Q, A> Upload<Q, A> upload(MethodDescriptor<Q, A> method) {
        return Upload.start(next().newCall(method, CallOptions.DEFAULT), limits().total(), UpstreamFaults.OF_UPLOAD);
    }

    private Channel next() {
        Connection one = connections.get(Math.floorMod(turn.getAndIncrement(), connections.size()));
        if (one.managed.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            long now = System.nanoTime();
            long before = looked.get();
            if (now - before >= LOOK_AGAIN.toNanos() && looked.compareAndSet(before, now)) {
                look(one.managed);
            }
        }
        return one.channel;
    }

    /** Else gRPC would wait up to two minutes between two attempts to connect. */
    private void look(ManagedChannel waited) {
        CountDownLatch changed = new CountDownLatch(1);
        waited.notifyWhenStateChanged(ConnectivityState.TRANSIENT_FAILURE, changed::countDown);
        connections.forEach(each -> each.managed.resetConnectBackoff());
        try {
            changed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        connections.forEach(each -> each.managed.shutdownNow());
    }
}
