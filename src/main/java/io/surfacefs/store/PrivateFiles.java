package io.surfacefs.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Opens and makes files and folders that belong to the service alone: what is made is for its own user (0600, 0700),
 * whatever the umask, and a symbolic link is never opened in the place of a file. What is there already keeps its
 * rights.
 */
public final class PrivateFiles {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final FileAttribute<?>[] FILE = rights("rw-------");
    private static final FileAttribute<?>[] FOLDER = rights("rwx------");

    private PrivateFiles() {}

    private static FileAttribute<?>[] rights(String rights) {
        return POSIX
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }

    /**
     * Opens a file, and makes it where the options say so.
     *
     * @throws FileSystemException also when the file is a symbolic link
     */
    public static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(file, all, FILE);
    }

    /** Opens a file to be read. @throws FileSystemException also when it is a symbolic link */
    public static FileChannel read(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes a folder in an existing one. @throws java.nio.file.FileAlreadyExistsException when the name is taken */
    public static void makeFolder(Path folder) throws IOException {
        Files.createDirectory(folder, FOLDER);
    }

    /** Makes a folder and those above it, where they are missing. It may be a link to a folder, as may those above. */
    public static void makeFolders(Path folder) throws IOException {
        Files.createDirectories(folder, FOLDER);
    }

    /**
     * Makes sure that something is a folder itself.
     *
     * @throws FileSystemException when it is a link or a file
     */
    public static void requireFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(folder.toString(), null, "is a link or a file, where a folder must be");
        }
    }
}
