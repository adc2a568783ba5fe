package io.surfacefs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leaves nothing behind when the program is ended by a signal: half a file that is being fetched is taken away, and
 * what fails in the engine because it is being stopped is not told. Thread-safe.
 */
final class Cancellation {
    private final Set<Path> unfinished = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    /** From now on signals are noticed. */
    static Cancellation install() {
        Cancellation cancellation = new Cancellation();
        Runtime.getRuntime().addShutdownHook(new Thread(cancellation::clear, "cancellation"));
        return cancellation;
    }

    private void clear() {
        cancelled = true;
        for (Path file : unfinished) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // The program is ending, and nobody could do anything about it.
            }
        }
    }

    /** Says that a file is to be taken away unless it is {@linkplain #finished finished}. */
    void unfinished(Path file) {
        unfinished.add(file);
    }

    void finished(Path file) {
        unfinished.remove(file);
    }

    /** Whether the program is being ended. */
    boolean cancelled() {
        return cancelled;
    }
}
