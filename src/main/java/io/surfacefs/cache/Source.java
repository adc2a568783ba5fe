package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Digest;
import org.jspecify.annotations.Nullable;

/**
 * An object as the store has it. Must be closed.
 *
 * @param digest SHA-256 that the bytes must have
 * @param expires epoch second from which it may be dropped, 0 for never
 * @param meta kept beside the bytes, at most {@link io.surfacefs.codec.SignedForm#MAX_SIGNATURES}
 */
public record Source(StoredBytes bytes, Digest digest, long expires, byte[] meta) implements AutoCloseable {
    public Source {
        if (meta.length > CacheFile.MAX_META) {
            throw new IllegalArgumentException("too much to keep beside an object: " + meta.length);
        }
    }

    /** How to get an object from the store; may be asked more than once. */
    @FunctionalInterface
    public interface Origin {
        /**
         * Opens it, or gives null when there is none.
         *
         * @throws io.surfacefs.model.SurfaceException when that can't be told, or not now
         */
        @Nullable Source open();
    }

    @Override
    public void close() {
        bytes.close();
    }
}
