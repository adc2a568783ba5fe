package io.surfacefs.store.s3;

import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** An open object, read as tests like it. */
record BlobStoreBytes(BlobStore.Opened opened) implements AutoCloseable {
    void expect(long from, long to) {
        opened.bytes().expect(from, to);
    }

    byte[] read(long from, int length) {
        return read(from, length, 0);
    }

    /** Reads on from where it was, where a read breaks off; so often at most. */
    byte[] read(long from, int length, int breaks) {
        byte[] target = new byte[length];
        int done = 0;
        int left = breaks;
        try {
            while (done < length) {
                int n;
                try {
                    n = opened.bytes().read(from + done, target, done, Math.min(65_536, length - done));
                } catch (StoreFault e) {
                    if (left-- == 0 || !e.mayBeRetried()) {
                        throw e;
                    }
                    continue;
                }
                if (n < 0) {
                    return Arrays.copyOf(target, done);
                }
                done += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }

    @Override
    public void close() {
        opened.bytes().close();
    }
}
