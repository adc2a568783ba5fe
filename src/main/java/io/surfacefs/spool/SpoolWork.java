package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.Disk;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The operator's work on a spool folder that no server runs on. Looking is allowed beside one. One thread at a time;
 * memory for one entry at a time.
 */
public final class SpoolWork implements AutoCloseable {
    private static final String KIT = "offline/surface/";
    private static final int PIECE = 128 * 1024;

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
     * cache entries as {@code cache/{namespace}/{tenant}/{hex}.zst}. Of several puts of an artefact the first counts,
     * of a cache entry the last.
     *
     * @param target made when missing
     * @param damaged told of what isn't what it should be, and therefore isn't copied
     */
    public void export(Path target, Predicate<Item> wanted, Consumer<Item> done, Consumer<Item> damaged)
            throws IOException {
        for (boolean rejected : new boolean[] {false, true}) {
            each(wanted, rejected, item -> {
                boolean whole = copy(target, folder(folder.root(), rejected), item);
                (whole ? done : damaged).accept(item);
            });
        }
    }

    private static boolean copy(Path target, Path from, Item item) throws IOException {
        try {
            EntryFormat.Front front = SpoolNames.front(from, item.sequence());
            SpoolKey key = front.head().key();
            String name = key.tenant() + "/" + key.name() + "/" + key.digest().hex();
            if (front.head().payload() != null) {
                Path file = key.cache()
                        ? target.resolve("cache/" + key.name() + "/" + key.tenant() + "/"
                                + key.digest().hex() + ".zst")
                        : target.resolve(KIT + "payloads/tenants/" + name + ".json.zst");
                copyPayload(from, item.sequence(), front, file, key.cache());
            }
            Path manifest = target.resolve(KIT + "manifests/tenants/" + name + ".json");
            if (front.manifest().length > 0 && !Files.exists(manifest)) {
                writeWhole(manifest, out -> out.write(front.manifest()));
            }
            return true;
        } catch (SurfaceException | NoSuchFileException e) {
            return false;
        }
    }

    private static void copyPayload(Path from, long sequence, EntryFormat.Front front, Path file, boolean replace)
            throws IOException {
        if (!replace && Files.exists(file)) {
            return;
        }
        Digest wanted = Objects.requireNonNull(front.head().payload()).storedDigest();
        try (StoredBytes bytes = SpoolNames.openPayload(from, sequence, front.head(), front.layout())) {
            writeWhole(file, out -> {
                MessageDigest digest = Hashes.sha256();
                byte[] piece = new byte[PIECE];
                for (long at = 0; at < bytes.size(); ) {
                    int n = bytes.read(at, piece, 0, piece.length);
                    if (n < 0) {
                        throw new EOFException("the payload ends early");
                    }
                    digest.update(piece, 0, n);
                    out.write(piece, 0, n);
                    at += n;
                }
                if (!Digest.of(digest.digest()).equals(wanted)) {
                    throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the payload is damaged");
                }
            });
        }
    }

    private interface Writer {
        void write(OutputStream out) throws IOException;
    }

    /** The file is there whole or not at all, and survives a loss of power when this returns. */
    private static void writeWhole(Path file, Writer writer) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Path writing = file.resolveSibling("." + file.getFileName() + ".part");
        boolean written = false;
        try {
            try (FileChannel channel = FileChannel.open(
                    writing,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                writer.write(Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = true;
            try (FileChannel folder = FileChannel.open(Objects.requireNonNull(file.getParent()))) {
                folder.force(true);
            }
        } finally {
            if (!written) {
                Files.deleteIfExists(writing);
            }
        }
    }

    @Override
    public void close() throws IOException {
        folder.close();
    }
}
