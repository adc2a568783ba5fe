package io.surfacefs.store.s3;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one object, fetched as they are read: in one request for a span that was announced, else piece by piece,
 * longer ones the longer somebody reads on in order. The last 16 KiB, where seek tables stand, are kept once read.
 * Where a request breaks off the read fails, and the next one makes another from where it was. Every request asks for
 * the object that was opened, by its tag. Memory: the part it was opened with, at most 256 KiB, until that was passed,
 * and the tail.
 */
final class S3Bytes implements StoredBytes {
    private static final int TAIL = 16 << 10;
    private static final int MAX_WINDOW = 4 << 20;

    private final S3Objects objects;
    private final BlobKey key;
    private final BlobStore.Head head;
    private final ReentrantLock lock = new ReentrantLock();
    private byte @Nullable [] start;
    private byte @Nullable [] tail;
    private S3Objects.@Nullable Got stream;
    private long streamAt;
    private long expectedFrom;
    private long expectedTo;
    private long window;
    private long lastEnd = -1;
    private boolean closed;

    /** @param start the object's first bytes, as many as are known */
    S3Bytes(S3Objects objects, BlobKey key, BlobStore.Head head, byte[] start) {
        this.objects = objects;
        this.key = key;
        this.head = head;
        this.start = start;
    }

    @Override
    public long size() {
        return head.size();
    }

    @Override
    public void expect(long from, long to) {
        lock.lock();
        try {
            expectedFrom = from;
            expectedTo = Math.min(to, head.size());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position >= head.size()) {
            return -1;
        }
        lock.lock();
        try {
            if (closed) {
                throw new IOException("closed");
            }
            int n = fromMemory(position, target, offset, length);
            return n > 0 ? n : fromStore(position, target, offset, length);
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
        long tailFrom = last == null ? head.size() : head.size() - last.length;
        if (last == null || position < tailFrom) {
            return 0;
        }
        int n = (int) Math.min(length, head.size() - position);
        System.arraycopy(last, (int) (position - tailFrom), target, offset, n);
        return n;
    }

    private int fromStore(long position, byte[] target, int offset, int length) {
        if (stream == null || streamAt != position) {
            abandon();
            long to = endFor(position, length);
            if (to == head.size() && position >= head.size() - TAIL && !announced(position)) {
                return readTail(position, target, offset, length);
            }
            open(position, to);
        }
        try {
            return readOn(target, offset, length);
        } catch (IOException | StoreFault e) {
            abandon();
            throw S3Faults.ofBody(e);
        }
    }

    private boolean announced(long position) {
        return position >= expectedFrom && position < expectedTo;
    }

    /** Up to where to ask the store. */
    private long endFor(long position, int length) {
        if (announced(position)) {
            return expectedTo;
        }
        window = position == lastEnd ? Math.min(MAX_WINDOW, 2 * window) : 0;
        window = Math.max(window, length);
        // A piece of the tail is seldom the only one.
        return position >= head.size() - TAIL ? head.size() : Math.min(head.size(), position + window);
    }

    private int readTail(long position, byte[] target, int offset, int length) {
        long from = Math.max(0, head.size() - TAIL);
        tail = objects.whole(() -> ask(from, head.size()), TAIL, S3Objects.Whole::bytes);
        return fromMemory(position, target, offset, length);
    }

    private void open(long from, long to) {
        start = null;
        stream = ask(from, to);
        streamAt = from;
    }

    private S3Objects.Got ask(long from, long to) {
        S3Objects.Got got = objects.get(key, from, to, head.tag());
        if (got == null || got.size() != head.size() || got.to() != to) {
            if (got != null) {
                got.abort();
            }
            throw S3Faults.fault(StoreFault.Reason.CHANGED, null);
        }
        return got;
    }

    private int readOn(byte[] target, int offset, int length) throws IOException {
        S3Objects.Got got = java.util.Objects.requireNonNull(stream);
        int n = got.body().read(target, offset, (int) Math.min(length, got.to() - streamAt));
        if (n <= 0) {
            throw S3Faults.fault(StoreFault.Reason.PARTIAL_BODY, null);
        }
        streamAt += n;
        lastEnd = streamAt;
        if (streamAt == got.to()) {
            stream = null;
            S3Objects.finish(got);
        }
        return n;
    }

    private void abandon() {
        S3Objects.Got got = stream;
        stream = null;
        if (got != null) {
            got.abort();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            start = null;
            tail = null;
            abandon();
        } finally {
            lock.unlock();
        }
    }
}
