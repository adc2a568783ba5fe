package io.surfacefs.store.fs;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.DiskFaults;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files in a folder. Several processes may read and put; the one that owns the folder makes small puts
 * durable through a {@link Journal}, the others sync each file, and only the owner deletes artefacts. A tag that
 * {@link #read} gives is one of the content, and the only kind that {@link #replace} and {@link #delete} take; the tag
 * of {@link #head} tells inode, size and time.
 */
public final class FolderBlobStore implements BlobStore {
    /** Puts of up to this many bytes together go through the journal. */
    private static final long JOURNALED = 256 * 1024;

    private final FolderFiles files;
    private final ChangeLocks locks;
    private final @Nullable Journal journal;
    private final Path temporary;
    private final AutoCloseable hold;

    FolderBlobStore(
            FolderFiles files, ChangeLocks locks, @Nullable Journal journal, Path temporary, AutoCloseable hold) {
        this.files = files;
        this.locks = locks;
        this.journal = journal;
        this.temporary = temporary;
        this.hold = hold;
    }

    /** A folder in the store's file system for this process' temporary files; cleared when it dies. */
    public Path temporary() {
        return temporary;
    }

    /** Whether this process owns the folder, so that it may delete. */
    public boolean owner() {
        return journal != null;
    }

    /**
     * Looks whether the folder can still be used: makes a file in it and removes it, reads nothing and walks nothing. A
     * full disk can be used, since what is stored can be read. May hang as long as the file system does.
     *
     * @throws SurfaceException {@code STORE_UNAVAILABLE} when the folder is gone, is no longer the one that was opened,
     *     or can't be written to
     */
    public void probe() {
        try {
            files.touch();
        } catch (IOException e) {
            SurfaceException fault = DiskFaults.of("probe", e);
            if (fault.code() != ErrorCode.DISK_FULL) {
                throw fault;
            }
        }
    }

    @Override
    public @Nullable Head head(BlobKey key) {
        Path file = files.path(key);
        try {
            if (files.checked(key) == null) {
                return null;
            }
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw linked();
            }
            return attributes.isRegularFile() ? headOf(attributes) : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw notThere(file, e, "head");
        }
    }

    private static Head headOf(BasicFileAttributes attributes) {
        String tag = attributes.fileKey() + ":" + attributes.size() + ":"
                + attributes.lastModifiedTime().toInstant();
        return new Head(attributes.size(), tag, attributes.lastModifiedTime().toInstant());
    }

    /** A name below a file is as absent as any; everything else is a fault. */
    private static SurfaceException notThere(Path file, IOException fault, String what) {
        if (Files.isSymbolicLink(file)) {
            return linked();
        }
        File parent = Folders.parent(file).toFile();
        if (parent.exists() && !parent.isDirectory()) {
            return new SurfaceException(ErrorCode.CORRUPT_OBJECT, "a file stands where a folder should");
        }
        return DiskFaults.of(what, fault);
    }

    /** Whoever can make a link must not have us read, or serve, what only we may read. */
    private static SurfaceException linked() {
        return new SurfaceException(ErrorCode.CORRUPT_OBJECT, "a symbolic link stands where a file should");
    }

    @Override
    public @Nullable Opened open(BlobKey key, long size) {
        Head head = head(key);
        StoredBytes bytes = head == null ? null : openFile(key);
        return head == null || bytes == null ? null : new Opened(bytes, head);
    }

    private @Nullable StoredBytes openFile(BlobKey key) {
        Path file = files.path(key);
        try {
            Path checked = files.checked(key);
            return checked == null ? null : FileBytes.open(checked);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw notThere(file, e, "open");
        }
    }

    @Override
    public @Nullable Content read(BlobKey key, int maxBytes) {
        try (StoredBytes bytes = openFile(key)) {
            if (bytes == null) {
                return null;
            }
            if (bytes.size() > maxBytes) {
                throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "a stored object is larger than it can be");
            }
            byte[] content = FolderFiles.readFully(bytes);
            Head head = head(key);
            return new Content(
                    content,
                    new Head(
                            content.length,
                            contentTag(content),
                            head == null ? java.time.Instant.EPOCH : head.modified()));
        } catch (IOException e) {
            throw DiskFaults.of("read", e);
        }
    }

    private static String contentTag(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return content.length + "-" + Long.toHexString(crc.getValue()) + "-"
                + Integer.toHexString(Arrays.hashCode(content));
    }

    @Override
    public PutResult putAllIfAbsent(List<Put> puts) {
        try {
            int direct = 0;
            while (direct < puts.size() && (journal == null || !journaled(puts.subList(direct, puts.size())))) {
                direct++;
            }
            PutResult first = files.placeAll(puts.subList(0, direct), true);
            if (journal == null || first.done() < direct || direct == puts.size()) {
                return first;
            }
            List<Put> rest = puts.subList(direct, puts.size());
            Journal.Ticket ticket = journal.append(rest);
            try {
                PutResult second = files.placeAll(rest, false);
                return new PutResult(
                        direct + second.done(),
                        direct == 0 ? second.firstCreated() : first.firstCreated(),
                        second.done() == 0 ? first.lastCreated() : second.lastCreated());
            } finally {
                journal.placed(ticket);
            }
        } catch (IOException e) {
            throw DiskFaults.of("put", e);
        }
    }

    /**
     * Whether these fit into one record of the journal. What tenants have is replaced again and again: after a crash
     * the journal would put what it was first in the place of what it became.
     */
    private static boolean journaled(List<Put> puts) {
        long bytes = 0;
        for (Put put : puts) {
            bytes += put.key().name().length() + put.source().size();
            if (!(put.source() instanceof BlobSource.Bytes)
                    || bytes > JOURNALED
                    || put.key().name().startsWith("system/usage/")) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source) {
        try {
            return locks.alone(key.name(), () -> {
                if (expectedTag != null && !expectedTag.equals(currentTag(key))) {
                    return false;
                }
                files.overwrite(key, source);
                return true;
            });
        } catch (IOException e) {
            throw DiskFaults.of("replace", e);
        }
    }

    private @Nullable String currentTag(BlobKey key) {
        Content current = read(key, Integer.MAX_VALUE);
        return current == null ? null : current.head().tag();
    }

    @Override
    public void requireDeletes() {
        if (!owner()) {
            throw new SurfaceException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "another process owns this folder, and only the owner deletes",
                    "send the request to the running service, or use --endpoint");
        }
    }

    @Override
    public boolean delete(BlobKey key, @Nullable String expectedTag) {
        try {
            if (journal != null) {
                journal.release(key);
            } else if (mayBeJournaled(key)) {
                requireDeletes();
            }
            return locks.alone(key.name(), () -> {
                if (expectedTag != null && !expectedTag.equals(currentTag(key))) {
                    return false;
                }
                return files.remove(key);
            });
        } catch (IOException e) {
            throw DiskFaults.of("delete", e);
        }
    }

    private static boolean mayBeJournaled(BlobKey key) {
        return !key.name().startsWith("system/") && !key.name().startsWith("cache/");
    }

    @Override
    public Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        try {
            files.requireTrue(bucket, prefix);
        } catch (IOException e) {
            throw DiskFaults.of("list", e);
        }
        return FolderListing.list(files.bucket(bucket), prefix, after, delimiter, limit);
    }

    @Override
    public void close() {
        try {
            if (journal != null) {
                journal.close();
            }
            locks.close();
            hold.close();
        } catch (Exception e) {
            throw new IllegalStateException("the store's folder could not be closed", e);
        }
    }
}
