package io.surfacefs.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.UploadPace;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Calls whose request is still on its way, so that those of which too little comes are ended. Where a call has one
 * request, that is awaited to the client's end of it; of a stream the first message, since the work that it starts
 * waits for the others itself. Thread-safe.
 */
final class AwaitedRequests {
    private final Supplier<UploadPace> pace;
    private final LongSupplier clock;
    private final long longest;
    private final Set<Awaited<?, ?>> waiting = ConcurrentHashMap.newKeySet();

    /**
     * @param pace how fast a client has to send; one for each call
     * @param clock nanoseconds, of any origin
     * @param longest nanoseconds between two looks that are held against a client at most: a process that was stopped
     *     has not read what came meanwhile
     */
    AwaitedRequests(Supplier<UploadPace> pace, LongSupplier clock, long longest) {
        this.pace = pace;
        this.clock = clock;
        this.longest = longest;
    }

    /**
     * Starts a call and awaits its request from when it is asked for.
     *
     * @param arrived how many bytes of it have come so far
     * @param held what we hold back on its connection, while which nothing is held against the client
     * @param thread where the call may be closed
     */
    <Q, R> ServerCall.Listener<Q> start(
            ServerCall<Q, R> call,
            Metadata headers,
            ServerCallHandler<Q, R> next,
            LongSupplier arrived,
            HeldBack held,
            Executor thread) {
        Awaited<Q, R> awaited = new Awaited<>(call, arrived, held, thread);
        return awaited.listener(next.startCall(awaited, headers));
    }

    /** Looks at all of them once, and ends those that are too slow. One thread at a time. */
    void look() {
        long now = clock.getAsLong();
        for (Awaited<?, ?> each : waiting) {
            each.look(now);
        }
    }

    /** How many there are. */
    int size() {
        return waiting.size();
    }

    private enum State {
        NOT_ASKED_FOR,
        AWAITED,
        HERE,
        TOO_LATE
    }

    private final class Awaited<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final LongSupplier arrived;
        private final HeldBack held;
        private final Executor thread;
        private final AtomicReference<State> state = new AtomicReference<>(State.NOT_ASKED_FOR);

        // Whoever looks has these to himself once the request is awaited.
        private final UploadPace left = pace.get();
        private long counted;
        private long seen;
        private long heldBefore;

        Awaited(ServerCall<Q, R> call, LongSupplier arrived, HeldBack held, Executor thread) {
            super(call);
            this.arrived = arrived;
            this.held = held;
            this.thread = thread;
        }

        @Override
        public void request(int messages) {
            if (state.compareAndSet(State.NOT_ASKED_FOR, State.AWAITED)) {
                seen = clock.getAsLong();
                heldBefore = held.nanos();
                waiting.add(this);
            }
            super.request(messages);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (isOver()) {
                super.close(status, trailers);
            }
        }

        /** Nothing is awaited any more; false where it came too late, and the call has its answer. */
        private boolean isOver() {
            State before = state.getAndUpdate(now -> now == State.TOO_LATE ? now : State.HERE);
            if (before == State.AWAITED) {
                waiting.remove(this);
            }
            return before != State.TOO_LATE;
        }

        private void look(long now) {
            long bytes = arrived.getAsLong();
            left.arrived(bytes - counted);
            counted = bytes;
            long heldNow = held.nanos();
            long waited = Math.clamp(now - seen - (heldNow - heldBefore), 0, longest);
            seen = now;
            heldBefore = heldNow;
            try {
                left.waited(waited);
            } catch (SurfaceException tooSlow) {
                if (state.compareAndSet(State.AWAITED, State.TOO_LATE)) {
                    waiting.remove(this);
                    thread.execute(() -> Errors.end(delegate(), tooSlow));
                }
            }
        }

        ServerCall.Listener<Q> listener(ServerCall.Listener<Q> next) {
            boolean single = getMethodDescriptor().getType().clientSendsOneMessage();
            return new SimpleForwardingServerCallListener<>(next) {
                @Override
                public void onMessage(Q message) {
                    if (single ? state.get() != State.TOO_LATE : isOver()) {
                        super.onMessage(message);
                    }
                }

                @Override
                public void onHalfClose() {
                    if (isOver()) {
                        super.onHalfClose();
                    }
                }

                @Override
                public void onCancel() {
                    isOver();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    isOver();
                    super.onComplete();
                }
            };
        }
    }
}
