package io.surfacefs.kit;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ArtefactKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where entries that didn't come in are put: their files as they lie in the kit, and why, in
 * {@code <kit>/<tenant>/<kind>/<digest>.reason.json}; {@code <kit>} is {@link Kit#digest}. All that lies there of all
 * kits is bounded; beyond, an entry is only told of. Thread-safe.
 */
final class Aside {
    private static final String REASON_END = ".reason.json";
    private static final int BUFFER = 64 << 10;

    /**
     * How much may lie there.
     *
     * @param bytes of copied files
     * @param entries with a reason
     */
    record Bounds(long bytes, long entries) {
        /** 1 GiB, and 10,000 entries. */
        static final Bounds USUAL = new Bounds(1L << 30, 10_000);
    }

    private final Kit kit;
    private final Path top;
    private final Bounds bounds;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Path folder;
    private long bytes;
    private long entries;
    private @Nullable String failure;

    /** @param top the folder of all kits; made when something is put there */
    Aside(Kit kit, Path top, Bounds bounds) {
        this.kit = kit;
        this.top = top;
        this.bounds = bounds;
    }

    /** Puts an entry aside. Where that fails, {@link #failure} tells it: the import goes on. */
    void put(KitEntry entry, KitFault fault, String why) {
        lock.lock();
        try {
            if (failure == null) {
                keep(entry, fault, why);
            }
        } catch (IOException e) {
            failure = "what was put aside can't be kept in " + top + ": " + e;
        } finally {
            lock.unlock();
        }
    }

    /** The folder of this kit; null where nothing was put there. */
    @Nullable Path folder() {
        lock.lock();
        try {
            return folder;
        } finally {
            lock.unlock();
        }
    }

    /** Why entries were not put there, in words; null where all were. */
    @Nullable String failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    private void keep(KitEntry entry, KitFault fault, String why) throws IOException {
        Path kept = folder == null ? begin() : folder;
        folder = kept;
        ArtefactKey key = entry.key();
        Path place = kept.resolve(key.tenant().value()).resolve(key.kind().value());
        String name = key.digest().hex();
        Path reason = place.resolve(name + REASON_END);
        boolean known = Files.exists(reason, LinkOption.NOFOLLOW_LINKS);
        if (!known && entries >= bounds.entries) {
            failure = "no more than " + bounds.entries + " entries are kept in " + top + ": remove some";
            return;
        }
        folders(place);
        List<Object> copied = new ArrayList<>();
        copy(entry.manifestPath(), place.resolve(name + ".json"), copied);
        String payload = entry.payloadPath();
        if (payload != null) {
            copy(payload, place.resolve(name + ".json.zst"), copied);
        }
        String envelope = entry.signaturePath();
        if (envelope != null) {
            copy(envelope, place.resolve(name + ".json.dsse"), copied);
        }
        Map<String, @Nullable Object> told = new TreeMap<>();
        told.put("copied", copied);
        told.put("fault", fault.name());
        told.put("kit", kit.place().toString());
        told.put("message", why);
        told.put("path", entry.manifestPath());
        write(reason, CanonicalJson.write(told));
        entries += known ? 0 : 1;
    }

    /** Looks what lies there already. */
    private Path begin() throws IOException {
        Path begun = top.resolve(kit.digest().hex());
        folders(begun);
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes found) {
                if (file.toString().endsWith(REASON_END)) {
                    entries++;
                } else {
                    bytes += found.size();
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return begun;
    }

    private static void folders(Path place) throws IOException {
        boolean posix = place.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(
                place,
                posix
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                        }
                        : new FileAttribute<?>[0]);
    }

    /** Copies a file of the kit; one that isn't there, or is too long for what room is left, is left out. */
    private void copy(String path, Path place, List<Object> copied) throws IOException {
        long had = Files.exists(place, LinkOption.NOFOLLOW_LINKS) ? Files.size(place) : 0;
        try (KitSource.Opened file = kit.source().file(path)) {
            if (file.size() > bounds.bytes - bytes + had) {
                return;
            }
            try (OutputStream out = part(place)) {
                pass(file.stream(), out, file.size());
            }
        } catch (KitException e) {
            return; // the reason says it
        }
        move(place);
        bytes += Files.size(place) - had;
        copied.add(path);
    }

    private static void pass(InputStream in, OutputStream out, long most) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long left = most;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(left, BUFFER));
            if (n < 0) {
                return;
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static void write(Path place, byte[] json) throws IOException {
        try (OutputStream out = part(place)) {
            out.write(json);
        }
        move(place);
    }

    private static OutputStream part(Path place) throws IOException {
        Path part = partOf(place);
        Files.deleteIfExists(part);
        return Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void move(Path place) throws IOException {
        Files.move(partOf(place), place, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path partOf(Path place) {
        return place.resolveSibling(place.getFileName() + ".part");
    }
}
