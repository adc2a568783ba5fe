package io.surfacefs.wire;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client stream that sends no faster than the service takes, and ends when the service does. One thread sends. To be
 * closed; a call that is not finished by then is cancelled.
 *
 * @param <Q> what is sent
 * @param <A> the one answer
 */
public final class Upload<Q, A> implements AutoCloseable {
    private final ClientCall<Q, A> call;
    private final CallFailures failures;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable A answer;
    private @Nullable Status status;
    private @Nullable Metadata trailers;

    private Upload(ClientCall<Q, A> call, Duration patience, CallFailures failures) {
        this.call = call;
        this.patience = patience;
        this.failures = failures;
    }

    /**
     * Makes the call.
     *
     * @param call not started yet
     * @param patience how long the service may take nothing
     */
    public static <Q, A> Upload<Q, A> start(ClientCall<Q, A> call, Duration patience, CallFailures failures) {
        Upload<Q, A> upload = new Upload<>(call, patience, failures);
        call.start(upload.new Listener(), new Metadata());
        call.request(2); // the answer, and whatever would be wrong behind it
        return upload;
    }

    private final class Listener extends ClientCall.Listener<A> {
        @Override
        public void onMessage(A message) {
            change(() -> answer = message);
        }

        @Override
        public void onReady() {
            change(() -> {});
        }

        @Override
        public void onClose(Status end, Metadata with) {
            change(() -> {
                status = end;
                trailers = with;
            });
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a message when the service takes it; its bytes are copied out when this returns.
     *
     * @return false when the service has ended the call already
     */
    public boolean send(Q message) {
        await(() -> call.isReady() || status != null, patience);
        if (ended()) {
            return false;
        }
        try {
            call.sendMessage(message);
        } catch (StatusRuntimeException e) {
            throw failures.ended(e.getStatus(), e.getTrailers());
        }
        return true;
    }

    private boolean ended() {
        lock.lock();
        try {
            return status != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says that all is sent, and waits for the answer.
     *
     * @param longest how long the service may work on it
     */
    public A finish(Duration longest) {
        call.halfClose();
        await(() -> status != null, longest);
        lock.lock();
        try {
            Status end = status == null ? Status.UNKNOWN : status;
            if (!end.isOk()) {
                throw failures.ended(end, trailers);
            }
            if (answer == null) {
                throw failures.ended(Status.INTERNAL.withDescription("the service gave no answer"), trailers);
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier until, Duration longest) {
        long left = longest.toNanos();
        lock.lock();
        try {
            while (!until.getAsBoolean()) {
                if (left <= 0) {
                    throw failures.silent(longest);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failures.ended(Status.CANCELLED.withDescription("interrupted").withCause(e), null);
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of a call that is not finished. */
    @Override
    public void close() {
        call.cancel("the client gave up", null);
    }
}
