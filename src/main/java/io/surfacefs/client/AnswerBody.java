package io.surfacefs.client;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that waits for the next bytes only so long. Holds at most two pieces that nobody
 * has read; the connection is held back by not asking for more. Read by one thread.
 */
final class AnswerBody extends InputStream implements HttpResponse.BodySubscriber<InputStream> {
    private static final int AHEAD = 2;

    /** A piece, or the end of the body. */
    private record Part(List<ByteBuffer> bytes, @Nullable Throwable failure, boolean last) {}

    private final Duration patience;
    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>(); // bounded by what is asked for
    private final Deque<ByteBuffer> current = new ArrayDeque<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private boolean ended;

    AnswerBody(Duration patience) {
        this.patience = patience;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        if (subscription.complete(given)) {
            given.request(AHEAD);
        } else {
            given.cancel(); // closed before it came
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        parts.add(new Part(item, null, false));
    }

    @Override
    public void onError(Throwable failure) {
        parts.add(new Part(List.of(), failure, true));
    }

    @Override
    public void onComplete() {
        parts.add(new Part(List.of(), null, true));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (true) {
            ByteBuffer buffer = current.peekFirst();
            if (buffer == null) {
                if (ended) {
                    return -1;
                }
                take();
            } else if (buffer.hasRemaining()) {
                int n = Math.min(length, buffer.remaining());
                buffer.get(target, offset, n);
                return n;
            } else {
                current.removeFirst();
            }
        }
    }

    private void take() throws IOException {
        Part part;
        try {
            part = parts.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (part == null) {
            close();
            throw new SurfaceException(
                    ErrorCode.STORE_TIMEOUT, "the service sent nothing for " + patience.toSeconds() + " seconds");
        }
        ended = part.last;
        if (part.failure != null) {
            throw new SurfaceException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the service broke off: " + part.failure.getMessage(),
                    "what was sent is not whole; try again");
        }
        current.addAll(part.bytes);
        if (!ended) {
            subscription.join().request(1);
        }
    }

    /** Lets the connection go. */
    @Override
    public void close() {
        ended = true;
        current.clear();
        if (!subscription.cancel(false)) {
            subscription.join().cancel();
        }
    }
}
