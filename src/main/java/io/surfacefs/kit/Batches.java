package io.surfacefs.kit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries of a kit, those of one tenant and within bounds at a time. For one thread. */
final class Batches {
    /** Entries of a batch. */
    private static final int MOST = 500;
    /** Images and scans of its entries, which are held; the last one may go beyond. */
    private static final int MAX_NAMES = 100_000;

    private final Kit.Entries entries;
    private @Nullable KitEntry held;
    private boolean begun;

    /** @param entries left open */
    Batches(Kit.Entries entries) {
        this.entries = entries;
    }

    /** The next ones, in the order of the kit; none at its end. */
    List<KitEntry> next() throws IOException {
        List<KitEntry> batch = new ArrayList<>();
        int names = 0;
        KitEntry entry = begun ? held : entries.next();
        begun = true;
        while (entry != null && batch.size() < MOST && names <= MAX_NAMES && fits(batch, entry)) {
            batch.add(entry);
            names += entry.images().size() + entry.scans().size();
            entry = entries.next();
        }
        held = entry;
        return batch;
    }

    private static boolean fits(List<KitEntry> batch, KitEntry entry) {
        return batch.isEmpty()
                || batch.getFirst().key().tenant().equals(entry.key().tenant());
    }
}
