package io.surfacefs.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream somebody watches: all that is read or skipped is told to him, block by block. For one thread. */
public abstract class WatchedStream extends FilterInputStream {
    private static final int SKIPPED = 8192;

    protected WatchedStream(InputStream in) {
        super(in);
    }

    /**
     * Told of each block before whoever reads has it.
     *
     * @param n bytes in {@code target} from {@code offset} on, or -1 at the end, each time it is reached
     * @throws IOException in the place of the block
     */
    protected abstract void passed(byte[] target, int offset, int n) throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = in.read(target, offset, length);
        passed(target, offset, n);
        return n;
    }

    /** Reads, since every byte counts. */
    @Override
    public final long skip(long n) throws IOException {
        int wanted = Math.clamp(n, 0, SKIPPED);
        return Math.max(0, read(new byte[wanted], 0, wanted));
    }

    @Override
    public final boolean markSupported() {
        return false;
    }
}
