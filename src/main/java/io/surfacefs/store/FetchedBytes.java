package io.surfacefs.store;

import io.surfacefs.codec.StoredBytes;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an object that is far away, asked for as they are read. What is kept in memory: the part it was opened
 * with, until that was passed, and the last 16 KiB, where seek tables stand, once read. Thread-safe; one reads at a
 * time.
 */
public abstract class FetchedBytes implements StoredBytes {
    /** How much of the end is kept, bytes. */
    protected static final int TAIL = 16 << 10;

    private final long size;
    private final ReentrantLock lock = new ReentrantLock();
    private byte @Nullable [] start;
    private byte @Nullable [] tail;
    private long expectedFrom;
    private long expectedTo;
    private volatile boolean closed;

    /**
     * Bytes of which some are known.
     *
     * @param size of all of them
     * @param start the first ones, as many as are known
     */
    protected FetchedBytes(long size, byte[] start) {
        this.size = size;
        this.start = start;
    }

    /**
     * Fetches bytes that are not in memory. Called under the lock.
     *
     * @return how many, at least 1
     */
    protected abstract int fetch(long position, byte[] target, int offset, int length) throws IOException;

    /** Gives up what is under way. Called under the lock. */
    protected abstract void abandon();

    /** Wakes a reader who waits, when the bytes are closed. Called without the lock. */
    protected void wake() {}

    @Override
    public final long size() {
        return size;
    }

    @Override
    public final void expect(long from, long to) {
        lock.lock();
        try {
            expectedFrom = from;
            expectedTo = Math.min(to, size);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position >= size) {
            return -1;
        }
        lock.lock();
        try {
            if (closed) {
                throw new IOException("closed");
            }
            int n = fromMemory(position, target, offset, length);
            return n > 0 ? n : fetch(position, target, offset, length);
        } finally {
            lock.unlock();
        }
    }

    private int fromMemory(long position, byte[] target, int offset, int length) {
        byte[] first = start;
        if (first != null && position < first.length) {
            int n = (int) Math.min(length, first.length - position);
            System.arraycopy(first, (int) position, target, offset, n);
            return n;
        }
        byte[] last = tail;
        return last == null || position < size - last.length ? 0 : fromTail(last, position, target, offset, length);
    }

    private int fromTail(byte[] last, long position, byte[] target, int offset, int length) {
        int n = (int) Math.min(length, size - position);
        System.arraycopy(last, (int) (position - (size - last.length)), target, offset, n);
        return n;
    }

    /** Whether a place lies in the tail, and in nothing that was announced: a piece of it is seldom the only one. */
    protected final boolean isInTail(long position) {
        return position >= size - TAIL && !announced(position);
    }

    /** Keeps the tail, and reads from it. */
    protected final int keepTail(byte[] bytes, long position, byte[] target, int offset, int length) {
        tail = bytes;
        return fromTail(bytes, position, target, offset, length);
    }

    /** Where the tail begins. */
    protected final long tailFrom() {
        return Math.max(0, size - TAIL);
    }

    /** Lets the first bytes go: whoever reads has passed them. */
    protected final void passStart() {
        start = null;
    }

    /** Whether the reader said that he would read what stands there. */
    protected final boolean announced(long position) {
        return position >= expectedFrom && position < expectedTo;
    }

    /** Up to where he said that he would read. */
    protected final long announcedTo() {
        return expectedTo;
    }

    /** Does something unless somebody reads. */
    protected final void unlessRead(Runnable work) {
        if (lock.tryLock()) {
            try {
                work.run();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Also wakes a reader who waits, where that can be done. */
    @Override
    public final void close() {
        closed = true;
        wake();
        lock.lock();
        try {
            start = null;
            tail = null;
            abandon();
        } finally {
            lock.unlock();
        }
    }
}
