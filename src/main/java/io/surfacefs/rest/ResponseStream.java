package io.surfacefs.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a body from one virtual thread no faster than the client reads: at most {@value #WINDOW} bytes are on their
 * way to the socket at a time. A client that reads nothing for {@link #IDLE} is given up.
 */
final class ResponseStream {
    static final int SLICE = 64 * 1024;
    private static final int WINDOW = 256 * 1024;
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
     * Hands bytes over; the array is the caller's again when this returns.
     *
     * @throws ClientGone when the client closed or doesn't read
     */
    void write(byte[] bytes, int offset, int length, Stalled stalled) throws IOException {
        for (int done = 0; done < length; ) {
            int n = Math.min(SLICE, length - done);
            await(WINDOW - n, stalled, IDLE);
            send(bytes, offset + done, n);
            done += n;
        }
    }

    /**
     * As {@link #write}, but stops where the client takes nothing for some time.
     *
     * @param patience how long, asked again before each wait
     * @return how many of the bytes were handed over; fewer than {@code length}: the client stands still
     */
    int offer(byte[] bytes, int offset, int length, Stalled stalled, Supplier<Duration> patience) throws IOException {
        int done = 0;
        while (done < length) {
            int n = Math.min(SLICE, length - done);
            if (!await(WINDOW - n, stalled, patience.get())) {
                return done;
            }
            send(bytes, offset + done, n);
            done += n;
        }
        return done;
    }

    /** Returns when everything has gone to the socket. */
    void drain(Stalled stalled) throws IOException {
        await(0, stalled, IDLE);
    }

    /** Ends the answer, which must be whole. */
    void end() throws IOException {
        drain(Stalled.NOTHING);
        await(response.end());
    }

    private void send(byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            inFlight += length;
        } finally {
            lock.unlock();
        }
        written += length;
        // Off the heap at once: Netty would copy it there in any case, but late, and keep the caller's array until
        // then.
        ByteBuf copy =
                PooledByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(bytes, offset, length);
        response.write(BufferImpl.buffer(copy)).onComplete(result -> {
            copy.release();
            sent(length, result);
        });
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

    /** Waits until at most so many bytes are on their way; false when none of them moved for the patience. */
    private boolean await(int limit, Stalled stalled, Duration patience) throws IOException {
        boolean given = false;
        lock.lock();
        try {
            long left = patience.toNanos();
            int before = inFlight;
            while (inFlight > limit && failure == null) {
                if (left <= 0) {
                    if (patience.equals(IDLE)) {
                        throw new ClientGone("the client read nothing for " + IDLE.toMinutes() + " min");
                    }
                    return false;
                }
                long slice = given ? left : Math.min(left, STALL.toNanos());
                left -= slice - Math.max(0, changed.awaitNanos(slice));
                if (inFlight != before) {
                    before = inFlight;
                    left = patience.toNanos();
                } else if (!given) {
                    given = true;
                    stalled.giveBack();
                }
            }
            if (failure != null) {
                throw new ClientGone("the client closed the connection");
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the service is stopping");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a write on a virtual thread, as long as the connection stands: one that stands still is closed by the
     * server's idle timeout, which fails the write. A limit of its own would cost a timer for each answer.
     */
    static void await(Future<Void> write) throws IOException {
        try {
            write.toCompletionStage().toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone("the service is stopping");
        } catch (java.util.concurrent.ExecutionException e) {
            throw new ClientGone("the client closed the connection");
        }
    }
}
