package io.surfacefs.store.fs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/**
 * Whether the folders on the way to an object are folders, and no symbolic links to somewhere else. What was found true
 * counts for a minute, so that a read costs one look at most, at the folder that belongs to its object alone; a link
 * that somebody plants in a folder in use is followed for so long. Thread-safe.
 */
final class TrueFolders {
    private static final int REMEMBERED = 16_384;
    private static final long COUNTS_NANOS = Duration.ofMinutes(1).toNanos();

    private final Path root;
    /** When each was found true, by {@link System#nanoTime}. */
    private final Cache<Path, Long> found =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    /** @param root the store's; it and the buckets' folders in it may be links, which operators use */
    TrueFolders(Path root) {
        this.root = root;
    }

    /**
     * Looks at a folder and those above it.
     *
     * @param folder the root or below it; may be missing
     * @return false when it is missing; what lies in a bucket's folder that is missing may be told so too
     * @throws SurfaceException {@code CORRUPT_OBJECT} when one of them is a link
     */
    boolean require(Path folder) throws IOException {
        if (mayBeLink(folder) || isRemembered(folder)) {
            return true;
        }
        if (!require(Folders.parent(folder))) {
            return false;
        }
        BasicFileAttributes seen;
        try {
            seen = Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true; // a fault of the file system, which who goes on runs into, as into a file
        }
        if (seen.isSymbolicLink()) {
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT,
                    "a symbolic link stands where a folder should",
                    "links are followed to a bucket's folder, and not below it");
        }
        if (seen.isDirectory()) {
            remember(folder);
        }
        return true;
    }

    /** That a folder is there now and is no link. */
    void remember(Path folder) {
        found.put(folder, System.nanoTime());
    }

    /** Whether a folder was found within the last minute. */
    boolean isRemembered(Path folder) {
        Long seen = found.getIfPresent(folder);
        return seen != null && System.nanoTime() - seen < COUNTS_NANOS;
    }

    /** That a folder went. */
    void forget(Path folder) {
        found.invalidate(folder);
    }

    /** Whether it is a folder now, without a look at those above it. */
    boolean isTrue(Path folder) {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || (mayBeLink(folder) && Files.isDirectory(folder));
    }

    private boolean mayBeLink(Path folder) {
        return folder.equals(root) || Folders.parent(folder).equals(root);
    }
}
