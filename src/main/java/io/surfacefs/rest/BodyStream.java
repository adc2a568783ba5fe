package io.surfacefs.rest;

import io.surfacefs.service.ClientPace;
import io.surfacefs.service.UploadPace;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as a blocking stream, for one reader on a virtual thread. The event loop runs ahead by at most
 * {@value #AHEAD} bytes and one read of the socket; then the client has to wait. The request must have been paused when
 * it arrived; nothing is read, and no {@code 100 Continue} sent, before the first read.
 */
final class BodyStream extends InputStream {
    private static final int AHEAD = 512 * 1024;

    private final HttpServerRequest request;
    private UploadPace pace = ClientPace.DEFAULT.upload();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Buffer> queue = new ArrayDeque<>();
    private int queued;
    private boolean started;
    private boolean paused;
    private boolean ended;
    private @Nullable Throwable failure;
    private @Nullable Buffer current;
    private int at;

    BodyStream(HttpServerRequest request) {
        this.request = request;
    }

    /** Says how fast the client has to be; before the first read. */
    void pace(UploadPace wanted) {
        pace = wanted;
    }

    /** Whether the client's last byte has been read. */
    boolean exhausted() {
        lock.lock();
        try {
            return ended && current == null && queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the first read has happened, and with it the leave to send. */
    boolean started() {
        return started;
    }

    /**
     * Lets go by what the client still sends; nothing can be read afterwards.
     *
     * @param then called once when the body has come to its end, at once where it had already
     */
    void discard(Runnable then) {
        try {
            request.exceptionHandler(gone -> {});
            request.endHandler(end -> then.run());
            request.handler(ignored -> {});
            request.resume();
        } catch (IllegalStateException ended) {
            // The event loop may see the end at any moment, however lately one has asked whether it did.
            then.run();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        start();
        int copied = 0;
        while (copied < length) {
            Buffer buffer = current;
            if (buffer == null) {
                buffer = copied == 0 ? await() : poll();
                if (buffer == null) {
                    break;
                }
                current = buffer;
                at = 0;
            }
            int n = Math.min(length - copied, buffer.length() - at);
            buffer.getBytes(at, at + n, target, offset + copied);
            at += n;
            copied += n;
            if (at == buffer.length()) {
                current = null;
            }
        }
        return copied == 0 ? -1 : copied;
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.handler(this::take);
        request.endHandler(end -> finish(null));
        request.exceptionHandler(this::finish);
        request.resume();
    }

    /** On the event loop. */
    private void take(Buffer buffer) {
        lock.lock();
        try {
            if (buffer.length() > 0) {
                queue.add(buffer);
                queued += buffer.length();
                changed.signal();
            }
            if (queued >= AHEAD && !paused) {
                paused = true;
                request.pause();
            }
        } finally {
            lock.unlock();
        }
    }

    /** On the event loop. */
    private void finish(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (cause == null) {
                ended = true;
            } else if (!ended) {
                failure = cause;
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The next buffer, or null at the end of the body. */
    private @Nullable Buffer await() throws IOException {
        lock.lock();
        try {
            while (queue.isEmpty() && !ended) {
                if (failure != null || request.response().closed()) {
                    throw new ClientGone("the request's body ended early");
                }
                long slice = Math.min(pace.left(), TimeUnit.SECONDS.toNanos(1));
                pace.waited(slice - Math.max(0, changed.awaitNanos(slice)));
            }
            return poll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the service is stopping");
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Buffer poll() {
        lock.lock();
        try {
            Buffer buffer = queue.poll();
            if (buffer != null) {
                queued -= buffer.length();
                pace.arrived(buffer.length());
                if (paused && queued <= AHEAD / 2) {
                    paused = false;
                    request.resume();
                }
            }
            return buffer;
        } finally {
            lock.unlock();
        }
    }
}
