package io.surfacefs.kit;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A kit in a folder. */
final class KitFolder implements KitSource {
    private final Path root;
    /** Folders that were seen not to be links. */
    private final Set<Path> folders = ConcurrentHashMap.newKeySet();

    private KitFolder(Path root) {
        this.root = root;
    }

    static KitFolder open(Path place) throws IOException {
        Path root = place.toRealPath();
        if (!KitSource.isFolder(root.resolve(KitPaths.ROOT))) {
            throw new KitException(
                    KitFault.MISSING,
                    "there is no kit in " + place + ": it has no folder " + KitPaths.ROOT,
                    "name the folder that contains offline/",
                    null);
        }
        return new KitFolder(root);
    }

    @Override
    public Opened file(String path) throws IOException {
        Path file = inside(path);
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw new KitException(KitFault.MISSING, "the kit has no " + path, null, e);
        }
        if (!found.isRegularFile()) {
            throw new KitException(KitFault.REFUSED, path + " is a link or no file");
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return new Opened(Channels.newInputStream(channel), channel.size());
    }

    @Override
    public boolean has(String path) throws IOException {
        return Files.exists(inside(path), LinkOption.NOFOLLOW_LINKS);
    }

    /** The file's place, none of whose folders is a link. */
    private Path inside(String path) throws KitException {
        Path folder = root;
        String[] parts = path.split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            folder = folder.resolve(parts[i]);
            if (!folders.contains(folder)) {
                if (Files.isSymbolicLink(folder)) {
                    throw new KitException(KitFault.REFUSED, root.relativize(folder) + " is a link");
                }
                if (KitSource.isFolder(folder)) {
                    folders.add(folder);
                }
            }
        }
        return folder.resolve(parts[parts.length - 1]);
    }

    @Override
    public void walk(Names files, Consumer<KitProblem> refused) throws IOException {
        Files.walkFileTree(root.resolve(KitPaths.ROOT), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes found) throws IOException {
                String path = root.relativize(file).toString();
                if (found.isRegularFile()) {
                    files.of(path);
                } else {
                    refused.accept(new KitProblem(shown(path), KitFault.REFUSED, "a link or no file"));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** A name of somebody else's, fit to be printed. */
    static String shown(String path) {
        String cut = path.length() > 300 ? path.substring(0, 300) + "…" : path;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }

    @Override
    public void close() {}
}
