package io.surfacefs.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Every change to a disk goes through here, so that a recording disk can replay each state that a loss of power may
 * leave. Reads don't: they change nothing. A change is certain to survive only when the file, and each folder whose
 * entries changed, were synced. Thread-safe.
 */
public interface Disk {
    /** A file being written. One thread at a time. */
    interface OutFile extends Closeable {
        /** Writes all of it at the end of what was written. */
        void write(byte[] bytes, int offset, int length) throws IOException;

        /** Makes the content certain to survive. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * Makes a new file, for the service's own user only.
     *
     * @throws java.nio.file.FileAlreadyExistsException when the name is taken
     * @throws java.nio.file.NoSuchFileException when the folder is missing
     */
    OutFile create(Path file) throws IOException;

    /**
     * Gives a file a second name.
     *
     * @throws java.nio.file.FileAlreadyExistsException when the name is taken: of several callers exactly one wins
     */
    void link(Path existing, Path name) throws IOException;

    /** Renames within one file system, at once and over what is there. */
    void move(Path from, Path to) throws IOException;

    /**
     * Removes a file or an empty folder.
     *
     * @return whether it was there
     */
    boolean delete(Path path) throws IOException;

    /**
     * Makes one folder in an existing one, for the service's own user only.
     *
     * @return whether it was made; false when it is there already
     */
    boolean makeFolder(Path folder) throws IOException;

    /** Makes the entries of a folder certain to survive. */
    void syncFolder(Path folder) throws IOException;

    /** Makes the content of a file that is closed already certain to survive. */
    void syncFile(Path file) throws IOException;
}
