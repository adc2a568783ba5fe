package io.surfacefs.rest;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.surfacefs.service.ClientPace;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections to the REST port on which no request runs and none comes: those that never send, those whose head
 * comes byte by byte, those that are kept for nothing. The server's own idle timeout can't: it takes any byte for life,
 * and a request that works for long without one for death. Each event loop looks at its own connections now and then,
 * so that requests themselves cost next to nothing.
 */
@Singleton
public final class ConnectionWatch implements HttpServerOptionsCustomizer {
    private static final AttributeKey<Watched> KEY = AttributeKey.valueOf(ConnectionWatch.class, "watched");
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final Provider<ClientPace> pace;
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    ConnectionWatch(Vertx vertx, Provider<ClientPace> pace) {
        this.vertx = vertx;
        this.pace = pace;
    }

    /** What is known of a connection. */
    private static final class Watched {
        /** Of the latest request over HTTP/1. */
        volatile @Nullable HttpServerResponse latest;

        final AtomicInteger held = new AtomicInteger();
        /** Since when no request has come or been seen running; used on the event loop only. */
        long since = System.nanoTime();
        /** Streams that were answered while the client still sends, and since when. */
        final Map<Integer, Long> answered = new HashMap<>();
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        ports.add(options.getPort());
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        ports.add(options.getPort());
    }

    void start(@Observes StartupEvent event) {
        long limit = pace.get().head().toNanos();
        long period = Math.clamp(limit / 8, 1_000_000, LONGEST_PERIOD.toNanos());
        for (EventExecutor executor : ((VertxInternal) vertx).getEventLoopGroup()) {
            if (executor instanceof SingleThreadEventLoop loop) {
                var _ = loop.scheduleWithFixedDelay(() -> look(loop, limit), period, period, TimeUnit.NANOSECONDS);
            }
        }
    }

    /** Tells that a request has come; on the event loop. */
    static void began(HttpServerRequest request) {
        if (request.connection() instanceof ConnectionBase connection) {
            Watched watched = watched(connection.channel());
            // Most requests are over before anybody looks; a connection is as young as the last of them.
            watched.since = System.nanoTime();
            if (request.version() != HttpVersion.HTTP_2) {
                watched.latest = request.response();
            }
        }
    }

    /** Until this is run, a request counts as running, whatever its response says of itself. */
    static Runnable hold(HttpServerRequest request) {
        if (!(request.connection() instanceof ConnectionBase connection)) {
            return () -> {};
        }
        AtomicInteger held = watched(connection.channel()).held;
        held.incrementAndGet();
        return held::decrementAndGet;
    }

    private static Watched watched(Channel channel) {
        Watched known = channel.attr(KEY).get();
        if (known != null) {
            return known;
        }
        Watched made = new Watched();
        Watched first = channel.attr(KEY).setIfAbsent(made);
        return first == null ? made : first;
    }

    private void look(SingleThreadEventLoop loop, long limit) {
        List<Channel> all = new ArrayList<>();
        for (Iterator<Channel> channels = loop.registeredChannelsIterator(); channels.hasNext(); ) {
            all.add(channels.next());
        }
        for (Channel channel : all) {
            if (channel.parent() != null
                    && channel.localAddress() instanceof InetSocketAddress address
                    && ports.contains(address.getPort())) {
                look(channel, limit);
            }
        }
    }

    private static void look(Channel channel, long limit) {
        Watched watched = watched(channel);
        long now = System.nanoTime();
        ChannelHandlerContext http2 = channel.pipeline().context(Http2ConnectionHandler.class);
        boolean busy = watched.held.get() > 0
                || (http2 == null ? answering(channel, watched.latest) : streaming(http2, watched, now, limit));
        if (busy) {
            watched.since = now;
        } else if (now - watched.since > limit) {
            var _ = channel.close();
        }
    }

    private static boolean answering(Channel channel, @Nullable HttpServerResponse latest) {
        if (latest == null) {
            return false;
        }
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return (!latest.ended() && !latest.closed()) || (unsent != null && !unsent.isEmpty());
    }

    /** Whether requests run. Those that were answered while their body is still to come are ended in time. */
    private static boolean streaming(ChannelHandlerContext context, Watched watched, long now, long limit) {
        Http2ConnectionHandler handler = (Http2ConnectionHandler) context.handler();
        Map<Integer, Long> answered = new HashMap<>();
        try {
            handler.connection().forEachActiveStream(stream -> {
                if (stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
                    answered.put(stream.id(), watched.answered.getOrDefault(stream.id(), now));
                }
                return true;
            });
        } catch (Http2Exception e) {
            return false;
        }
        watched.answered.clear();
        answered.forEach((id, since) -> {
            if (now - since > limit) {
                var _ = handler.encoder().writeRstStream(context, id, Http2Error.NO_ERROR.code(), context.newPromise());
                context.flush();
            } else {
                watched.answered.put(id, since);
            }
        });
        return handler.connection().numActiveStreams() > 0;
    }
}
