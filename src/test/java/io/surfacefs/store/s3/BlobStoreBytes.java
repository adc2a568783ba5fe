package io.surfacefs.store.s3;

import io.surfacefs.store.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** An open object, read as tests like it. */
record BlobStoreBytes(BlobStore.Opened opened) implements AutoCloseable {
    void expect(long from, long to) {
        opened.bytes().expect(from, to);
    }

    byte[] read(long from, int length) {
        byte[] target = new byte[length];
        int done = 0;
        try {
            while (done < length) {
                int n = opened.bytes().read(from + done, target, done, Math.min(65_536, length - done));
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
