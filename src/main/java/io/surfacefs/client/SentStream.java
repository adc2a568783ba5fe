package io.surfacefs.client;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What is being sent, watched from another thread: whether a standstill is the service's or the source's, and whether
 * it was the source that failed.
 */
final class SentStream extends WatchedStream {
    private volatile long sent;
    private volatile boolean reading;
    private volatile @Nullable IOException failure;

    SentStream(InputStream in) {
        super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        reading = true;
        try {
            return super.read(target, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        } finally {
            reading = false;
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads
    protected void passed(byte[] target, int offset, int n) {
        sent += Math.max(n, 0);
    }

    /** The source is somebody else's. */
    @Override
    public void close() {}

    /** Bytes so far. */
    long sent() {
        return sent;
    }

    /** Whether the source is being waited for right now. */
    boolean reading() {
        return reading;
    }

    /** Throws what the source failed with, if it did. */
    void rethrow() throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw failed;
        }
    }
}
