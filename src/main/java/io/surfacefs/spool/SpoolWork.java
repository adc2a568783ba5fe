package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The operator's work on a spool folder that no server runs on. Looking is allowed beside one. One thread at a time;
 * memory for one entry at a time.
 */
public final class SpoolWork implements AutoCloseable {
    /**
     * A put that waits or was rejected.
     *
     * @param key {@code tenant/kind/sha256:…} or {@code cache/namespace/tenant/sha256:…}; {@code ?} when its file is
     *     damaged
     * @param what {@code commit}, {@code stage}, {@code scan}, {@code cache} or {@code damaged}
     * @param put when it was put; of a damaged one the beginning of 1970
     * @param bytes of its stored payload, 0 where none lies with it
     * @param code why it was rejected, or null
     * @param message the same in words, or null
     */
    public record Item(
            long sequence,
            String key,
            String what,
            boolean rejected,
            Instant put,
            long bytes,
            @Nullable String code,
            @Nullable String message) {}

    private final SpoolFolder folder;

    private SpoolWork(SpoolFolder folder) {
        this.folder = folder;
    }

    /**
     * Takes a folder.
     *
     * @throws io.surfacefs.store.FolderOwnedException when a server runs on it
     * @throws IOException when it is missing, has a newer format, or can't be used
     */
    public static SpoolWork open(Path root, Disk disk) throws IOException {
        requireSpool(root);
        SpoolFolder folder = SpoolFolder.open(disk, root, Gate.real());
        folder.clearLeftovers();
        return new SpoolWork(folder);
    }

    private static void requireSpool(Path root) throws IOException {
        if (!SpoolFolder.checkFormat(root)) {
            throw new NoSuchFileException(root.toString(), null, "there is no spool");
        }
    }

    /** Tells what lies in a folder, in the order of the puts, what was rejected last; also beside a server. */
    public static void list(Path root, Consumer<Item> item) throws IOException {
        requireSpool(root);
        for (boolean rejected : new boolean[] {false, true}) {
            Path folder = folder(root, rejected);
            for (long sequence : SpoolNames.sequences(folder)) {
                Item found = item(folder, sequence, rejected);
                if (found != null) {
                    item.accept(found);
                }
            }
        }
    }

    private static Path folder(Path root, boolean rejected) {
        return rejected ? SpoolNames.rejected(root) : SpoolNames.entries(root);
    }

    /** Null when it went meanwhile. */
    private static @Nullable Item item(Path folder, long sequence, boolean rejected) throws IOException {
        try {
            Map<String, @Nullable Object> why = rejected ? why(folder, sequence) : Map.of();
            String code = text(why, "code");
            String message = text(why, "message");
            try {
                Head head = SpoolNames.front(folder, sequence).head();
                return new Item(
                        sequence,
                        head.key().toString(),
                        head.op().name().toLowerCase(Locale.ROOT),
                        rejected,
                        head.at(),
                        head.payload() == null ? 0 : head.payload().storedSize(),
                        code,
                        message);
            } catch (SurfaceException e) {
                return new Item(sequence, "?", "damaged", rejected, Instant.EPOCH, 0, code, message);
            }
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static Map<String, @Nullable Object> why(Path folder, long sequence) throws IOException {
        try {
            return CanonicalJson.parseObject(Files.readAllBytes(SpoolNames.why(folder, sequence)), 1 << 20);
        } catch (NoSuchFileException | SurfaceException e) {
            return Map.of();
        }
    }

    private static @Nullable String text(Map<String, @Nullable Object> why, String name) {
        return why.get(name) instanceof String text ? text : null;
    }

    private interface Each {
        void at(Item item) throws IOException;
    }

    private void each(Predicate<Item> wanted, boolean rejected, Each work) throws IOException {
        Path in = folder(folder.root(), rejected);
        for (long sequence : SpoolNames.sequences(in)) {
            Item item = item(in, sequence, rejected);
            if (item != null && wanted.test(item)) {
                work.at(item);
            }
        }
    }

    /** Puts rejected puts back, at their old places in the order, for the next server to deliver. */
    public void retry(Predicate<Item> wanted, Consumer<Item> done) throws IOException {
        each(wanted, true, item -> {
            folder.files().restore(item.sequence());
            done.accept(item);
        });
    }

    /** Removes puts for ever. */
    public void drop(Predicate<Item> wanted, Consumer<Item> done) throws IOException {
        each(wanted, false, item -> {
            folder.files().remove(item.sequence());
            done.accept(item);
        });
        folder.files().settleRemovals();
        each(wanted, true, item -> {
            folder.files().dropRejected(item.sequence());
            done.accept(item);
        });
    }

    /**
     * Copies puts out, in the folders of a kit: manifests as {@code …/manifests/tenants/{tenant}/{kind}/{hex}.json},
     * stored payloads as {@code …/payloads/tenants/{tenant}/{kind}/{hex}.json.zst}, both below {@code offline/surface};
     * cache entries as {@code cache/{namespace}/{tenant}/{hex}.zst}. Of several puts of an artefact the first counts
     * that brought manifest and payload, of a cache entry the last. A manifest is only copied beside the very payload
     * that it describes, or where there is none.
     *
     * @param target made when missing
     * @param left told of what isn't copied: it isn't what it should be, or is no match for what is there of its key
     */
    public void export(Path target, Predicate<Item> wanted, Consumer<Item> done, Consumer<Item> left)
            throws IOException {
        SpoolExport export = new SpoolExport(target);
        for (boolean whole : new boolean[] {true, false}) {
            for (boolean rejected : new boolean[] {false, true}) {
                Path in = folder(folder.root(), rejected);
                each(wanted, rejected, item -> {
                    SpoolExport.Copied copied = export.copy(in, item.sequence(), whole);
                    switch (copied) {
                        case DONE -> done.accept(item);
                        case LEFT -> left.accept(item);
                        case NOT_YET -> {}
                    }
                });
            }
        }
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
