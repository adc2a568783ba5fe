package io.surfacefs.kit;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a second kit adds to a first one, drops and changes, by their indexes. */
public final class KitDiff {
    private KitDiff() {}

    /** What is told of an entry. */
    public enum Change {
        ADDED,
        DROPPED,
        /** The same key with another manifest, another stored payload, or under other images and scans. */
        CHANGED
    }

    /** Told of each entry that is not the same in both, in the order of their paths. */
    @FunctionalInterface
    public interface Told {
        void of(Change change, KitEntry entry) throws IOException;
    }

    /**
     * How many of each.
     *
     * @param same entries that are equal in both
     * @param bytesAdded of the files of added and changed entries
     */
    public record Counts(long added, long dropped, long changed, long same, long bytesAdded) {}

    /**
     * Compares two kits by their entries; reads no payload.
     *
     * @throws KitException when an index is broken
     */
    public static Counts run(Kit first, Kit second, Told told) throws IOException {
        long[] counts = new long[5];
        try (Kit.Entries before = first.entries(problem -> {});
                Kit.Entries after = second.entries(problem -> {})) {
            KitEntry a = before.next();
            KitEntry b = after.next();
            while (a != null || b != null) {
                int order = order(a, b);
                if (order < 0 && a != null) {
                    counts[1]++;
                    told.of(Change.DROPPED, a);
                } else if (order > 0 && b != null) {
                    counts[0]++;
                    counts[4] += b.bytes();
                    told.of(Change.ADDED, b);
                } else if (a != null && b != null && a.equals(b)) {
                    counts[3]++;
                } else if (b != null) {
                    counts[2]++;
                    counts[4] += b.bytes();
                    told.of(Change.CHANGED, b);
                }
                a = order <= 0 ? before.next() : a;
                b = order >= 0 ? after.next() : b;
            }
        }
        return new Counts(counts[0], counts[1], counts[2], counts[3], counts[4]);
    }

    private static int order(@Nullable KitEntry a, @Nullable KitEntry b) {
        if (a == null || b == null) {
            return a == null ? 1 : -1;
        }
        return a.manifestPath().compareTo(b.manifestPath());
    }
}
