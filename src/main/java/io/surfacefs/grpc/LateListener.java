package io.surfacefs.grpc;

import io.grpc.ServerCall;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens to a call whose real listener comes later, and tells that one then what happened meanwhile. That is little:
 * no message comes before somebody asks for it, and only the real listener does. Thread-safe.
 */
final class LateListener<Q> extends ServerCall.Listener<Q> {
    private final Queue<Consumer<ServerCall.Listener<Q>>> waiting = new ArrayDeque<>();
    private ServerCall.@Nullable Listener<Q> real;

    /** Gives the real listener; called once. */
    synchronized void begin(ServerCall.Listener<Q> listener) {
        waiting.forEach(event -> event.accept(listener));
        waiting.clear();
        real = listener;
    }

    private synchronized void tell(Consumer<ServerCall.Listener<Q>> event) {
        if (real == null) {
            waiting.add(event);
        } else {
            event.accept(real);
        }
    }

    @Override
    public void onMessage(Q message) {
        tell(listener -> listener.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        tell(ServerCall.Listener::onHalfClose);
    }

    @Override
    public void onCancel() {
        tell(ServerCall.Listener::onCancel);
    }

    @Override
    public void onComplete() {
        tell(ServerCall.Listener::onComplete);
    }

    @Override
    public void onReady() {
        tell(ServerCall.Listener::onReady);
    }
}
