package io.surfacefs.codec;

import java.io.IOException;

/** Where the stored form of an upload goes, in order, from one thread at a time. */
public interface StoredSink {
    /** Takes bytes; the array is the caller's again when this returns. */
    void write(byte[] bytes, int offset, int length) throws IOException;
}
