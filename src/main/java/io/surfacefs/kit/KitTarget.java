package io.surfacefs.kit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A kit that is being written; it is in its place whole or not at all. To be closed, which takes away what is not
 * finished.
 */
public interface KitTarget extends AutoCloseable {
    /**
     * Begins a kit: a tar where the name ends in {@code .tar}, else a folder that contains {@code offline/} then.
     *
     * @throws KitException when there is something already
     */
    static KitTarget create(Path place) throws IOException {
        return String.valueOf(place.getFileName()).toLowerCase(Locale.ROOT).endsWith(".tar")
                ? TarTarget.create(place)
                : FolderTarget.create(place);
    }

    /** Whether any number of threads may write files, in any order; else one thread does, in the order of the kit. */
    boolean anyOrder();

    /** A file beside the kit for what isn't known before the end; gone when this is closed. */
    Path scratch();

    /** Writes a file of exactly that size. */
    void file(String path, InputStream content, long size) throws IOException;

    /** Puts the kit into its place, durably. */
    void finish() throws IOException;

    @Override
    void close() throws IOException;

    /** A stream into a new file. */
    static OutputStream buffered(Path file) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(file), 64 << 10);
    }
}
