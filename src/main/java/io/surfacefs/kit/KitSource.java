package io.surfacefs.kit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A kit to read from: a folder, or a tar of it. Reads what lies in the kit and nothing else: no link is followed, no
 * name leaves it. Any number of threads may read; to be closed.
 */
public interface KitSource extends AutoCloseable {
    /**
     * Opens a kit.
     *
     * @param place a folder that contains {@code offline/}, or a tar file
     * @throws KitException when there is none, or it is a tar that can't be read to its end
     */
    static KitSource open(Path place) throws IOException {
        if (Files.isDirectory(place)) {
            return KitFolder.open(place);
        }
        if (Files.isRegularFile(place)) {
            return KitTar.open(place);
        }
        throw new KitException(KitFault.MISSING, "there is no kit in " + place);
    }

    /** A file of a kit, open. */
    record Opened(InputStream stream, long size) implements AutoCloseable {
        /**
         * Reads all of it, once.
         *
         * @param path for the message
         * @param most bytes, fewer than an array can have
         * @param hint what can be done about more, or null
         * @throws KitException {@code REFUSED} when it has more, before a byte is read
         */
        byte[] whole(String path, long most, @Nullable String hint) throws IOException {
            if (size > most) {
                throw new KitException(
                        KitFault.REFUSED, path + " has " + size + " bytes, and may have " + most, hint, null);
            }
            return stream.readNBytes((int) size);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /**
     * Opens a file.
     *
     * @param path as {@link KitPaths} has it
     * @throws KitException {@code MISSING} when it isn't there, {@code REFUSED} when it is no plain file of the kit
     */
    Opened file(String path) throws IOException;

    /** Whether there is something under that path, whatever it is. */
    boolean has(String path) throws IOException;

    /** Told of the path of a file. */
    @FunctionalInterface
    interface Names {
        void of(String path) throws IOException;
    }

    /**
     * Goes through all that lies in the kit, in no order.
     *
     * @param files told the path of each plain file
     * @param refused told of what is none: links, devices, names that leave the kit, names that come twice
     */
    void walk(Names files, Consumer<KitProblem> refused) throws IOException;

    /** Whether a path is a folder that is not a link. */
    static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    void close() throws IOException;
}
