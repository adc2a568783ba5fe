package io.surfacefs.store;

import java.nio.file.Path;

/** The content of an object to be stored; can be read as often as a retry needs. */
public sealed interface BlobSource {
    /** Number of bytes. */
    long size();

    /** Content in memory. The array is not written to afterwards. */
    record Bytes(byte[] bytes) implements BlobSource {
        /** An empty object. */
        public static final Bytes EMPTY = new Bytes(new byte[0]);

        @Override
        public long size() {
            return bytes.length;
        }
    }

    /**
     * Content in a local file that is complete, synced and unchanged until the put has ended; a folder store may link
     * it.
     */
    record LocalFile(Path file, long size) implements BlobSource {}
}
