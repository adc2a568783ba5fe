package io.surfacefs.grpc;

import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.util.function.LongSupplier;

/**
 * For how long we have held back what comes on one connection, because an upload on it has brought more than its work
 * has taken so far. What of that waits in the network counts against the window of the whole connection, so that
 * meanwhile no other call on it need get a byte through, which is not its client's fault. Thread-safe.
 */
final class HeldBack {
    private static final Attributes.Key<HeldBack> KEY = Attributes.Key.create("held-back");

    private final LongSupplier clock;
    private int uploads;
    private long since;
    private long before;

    /** @param clock nanoseconds, of any origin */
    HeldBack(LongSupplier clock) {
        this.clock = clock;
    }

    /** Gives each connection of a server one of its own. */
    static ServerTransportFilter perConnection() {
        return new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes connection) {
                return connection.toBuilder()
                        .set(KEY, new HeldBack(System::nanoTime))
                        .build();
            }
        };
    }

    /**
     * That of the connection with these attributes.
     *
     * @throws IllegalStateException on a server without {@link #perConnection}
     */
    static HeldBack of(Attributes connection) {
        HeldBack held = connection.get(KEY);
        if (held == null) {
            throw new IllegalStateException("nobody knows what is held back on this connection");
        }
        return held;
    }

    /** An upload holds back, until it {@link #end}s that. */
    synchronized void begin() {
        if (uploads == 0) {
            since = clock.getAsLong();
        }
        uploads++;
    }

    synchronized void end() {
        uploads--;
        if (uploads == 0) {
            before += clock.getAsLong() - since;
        }
    }

    /** Nanoseconds in which any upload held back, all together. */
    synchronized long nanos() {
        return uploads == 0 ? before : before + clock.getAsLong() - since;
    }
}
