package io.surfacefs.publish;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file that was read once and is what it is said to be.
 *
 * @param size in bytes
 */
public record CheckedFile(PublishedKind kind, Path file, Digest digest, long size) {
    private static final int BUFFER = 256 * 1024;

    /**
     * The files that an argument names: itself, or all of the kind in a folder and those below it, by their names'
     * endings and in the order of their paths. Names that begin with a dot, and links to folders, are passed over.
     *
     * @throws IOException when it is not there, is neither file nor folder, or can't be read
     */
    public static List<Path> expand(PublishedKind kind, Path argument) throws IOException {
        if (!Files.exists(argument)) {
            throw new NoSuchFileException(argument.toString());
        }
        if (Files.isRegularFile(argument)) {
            return List.of(argument);
        }
        if (!Files.isDirectory(argument)) {
            throw new IOException(argument + " is read twice, so it must be a file or a folder, and it is neither");
        }
        List<Path> found = new ArrayList<>();
        collect(kind, argument, found);
        return found;
    }

    private static void collect(PublishedKind kind, Path folder, List<Path> found) throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.sorted().toList();
        }
        for (Path entry : entries) {
            String name = String.valueOf(entry.getFileName());
            if (name.startsWith(".")) {
                continue;
            }
            if (Files.isDirectory(entry)) {
                if (!Files.isSymbolicLink(entry)) {
                    collect(kind, entry, found);
                }
            } else if (Files.isRegularFile(entry) && kind.suffixes().stream().anyMatch(name::endsWith)) {
                found.add(entry);
            }
        }
    }

    /**
     * Reads a file to its end, hashes it and checks that it is JSON, or NDJSON where its kind is that. Holds a buffer
     * of it at a time.
     *
     * @param progress told of the bytes of each piece that was read
     * @throws SurfaceException {@code INVALID_ARGUMENT} with file, line and column, when it isn't
     * @throws IOException when it can't be read
     */
    public static CheckedFile check(PublishedKind kind, Path file, LongConsumer progress) throws IOException {
        JsonCheck json = new JsonCheck(kind.lines());
        MessageDigest hash = Hashes.sha256();
        long size = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                json.accept(buffer, n);
                hash.update(buffer, 0, n);
                size += n;
                progress.accept(n);
            }
            json.end();
        } catch (NotJsonException e) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    file + " is not " + (kind.lines() ? "NDJSON" : "JSON") + ": " + e.getMessage(),
                    hint(kind),
                    e);
        }
        return new CheckedFile(kind, file, Digest.of(hash.digest()), size);
    }

    private static @Nullable String hint(PublishedKind kind) {
        return kind.lines() ? "each line is one JSON value; nothing was published" : "nothing was published";
    }
}
