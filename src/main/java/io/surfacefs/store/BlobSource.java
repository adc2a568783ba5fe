package io.surfacefs.store;

import io.surfacefs.model.Digest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

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
     *
     * @param digest SHA-256 of all of it, where it is known
     */
    record LocalFile(Path file, long size, @Nullable Digest digest) implements BlobSource {
        public LocalFile(Path file, long size) {
            this(file, size, null);
        }
    }

    /** The same content, of which a store that sends it elsewhere makes sure that it is what was received. */
    default BlobSource known(Digest digest) {
        return this instanceof LocalFile local ? new LocalFile(local.file(), local.size(), digest) : this;
    }
}
