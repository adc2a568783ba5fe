package io.surfacefs.store.fs;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobStore;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lists a folder tree in the order of the bytes of whole names, as an object store does, where {@code a-b/…} stands
 * before {@code a/…}. Holds no more than a page of one folder's names, and descends only into folders that the page
 * needs.
 */
final class FolderListing {
    private final Path root;
    private final String after;
    private final boolean delimiter;
    private final int limit;
    private final List<String> found = new ArrayList<>();

    private FolderListing(Path root, String after, boolean delimiter, int limit) {
        this.root = root;
        this.after = after;
        this.delimiter = delimiter;
        this.limit = limit;
    }

    /** See {@link BlobStore#list}; {@code root} is the bucket's folder. */
    static BlobStore.Names list(Path root, String prefix, String after, boolean delimiter, int limit) {
        if (!prefix.isEmpty() && !prefix.endsWith("/")) {
            throw new IllegalArgumentException("not a folder: " + prefix);
        }
        FolderListing names = new FolderListing(root, after, delimiter, limit);
        names.walk(prefix);
        boolean more = names.found.size() > limit;
        return new BlobStore.Names(more ? names.found.subList(0, limit) : names.found, more);
    }

    private void walk(String folder) {
        String last = "";
        while (true) {
            List<Entry> page = page(folder, last);
            for (Entry entry : page) {
                String name = folder + entry.name;
                if (entry.isFolder()) {
                    if (delimiter) {
                        add(name + "/");
                    } else {
                        walk(name + "/");
                    }
                } else {
                    add(name);
                }
                if (found.size() > limit) {
                    return;
                }
                last = entry.sortName();
            }
            if (page.size() <= limit) {
                return;
            }
        }
    }

    private void add(String name) {
        if (name.compareTo(after) > 0) {
            found.add(name);
        }
    }

    /**
     * The first entries of one folder behind {@code last} that may hold names behind {@code after}, at most one more
     * than the page.
     */
    private List<Entry> page(String folder, String last) {
        String[] all = new File(root.resolve(folder).toString()).list();
        if (all == null) {
            if (!Files.notExists(root.resolve(folder), LinkOption.NOFOLLOW_LINKS)) {
                throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "a folder of the store could not be listed");
            }
            return List.of();
        }
        PriorityQueue<Entry> first = new PriorityQueue<>(Comparator.reverseOrder());
        for (String name : all) {
            if (mayFollow(folder + name)) {
                Entry entry = new Entry(folder, name);
                if (last.isEmpty() || entry.sortName().compareTo(last) > 0) {
                    first.add(entry);
                    if (first.size() > limit + 1) {
                        first.poll();
                    }
                }
            }
        }
        List<Entry> page = new ArrayList<>(first);
        page.sort(Comparator.naturalOrder());
        return page;
    }

    /** Whether an entry, be it a file or a folder, can hold a name behind {@code after}. */
    private boolean mayFollow(String name) {
        return name.compareTo(after) > 0 || after.startsWith(name + "/") || (name + "/").compareTo(after) > 0;
    }

    private final class Entry implements Comparable<Entry> {
        private final String folder;
        private final String name;
        private @Nullable Boolean isFolder;

        Entry(String folder, String name) {
            this.folder = folder;
            this.name = name;
        }

        boolean isFolder() {
            if (isFolder == null) {
                isFolder = Files.isDirectory(root.resolve(folder + name), LinkOption.NOFOLLOW_LINKS);
            }
            return isFolder;
        }

        String sortName() {
            return isFolder() ? name + "/" : name;
        }

        /**
         * Only where one name begins with the other does it matter which of them is a folder, which costs a look at the
         * disk.
         */
        @Override
        public int compareTo(Entry other) {
            if (name.startsWith(other.name) || other.name.startsWith(name)) {
                return sortName().compareTo(other.sortName());
            }
            return name.compareTo(other.name);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry that && name.equals(that.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }
}
