package io.surfacefs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The spool folder that the configuration names. All but looking is refused while a server runs on it. */
public interface LocalSpool {
    /**
     * A put that waits or was rejected.
     *
     * @param key {@code tenant/kind/sha256:…} or {@code cache/namespace/tenant/sha256:…}; {@code ?} when it is damaged
     * @param what {@code commit}, {@code stage}, {@code scan}, {@code cache} or {@code damaged}
     * @param bytes of its stored payload
     * @param code why it was rejected, or null
     * @param message the same in words, or null
     */
    record Item(
            String key,
            String what,
            boolean rejected,
            Instant put,
            long bytes,
            @Nullable String code,
            @Nullable String message) {}

    /** Tells what lies there, in the order of the puts, what was rejected last. */
    void list(Consumer<Item> item) throws IOException;

    /** Puts what was rejected back. */
    void retry(Predicate<Item> wanted, Consumer<Item> done) throws IOException, RefusedException;

    /** Copies out; tells of what is damaged, or no match for what is there of its key, and therefore not copied. */
    void export(Path target, Predicate<Item> wanted, Consumer<Item> done, Consumer<Item> damaged)
            throws IOException, RefusedException;

    /** Removes for ever. */
    void drop(Predicate<Item> wanted, Consumer<Item> done) throws IOException, RefusedException;
}
