package io.surfacefs.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes of messages that a call has brought, also those of a message that isn't whole yet, which nothing
 * else of the call shows, and knows its connection. Only what was asked for is counted: bytes that the network holds
 * back are not. Thread-safe.
 */
final class WireBytes extends ServerStreamTracer {
    private static final Context.Key<WireBytes> KEY = Context.key("wire-bytes");

    private final AtomicLong bytes = new AtomicLong();
    private volatile @Nullable HeldBack connection;

    /** Gives each call of a server a counter of its own, which is then {@link #current}. */
    static ServerStreamTracer.Factory perCall() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new WireBytes();
            }
        };
    }

    /**
     * The counter of the call on whose thread this runs.
     *
     * @throws IllegalStateException on a server without {@link #perCall}
     */
    static WireBytes current() {
        WireBytes current = KEY.get();
        if (current == null) {
            throw new IllegalStateException("nobody counts what calls bring");
        }
        return current;
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(KEY, this);
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
        connection = HeldBack.of(call.getAttributes());
    }

    /** What is held back on the connection of this call. */
    HeldBack connection() {
        HeldBack known = connection;
        if (known == null) {
            throw new IllegalStateException("the call has not started");
        }
        return known;
    }

    @Override
    public void inboundWireSize(long more) {
        bytes.addAndGet(more);
    }

    /** How many came so far. */
    long count() {
        return bytes.get();
    }
}
