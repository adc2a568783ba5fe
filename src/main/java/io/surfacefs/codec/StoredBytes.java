package io.surfacefs.codec;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Random access to the stored bytes of one object, fixed when it was opened. Reads may come from several threads. */
public interface StoredBytes extends Closeable {
    /** Number of bytes. */
    long size();

    /**
     * Reads from a position.
     *
     * @return bytes read, at least 1 unless {@code length} is 0; -1 at the end
     */
    int read(long position, byte[] target, int offset, int length) throws IOException;

    /**
     * Says that reads from one position on to another are about to come, in order. Only a hint: bytes that are far away
     * are then fetched in one request, and no others.
     *
     * @param from first position
     * @param to the position behind the last
     */
    default void expect(long from, long to) {}

    /**
     * The file whose first {@link #size()} bytes are exactly these, or null when they are elsewhere. Whoever opens it
     * may find it gone, and then reads from here.
     */
    default @Nullable Path file() {
        return null;
    }

    /** All bytes, where they are in memory; they are not to be written to. Null where they aren't. */
    default byte @Nullable [] inMemory() {
        return null;
    }

    @Override
    void close();
}
