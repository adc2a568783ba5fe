package io.surfacefs.cache;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Orders what is done to one name: its file and its line in the index change together. And counts how often names were
 * withdrawn, so that what was fetched before that is not kept after it. Names share a fixed number of locks.
 */
final class NameLocks {
    private static final int STRIPES = 1024;

    private final Waits.Mutex[] mutexes = new Waits.Mutex[STRIPES];
    private final AtomicLongArray epochs = new AtomicLongArray(STRIPES);

    NameLocks(Waits waits) {
        for (int i = 0; i < STRIPES; i++) {
            mutexes[i] = waits.mutex();
        }
    }

    private static int stripe(NameHash hash) {
        return (int) hash.low() & (STRIPES - 1);
    }

    Waits.Mutex of(NameHash hash) {
        return mutexes[stripe(hash)];
    }

    /** What is current: a later one means that the name, or one that shares its lock, was withdrawn. */
    long epoch(NameHash hash) {
        return epochs.get(stripe(hash));
    }

    /** Whatever is being fetched for the name doesn't count any more. With its lock held. {@return the new epoch} */
    long withdraw(NameHash hash) {
        return epochs.incrementAndGet(stripe(hash));
    }
}
