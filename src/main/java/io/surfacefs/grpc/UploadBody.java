package io.surfacefs.grpc;

import com.google.protobuf.ByteString;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.UploadPace;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of an upload as a stream of bytes, with back-pressure: the next message is asked for only while less than
 * {@link #HIGH_BYTES} and {@link #HIGH_CHUNKS} wait, so that at most that and one message are held. Filled by the
 * network's threads, which never wait for more than the lock, and read by one other thread.
 */
final class UploadBody extends InputStream {
    /** No further message is asked for while that many bytes wait. */
    static final int HIGH_BYTES = 1 << 20;

    /** Nor while that many chunks wait, however short they are. */
    static final int HIGH_CHUNKS = 16;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Runnable requestMessage;
    private final UploadPace pace;
    private final LongSupplier wire;
    private final HeldBack held;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    private final ArrayDeque<ByteString> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean chunkSeen;
    private boolean ended;
    private boolean closed;
    private boolean holding;
    private @Nullable RuntimeException failure;

    // The reader's own.
    private ByteBuffer current = NOTHING;
    private long counted;

    /**
     * @param requestMessage asks the network for one more message; any thread
     * @param pace how fast the client has to send
     * @param wire how many bytes have come so far, those of a chunk that isn't whole yet among them; any thread
     * @param held told while no further message is asked for, and what is held back elsewhere on the connection
     */
    UploadBody(Runnable requestMessage, UploadPace pace, LongSupplier wire, HeldBack held) {
        this.requestMessage = requestMessage;
        this.pace = pace;
        this.wire = wire;
        this.held = held;
    }

    /** Asks for the first chunk. */
    void wantFirst() {
        requestMessage.run();
    }

    /** Takes a chunk, and asks for the next one unless enough wait. */
    void add(ByteString chunk) {
        boolean request;
        lock.lock();
        try {
            if (closed || failure != null) {
                return;
            }
            chunkSeen = true;
            if (!chunk.isEmpty()) {
                waiting.add(chunk);
                waitingBytes += chunk.size();
            }
            request = hasRoom();
            hold(!request);
            changed.signal();
        } finally {
            lock.unlock();
        }
        if (request) {
            requestMessage.run();
        }
    }

    /** The client has sent everything. */
    void end() {
        lock.lock();
        try {
            ended = true;
            hold(false);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more can come; whoever reads gets an {@link IOException}, also for what waits. */
    void fail(RuntimeException cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            hold(false);
            waiting.clear();
            waitingBytes = 0;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Why the stream failed, or null. */
    @Nullable RuntimeException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the first chunk, which may be empty, or the end, and tells whether there was one. */
    boolean hasChunk() throws IOException {
        lock.lock();
        try {
            await(() -> chunkSeen);
            return chunkSeen;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        return advance() ? current.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!advance()) {
            return -1;
        }
        int n = Math.min(length, current.remaining());
        current.get(target, offset, n);
        return n;
    }

    /** Gives up what waits and what may still come. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            hold(false);
            waiting.clear();
            waitingBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    /** Makes sure that the current chunk has a byte left; false at the end. */
    private boolean advance() throws IOException {
        if (current.hasRemaining()) {
            return true;
        }
        boolean request = false;
        lock.lock();
        try {
            current = NOTHING;
            ByteString next = poll();
            if (next == null) {
                return false;
            }
            current = next.asReadOnlyByteBuffer();
            waitingBytes -= next.size();
            if (holding && hasRoom()) {
                hold(false);
                request = true;
            }
        } finally {
            lock.unlock();
        }
        if (request) {
            requestMessage.run();
        }
        return true;
    }

    private @Nullable ByteString poll() throws IOException {
        await(() -> !waiting.isEmpty());
        return waiting.poll();
    }

    /** Waits until that holds, or the end; under the lock. */
    private void await(BooleanSupplier arrived) throws IOException {
        try {
            while (failure == null && !ended && !arrived.getAsBoolean()) {
                long left = pace.left();
                long heldBefore = held.nanos();
                long waited = left - changed.awaitNanos(left);
                long bytes = wire.getAsLong();
                pace.arrived(bytes - counted);
                counted = bytes;
                pace.waited(Math.max(0, waited - (held.nanos() - heldBefore)));
            }
        } catch (SurfaceException tooSlow) {
            failure = tooSlow;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        if (failure != null) {
            throw new IOException("the upload broke off", failure);
        }
    }

    /** Whether a message is owed that wasn't asked for, which holds back what the client sends; under the lock. */
    private void hold(boolean now) {
        if (now && !holding) {
            held.begin();
        } else if (!now && holding) {
            held.end();
        }
        holding = now;
    }

    private boolean hasRoom() {
        return waitingBytes < HIGH_BYTES && waiting.size() < HIGH_CHUNKS;
    }
}
