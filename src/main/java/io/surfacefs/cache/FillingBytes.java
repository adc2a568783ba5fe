package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** An object's bytes while they come. Where the cache can't keep them any more, the rest is read from the store. */
final class FillingBytes implements StoredBytes {
    private final Fill fill;
    private final Fill.Facts facts;
    private final Source.Origin origin;
    private final FileChannel channel;
    private volatile long reached;
    private @Nullable Source store;
    private boolean closed;

    private FillingBytes(Fill fill, Source.Origin origin, FileChannel channel) {
        this.fill = fill;
        this.facts = fill.facts();
        this.origin = origin;
        this.channel = channel;
    }

    /** @throws java.nio.file.NoSuchFileException when the file has its final name by now, or is gone */
    static FillingBytes open(Fill fill, Source.Origin origin) throws IOException {
        return new FillingBytes(fill, origin, FileChannel.open(fill.facts().file(), StandardOpenOption.READ));
    }

    @Override
    public long size() {
        return facts.size();
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position >= facts.size()) {
            return -1;
        }
        long end = fill.awaitBytes(position, position <= reached);
        int n = end < 0
                ? store().bytes().read(position, target, offset, length)
                : channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, end - position)), position);
        if (position <= reached) {
            reached = Math.max(reached, position + n);
        }
        return n;
    }

    private synchronized Source store() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        if (store == null) {
            Source again = origin.open();
            if (again == null
                    || again.bytes().size() != facts.size()
                    || !again.digest().equals(facts.source().digest())) {
                if (again != null) {
                    again.close();
                }
                throw new SurfaceException(
                        ErrorCode.STORE_UNAVAILABLE, "the object changed while it was being read", "ask again");
            }
            store = again;
        }
        return store;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (store != null) {
            store.close();
            store = null;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
