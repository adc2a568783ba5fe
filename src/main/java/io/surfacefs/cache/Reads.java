package io.surfacefs.cache;

import io.surfacefs.codec.StoredBytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Opens objects. What is no whole file of the right object is put aside and missed. Bytes are checked against their
 * digest before the first is given: of small objects when this process opens them for the first time, and of a sample
 * of all reads. Writes nothing. Thread-safe.
 */
final class Reads {
    /** The largest object that is always checked at its first opening, in bytes: about a millisecond's work. */
    static final long CHECKED_AT_FIRST = 1 << 20;

    private final Parts parts;
    private final Recovery recovery;

    Reads(Parts parts, Recovery recovery) {
        this.parts = parts;
        this.recovery = recovery;
    }

    /** Opens an object, or gives null when it is not here. */
    @Nullable CachedObject open(CacheName name) {
        NameHash hash = name.hash();
        Index.Found found = parts.index().find(hash);
        if (found == null && recovery.complete()) {
            return null;
        }
        try {
            return open(name, hash, found);
        } catch (IOException e) {
            // A disk that can't be read is a cache without anything in it.
            parts.health().failed(e);
            return null;
        }
    }

    private @Nullable CachedObject open(CacheName name, NameHash hash, Index.@Nullable Found found) throws IOException {
        Path file = parts.folder().file(hash);
        FileChannel channel;
        try {
            channel = parts.folder().read(hash);
        } catch (NoSuchFileException e) {
            if (found != null) {
                forgetLost(hash);
            }
            return null;
        }
        CachedObject object = null;
        try {
            CacheFile.Trailer trailer = CacheFile.read(channel);
            if (trailer == null || !trailer.name().equals(name)) {
                channel.close();
                putAside(hash);
                return null;
            }
            StoredBytes bytes =
                    new ChannelBytes(channel, trailer.size(), name.group().immutable() ? file : null);
            if (mustCheck(found, trailer.size())) {
                if (!parts.verifier().storedDigest(bytes).equals(trailer.digest())) {
                    channel.close();
                    putAside(hash);
                    return null;
                }
                parts.ledger().verified(hash);
            }
            if (found != null) {
                parts.ledger().visited(found, hash);
            }
            object = new CachedObject(bytes, trailer.digest(), trailer.meta(), true, found == null ? 0 : found.fresh());
            return object;
        } finally {
            if (object == null) {
                channel.close();
            }
        }
    }

    private boolean mustCheck(Index.@Nullable Found found, long size) {
        boolean checked = found != null && found.verified();
        return (!checked && size <= CHECKED_AT_FIRST)
                || parts.outside().chance().getAsDouble() < parts.settings().verifySample();
    }

    /** The index names a file that is gone. */
    private void forgetLost(NameHash hash) {
        Waits.Mutex mutex = parts.names().of(hash);
        mutex.lock();
        try {
            if (!Files.exists(parts.folder().file(hash))) {
                parts.ledger().remove(hash);
            }
        } finally {
            mutex.unlock();
        }
    }

    private void putAside(NameHash hash) throws IOException {
        try {
            parts.rooms().quarantine(hash, parts.outside().clock().millis());
        } catch (NoSuchFileException e) {
            parts.ledger().remove(hash);
        }
    }
}
