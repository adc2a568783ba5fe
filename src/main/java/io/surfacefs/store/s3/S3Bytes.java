package io.surfacefs.store.s3;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.FetchedBytes;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one object, fetched as they are read: in one request for a span that was announced, else piece by piece,
 * longer ones the longer somebody reads on in order. The last 16 KiB, where seek tables stand, are kept once read.
 * Where a request breaks off the read fails, and the next one makes another from where it was. Every request asks for
 * the object that was opened, by its tag. Memory: the part it was opened with, at most 256 KiB, until that was passed,
 * and the tail.
 */
final class S3Bytes extends FetchedBytes {
    private static final int MAX_WINDOW = 4 << 20;

    private final S3Objects objects;
    private final BlobKey key;
    private final BlobStore.Head head;
    private S3Objects.@Nullable Got stream;
    private long streamAt;
    private long window;
    private long lastEnd = -1;

    /** @param start the object's first bytes, as many as are known */
    S3Bytes(S3Objects objects, BlobKey key, BlobStore.Head head, byte[] start) {
        super(head.size(), start);
        this.objects = objects;
        this.key = key;
        this.head = head;
    }

    @Override
    protected int fetch(long position, byte[] target, int offset, int length) {
        if (stream == null || streamAt != position) {
            abandon();
            long to = endFor(position, length);
            if (to == head.size() && isInTail(position)) {
                return keepTail(tail(), position, target, offset, length);
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

    /** Up to where to ask the store. */
    private long endFor(long position, int length) {
        if (announced(position)) {
            return announcedTo();
        }
        window = position == lastEnd ? Math.min(MAX_WINDOW, 2 * window) : 0;
        window = Math.max(window, length);
        // A piece of the tail is seldom the only one.
        return position >= head.size() - TAIL ? head.size() : Math.min(head.size(), position + window);
    }

    private byte[] tail() {
        byte[] bytes = objects.whole(() -> ask(tailFrom(), head.size()), TAIL, S3Objects.Whole::bytes);
        return Objects.requireNonNull(bytes);
    }

    private void open(long from, long to) {
        passStart();
        stream = ask(from, to);
        streamAt = from;
    }

    private S3Objects.Got ask(long from, long to) {
        S3Objects.Got got = objects.get(key, from, to, head.tag());
        if (got == null || got.from() != from || got.size() != head.size() || got.to() != to) {
            if (got != null) {
                got.abort();
            }
            throw S3Faults.fault(StoreFault.Reason.CHANGED, null);
        }
        return got;
    }

    private int readOn(byte[] target, int offset, int length) throws IOException {
        S3Objects.Got got = Objects.requireNonNull(stream);
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

    @Override
    protected void abandon() {
        S3Objects.Got got = stream;
        stream = null;
        if (got != null) {
            got.abort();
        }
    }
}
