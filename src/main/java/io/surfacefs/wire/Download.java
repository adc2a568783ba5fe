package io.surfacefs.wire;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answers of a server stream, each asked for when it is about to be taken, so that a slow taker holds the service
 * back. Holds no more messages than it was told to ask for ahead. Taken by one thread; closed by any.
 *
 * @param <A> the messages
 */
public final class Download<A> implements AutoCloseable {
    /** A message, or the end of the call. */
    private record Part<A>(
            @Nullable A message,
            @Nullable Status status,
            @Nullable Metadata trailers) {}

    private final ClientCall<?, A> call;
    private final CallFailures failures;
    private final BlockingQueue<Part<A>> parts = new LinkedBlockingQueue<>(); // bounded by what is asked for
    private boolean asked;
    private volatile boolean ended;

    private Download(ClientCall<?, A> call, CallFailures failures) {
        this.call = call;
        this.failures = failures;
        this.asked = true;
    }

    /**
     * Makes the call.
     *
     * @param call not started yet
     * @param ahead how many messages may lie here untaken, at least 1
     */
    public static <Q, A> Download<A> start(ClientCall<Q, A> call, Q request, int ahead, CallFailures failures) {
        Download<A> download = new Download<>(call, failures);
        call.start(download.new Listener(), new Metadata());
        call.request(ahead);
        call.sendMessage(request);
        call.halfClose();
        return download;
    }

    private final class Listener extends ClientCall.Listener<A> {
        @Override
        public void onMessage(A message) {
            parts.add(new Part<>(message, null, null));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            parts.add(new Part<>(null, status, trailers));
        }
    }

    /**
     * Waits for the next message; null behind the last.
     *
     * @param patience how long nothing may come; then the call is given up
     */
    public @Nullable A next(Duration patience) {
        if (ended) {
            return null;
        }
        if (!asked) {
            call.request(1);
        }
        asked = false;
        Part<A> part = take(patience);
        if (part == null) {
            close();
            throw failures.silent(patience);
        }
        if (part.status != null) {
            ended = true;
            if (!part.status.isOk()) {
                throw failures.ended(part.status, part.trailers);
            }
        }
        return part.message;
    }

    private @Nullable Part<A> take(Duration patience) {
        try {
            return parts.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw failures.ended(Status.CANCELLED.withDescription("interrupted").withCause(e), null);
        }
    }

    /** Lets the call go; the service hears of it. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            call.cancel("the client gave up", null);
        }
    }
}
