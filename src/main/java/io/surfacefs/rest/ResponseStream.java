package io.surfacefs.rest;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes a body from one virtual thread no faster than the client reads: at most {@value #WINDOW} bytes are on their
 * way to the socket at a time. A client that reads nothing for {@link #IDLE} is given up.
 */
final class ResponseStream {
    static final int SLICE = 32 * 1024;
    private static final int WINDOW = 96 * 1024;
    private static final Duration IDLE = Duration.ofMinutes(5);
    /** From when on a client counts as stalled, so that what is held for it is given back. */
    private static final Duration STALL = Duration.ofMillis(100);

    /** What to give back while a client stalls. */
    @FunctionalInterface
    interface Stalled {
        void giveBack() throws IOException;

        Stalled NOTHING = () -> {};
    }

    private final HttpServerResponse response;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int inFlight;
    private long written;
    private @Nullable Throwable failure;

    ResponseStream(HttpServerResponse response) {
        this.response = response;
    }

    /** Bytes handed over so far. */
    long written() {
        return written;
    }

    /**
     * Hands bytes over without copying: the array may not change before {@link #drain} returned.
     *
     * @throws ClientGone when the client closed or doesn't read
     */
    void write(byte[] bytes, int offset, int length, Stalled stalled) throws IOException {
        for (int done = 0; done < length; ) {
            int n = Math.min(SLICE, length - done);
            await(WINDOW - n, stalled);
            lock.lock();
            try {
                inFlight += n;
            } finally {
                lock.unlock();
            }
            response.write(Buffers.wrap(bytes, offset + done, n)).onComplete(result -> sent(n, result));
            written += n;
            done += n;
        }
    }

    /** Returns when everything has gone to the socket. */
    void drain(Stalled stalled) throws IOException {
        await(0, stalled);
    }

    /** Ends the answer, which must be whole. */
    void end() throws IOException {
        drain(Stalled.NOTHING);
        await(response.end());
    }

    /** On the event loop. */
    private void sent(int length, AsyncResult<Void> result) {
        lock.lock();
        try {
            inFlight -= length;
            if (result.failed()) {
                failure = result.cause();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void await(int limit, Stalled stalled) throws IOException {
        boolean given = false;
        lock.lock();
        try {
            long left = IDLE.toNanos();
            int before = inFlight;
            while (inFlight > limit && failure == null) {
                if (left <= 0) {
                    throw new ClientGone("the client read nothing for " + IDLE.toMinutes() + " min");
                }
                long slice = given ? left : STALL.toNanos();
                left -= slice - Math.max(0, changed.awaitNanos(slice));
                if (inFlight != before) {
                    before = inFlight;
                    left = IDLE.toNanos();
                } else if (!given) {
                    given = true;
                    stalled.giveBack();
                }
            }
            if (failure != null) {
                throw new ClientGone("the client closed the connection");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the service is stopping");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a write on a virtual thread, as long as the connection stands: one that stands still is closed by the
     * server's idle timeout, which fails the write.
     */
    static void await(Future<Void> write) throws IOException {
        try {
            write.toCompletionStage().toCompletableFuture().get(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the service is stopping");
        } catch (java.util.concurrent.ExecutionException e) {
            throw new ClientGone("the client closed the connection");
        } catch (java.util.concurrent.TimeoutException e) {
            throw new ClientGone("the client read nothing");
        }
    }
}
