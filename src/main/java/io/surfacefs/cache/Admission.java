package io.surfacefs.cache;

import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One object on its way into the cache: room first, then bytes into a temporary file, then the trailer, sync, and the
 * final name. Room that is free is reserved at once for the whole; where something has to go for it, step by step as
 * bytes really come, so that a fetch that breaks off has cost no more than it brought. Used by one thread.
 */
final class Admission implements AutoCloseable {
    private final Parts parts;
    private final CacheName name;
    private final NameHash hash;
    private final long epoch;
    private final Source source;
    private final byte[] trailer;
    private final long inserted;
    private final Path temp;
    private Disk.@Nullable OutFile out;
    private long room;
    private long written;

    private Admission(Parts parts, CacheName name, long epoch, Source source, long inserted, byte[] trailer) {
        this.parts = parts;
        this.name = name;
        this.hash = name.hash();
        this.epoch = epoch;
        this.source = source;
        this.inserted = inserted;
        this.trailer = trailer;
        this.temp = parts.folder().newTemporary();
    }

    /**
     * Begins.
     *
     * @param epoch of the name, taken before the store was asked
     * @return null when the object is not to be kept: too large, or the disk is not well
     */
    static @Nullable Admission begin(Parts parts, CacheName name, long epoch, Source source) {
        long inserted = parts.outside().clock().millis();
        byte[] trailer = CacheFile.write(new CacheFile.Trailer(
                name, source.digest(), source.bytes().size(), source.expires(), inserted, source.meta()));
        Admission admission = new Admission(parts, name, epoch, source, inserted, trailer);
        if (!parts.health().ok() || admission.whole() > parts.settings().soft() - Ledger.FIXED) {
            return null;
        }
        try {
            if (parts.ledger().tryReserve(admission.whole())) {
                admission.room = admission.whole();
            }
            admission.out = parts.folder().disk().create(admission.temp);
            return admission;
        } catch (IOException e) {
            admission.close();
            parts.health().failed(e);
            return null;
        }
    }

    private long whole() {
        return source.bytes().size() + trailer.length + Ledger.ENTRY_CHARGE + Ledger.TENANT_CHARGE;
    }

    /** Where the bytes are while they come. */
    Path file() {
        return temp;
    }

    /**
     * Writes what came.
     *
     * @return false when there is no room for it
     */
    boolean write(byte[] bytes, int length) throws IOException {
        if (!need(written + length)) {
            return false;
        }
        open().write(bytes, 0, length);
        written += length;
        return true;
    }

    private boolean need(long total) throws IOException {
        if (total <= room) {
            return true;
        }
        if (!parts.rooms().reserve(total - room, name.tenant())) {
            return false;
        }
        room = total;
        return true;
    }

    private Disk.OutFile open() {
        if (out == null) {
            throw new IllegalStateException("closed");
        }
        return out;
    }

    /**
     * Ends with all bytes written and found right: the file gets its final name and the object is found from now on,
     * unless its name was withdrawn meanwhile.
     *
     * @param fresh see {@link CachedObject}
     * @return whether it is kept
     */
    boolean publish(int fresh) throws IOException {
        if (!need(whole())) {
            return false;
        }
        open().write(trailer, 0, trailer.length);
        open().sync();
        open().close();
        out = null;
        Waits.Mutex mutex = parts.names().of(hash);
        mutex.lock();
        try {
            if (parts.names().epoch(hash) != epoch) {
                return false;
            }
            parts.folder().place(temp, hash);
            long taken = room;
            room = 0;
            if (!parts.ledger().enter(item(fresh), taken)) {
                parts.folder().delete(hash);
                return false;
            }
        } finally {
            mutex.unlock();
        }
        parts.folder().settle(hash);
        return true;
    }

    private Item item(int fresh) {
        return new Item(
                hash,
                name.tenant(),
                source.bytes().size() + trailer.length,
                (int) Math.min(source.expires(), Integer.MAX_VALUE),
                inserted,
                fresh,
                true);
    }

    /** Ends; what was not published leaves nothing. Never throws. */
    @Override
    public void close() {
        try {
            if (out != null) {
                out.close();
                out = null;
            }
            parts.folder().disk().delete(temp);
            parts.ledger().release(room);
            room = 0;
        } catch (IOException e) {
            // The file may still lie there, so its room stays taken until the next start clears it.
            parts.health().failed(e);
        }
    }
}
