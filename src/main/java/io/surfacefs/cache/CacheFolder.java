package io.surfacefs.cache;

import io.surfacefs.store.Disk;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the cache's files lie.
 *
 * <pre>
 * owner.lock           who owns the folder
 * format.json          {"format":1}
 * index.clean          snapshot of the index, written when the cache was closed in order
 * index.snapshot       snapshot of an index that has changed since
 * data/{hh}/{32 hex}   objects, named by the hash of their name
 * quarantine/          what failed its check, oldest dropped beyond a bound
 * tmp/                 what is being written; cleared at start
 * </pre>
 *
 * All changes go through the disk. Thread-safe.
 */
final class CacheFolder {
    private static final int FORMAT = 1;
    private static final Pattern FORMAT_JSON = Pattern.compile("\\{\"format\":([0-9]{1,9})}\\s*");

    private final Disk disk;
    private final Path root;
    private final Path data;
    private final Path temporary;
    private final Path quarantine;
    private final AtomicLong names = new AtomicLong();

    private CacheFolder(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        this.data = root.resolve("data");
        this.temporary = root.resolve("tmp");
        this.quarantine = root.resolve("quarantine");
    }

    /**
     * Makes what is missing and clears what is only temporary.
     *
     * @param root exists, and is owned by the caller
     * @throws IOException also when the folder has a newer format
     */
    static CacheFolder open(Disk disk, Path root) throws IOException {
        CacheFolder folder = new CacheFolder(disk, root);
        disk.makeFolder(folder.temporary);
        disk.makeFolder(folder.quarantine);
        boolean made = disk.makeFolder(folder.data);
        folder.requireFolders();
        folder.clearTemporary();
        folder.checkFormat();
        if (made) {
            disk.syncFolder(root);
        }
        return folder;
    }

    /** Nothing is written, cleared or read behind a link that leads out of the cache. */
    private void requireFolders() throws IOException {
        for (Path part : List.of(temporary, quarantine, data)) {
            PrivateFiles.requireFolder(part);
        }
        for (Path part : list(data)) {
            if (Files.isSymbolicLink(part)) {
                disk.delete(part);
            }
        }
    }

    private void clearTemporary() throws IOException {
        for (Path file : list(temporary)) {
            disk.delete(file);
        }
    }

    private void checkFormat() throws IOException {
        Path file = root.resolve("format.json");
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            text = "";
        }
        Matcher matcher = FORMAT_JSON.matcher(text);
        if (!matcher.matches()) {
            // Missing, or torn by a crash at the first start, when there was nothing yet to read wrongly.
            writeSmall(file, "{\"format\":" + FORMAT + "}");
            return;
        }
        int format = Integer.parseInt(matcher.group(1));
        if (format > FORMAT) {
            throw new IOException("the cache folder has format " + format + ", this version knows formats up to "
                    + FORMAT + ": use a newer version, or an empty folder");
        }
    }

    private void writeSmall(Path file, String text) throws IOException {
        Path temp = newTemporary();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Disk.OutFile out = disk.create(temp)) {
            out.write(bytes, 0, bytes.length);
            out.sync();
        }
        disk.move(temp, file);
        disk.syncFolder(root);
    }

    Disk disk() {
        return disk;
    }

    Path root() {
        return root;
    }

    /** A name in the temporary folder that nobody else uses. */
    Path newTemporary() {
        return temporary.resolve(Long.toString(names.incrementAndGet(), 36));
    }

    Path file(NameHash hash) {
        return data.resolve(NameHash.folderName(hash.folder())).resolve(hash.fileName());
    }

    /**
     * Opens an object's file to be read. A link in its place is removed: nobody but us has a say here.
     *
     * @throws NoSuchFileException when it is not there
     */
    FileChannel read(NameHash hash) throws IOException {
        Path file = file(hash);
        try {
            return PrivateFiles.read(file);
        } catch (FileSystemException e) {
            if (!(e instanceof NoSuchFileException) && Files.isSymbolicLink(file)) {
                disk.delete(file);
                throw new NoSuchFileException(file.toString());
            }
            throw e;
        }
    }

    /** Gives a synced temporary file its final name, over what is there. {@link #settle} makes that survive. */
    void place(Path temp, NameHash hash) throws IOException {
        Path target = file(hash);
        try {
            disk.move(temp, target);
        } catch (NoSuchFileException e) {
            if (disk.makeFolder(data.resolve(NameHash.folderName(hash.folder())))) {
                disk.syncFolder(data);
            }
            disk.move(temp, target);
        }
    }

    /** Makes the name of a placed file certain to survive. */
    void settle(NameHash hash) throws IOException {
        disk.syncFolder(data.resolve(NameHash.folderName(hash.folder())));
    }

    boolean delete(NameHash hash) throws IOException {
        return disk.delete(file(hash));
    }

    long size(NameHash hash) throws IOException {
        return Files.size(file(hash));
    }

    /** Puts a file aside. */
    void quarantine(NameHash hash, long now) throws IOException {
        disk.move(file(hash), quarantine.resolve(now + "-" + names.incrementAndGet() + "-" + hash.fileName()));
    }

    /** Files in quarantine, oldest first. */
    List<Path> quarantined() throws IOException {
        List<Path> files = new ArrayList<>(list(quarantine));
        files.sort(Comparator.comparing(f -> f.getFileName().toString()));
        return files;
    }

    /** The objects' files in one of the folders; none when it does not exist. */
    List<NameHash> inFolder(int folder) throws IOException {
        List<NameHash> hashes = new ArrayList<>();
        Path path = data.resolve(NameHash.folderName(folder));
        if (!Files.isDirectory(path)) {
            return hashes;
        }
        for (Path file : list(path)) {
            NameHash hash = NameHash.parse(file.getFileName().toString());
            if (hash == null || hash.folder() != folder) {
                // Nobody's: it would take room that is not counted.
                disk.delete(file);
            } else {
                hashes.add(hash);
            }
        }
        return hashes;
    }

    private static List<Path> list(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(files::add);
        }
        return files;
    }
}
