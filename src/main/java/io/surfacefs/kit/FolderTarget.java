package io.surfacefs.kit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A kit in a folder: written beside {@code offline/} under another name, then renamed. Thread-safe. */
final class FolderTarget implements KitTarget {
    private static final String TOP = "offline";
    private static final int BUFFER = 128 << 10;

    private final Path place;
    private final Path written;
    private final Set<Path> folders = ConcurrentHashMap.newKeySet();

    private FolderTarget(Path place, Path written) {
        this.place = place;
        this.written = written;
    }

    static FolderTarget create(Path place) throws IOException {
        if (Files.exists(place.resolve(TOP), LinkOption.NOFOLLOW_LINKS)) {
            throw new KitException(
                    KitFault.REFUSED,
                    "there is something in " + place.resolve(TOP) + " already",
                    "name another folder, or remove it",
                    null);
        }
        Files.createDirectories(place);
        Path written = place.resolve("." + TOP + "." + UUID.randomUUID() + ".part");
        Files.createDirectory(written);
        return new FolderTarget(place, written);
    }

    @Override
    public boolean anyOrder() {
        return true;
    }

    @Override
    public Path scratch() {
        return written.resolve("scratch");
    }

    @Override
    public void file(String path, InputStream content, long size) throws IOException {
        Path file = written.resolve(path);
        Path folder = file.getParent();
        if (folder != null && folders.add(folder)) {
            Files.createDirectories(folder);
        } else if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder); // another thread is just at it
        }
        byte[] buffer = new byte[(int) Math.max(1, Math.min(size, BUFFER))];
        long done = 0;
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                done += n;
            }
        }
        if (done != size) {
            throw new KitException(KitFault.CHECKSUM, path + " has " + done + " bytes instead of " + size);
        }
    }

    @Override
    public void finish() throws IOException {
        Files.deleteIfExists(scratch());
        try (FileChannel index = FileChannel.open(written.resolve(KitPaths.INDEX), StandardOpenOption.WRITE)) {
            index.force(true);
        }
        Files.move(written.resolve(TOP), place.resolve(TOP), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(place, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        if (!Files.exists(written)) {
            return;
        }
        Files.walkFileTree(written, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
