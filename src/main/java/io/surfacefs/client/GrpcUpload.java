package io.surfacefs.client;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client stream that sends no faster than the service takes, and ends when the service does. One thread sends.
 *
 * @param <Q> what is sent
 * @param <A> the one answer
 */
final class GrpcUpload<Q, A> extends ClientCall.Listener<A> implements AutoCloseable {
    private final ClientCall<Q, A> call;
    private final GrpcFailures failures;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable A answer;
    private @Nullable Status status;
    private @Nullable Metadata trailers;

    private GrpcUpload(ClientCall<Q, A> call, GrpcFailures failures) {
        this.call = call;
        this.failures = failures;
    }

    static <Q, A> GrpcUpload<Q, A> start(ClientCall<Q, A> call, GrpcFailures failures) {
        GrpcUpload<Q, A> upload = new GrpcUpload<>(call, failures);
        call.start(upload, new Metadata());
        call.request(2); // the answer, and whatever would be wrong behind it
        return upload;
    }

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

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Sends a message when the service takes it. {@return false when the service has ended the call already} */
    boolean send(Q message) {
        await(() -> call.isReady() || status != null);
        if (ended()) {
            return false;
        }
        call.sendMessage(message);
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

    /** Says that all is sent, and waits for the answer. */
    A finish() {
        call.halfClose();
        await(() -> status != null);
        lock.lock();
        try {
            if (status == null || !status.isOk()) {
                throw failures.of(status == null ? Status.UNKNOWN : status, trailers);
            }
            if (answer == null) {
                throw new SurfaceException(ErrorCode.INTERNAL, "the service gave no answer");
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier until) {
        long left = Patience.UPLOAD.toNanos();
        lock.lock();
        try {
            while (!until.getAsBoolean()) {
                if (left <= 0) {
                    throw new SurfaceException(
                            ErrorCode.STORE_TIMEOUT,
                            "the service took nothing for " + Patience.UPLOAD.toMinutes() + " minutes");
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "interrupted", null, e);
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
