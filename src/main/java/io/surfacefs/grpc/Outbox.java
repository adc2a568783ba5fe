package io.surfacefs.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a server stream. Whoever sends waits until the transport wants more, so that a slow reader costs
 * one message and no thread of the network. Made on the thread of the call; used by one other thread.
 */
final class Outbox<R> {
    private final ServerCallStreamObserver<R> call;
    private final Duration stallLimit;
    private volatile @Nullable Thread sender;

    /**
     * @param call not started yet
     * @param stallLimit how long a reader may take nothing
     */
    Outbox(ServerCallStreamObserver<R> call, Duration stallLimit) {
        this.call = call;
        this.stallLimit = stallLimit;
        call.setOnReadyHandler(this::wake);
    }

    /**
     * Waits a while for the transport to want more.
     *
     * @return whether it does
     * @throws CallGone when the call was cancelled
     */
    boolean awaitReady(Duration limit) {
        sender = Thread.currentThread();
        long deadline = System.nanoTime() + limit.toNanos();
        while (!call.isReady()) {
            requireOpen();
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left);
        }
        requireOpen();
        return true;
    }

    /**
     * Waits for the transport to want more, as long as a reader may stall.
     *
     * @throws CallGone when it doesn't, or the call was cancelled
     */
    void awaitReady() {
        if (!awaitReady(stallLimit)) {
            throw new CallGone("the reader took nothing for " + stallLimit.toSeconds() + " s");
        }
    }

    /** Sends one message as soon as the transport wants it; its bytes are copied out when this returns. */
    void send(R message) {
        awaitReady();
        call.onNext(message);
    }

    private void requireOpen() {
        if (call.isCancelled()) {
            throw new CallGone("cancelled");
        }
    }

    /** Lets the sender look again; to be called when the call was cancelled. */
    void wake() {
        LockSupport.unpark(sender);
    }
}
