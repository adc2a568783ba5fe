package io.surfacefs.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk that works and remembers every change, so that afterwards the folder can be laid out anew as a loss of power
 * behind any of the changes may have left it. A change of a folder's entries is certain only when the folder was
 * synced, content only when the file was.
 */
public final class RecordingDisk implements Disk {
    /** What a loss of power leaves of changes that were not synced. */
    public enum Loss {
        /** Nothing of them. */
        ALL,
        /** The names, but of the content nothing. */
        CONTENT,
        /** Some of them, any, and content cut anywhere. */
        SOME,
        /** All of them: the process died, the machine did not. */
        NOTHING
    }

    private sealed interface Change {
        record Create(Path file, Inode inode) implements Change {}

        record Write(Inode inode, byte[] bytes) implements Change {}

        record Sync(Inode inode) implements Change {}

        record Entry(Path name, @Nullable Node node) implements Change {}

        record SyncFolder(Path folder) implements Change {}

        record Said(String what) implements Change {}
    }

    private static sealed class Node permits Inode, FolderNode {}

    private static final class Inode extends Node {}

    private static final class FolderNode extends Node {}

    private final Disk disk;
    private final Path root;
    private final List<Change> changes = new ArrayList<>();
    private final Map<Path, Node> nodes = new HashMap<>();

    /** @param root all changes are below it; it is there and durable before the first one */
    public RecordingDisk(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        nodes.put(root, new FolderNode());
    }

    /** Remembers that something was acknowledged at this point. */
    public synchronized void said(String what) {
        changes.add(new Change.Said(what));
    }

    /** How many changes there are so far. */
    public synchronized int size() {
        return changes.size();
    }

    /** What had been said before the n-th change. */
    public synchronized List<String> saidBefore(int n) {
        return changes.subList(0, n).stream()
                .filter(c -> c instanceof Change.Said)
                .map(c -> ((Change.Said) c).what())
                .toList();
    }

    @Override
    public synchronized OutFile create(Path file) throws IOException {
        OutFile out = disk.create(file);
        Inode inode = new Inode();
        nodes.put(file, inode);
        changes.add(new Change.Create(file, inode));
        return new OutFile() {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                synchronized (RecordingDisk.this) {
                    out.write(bytes, offset, length);
                    changes.add(new Change.Write(inode, Arrays.copyOfRange(bytes, offset, offset + length)));
                }
            }

            @Override
            public void sync() throws IOException {
                synchronized (RecordingDisk.this) {
                    out.sync();
                    changes.add(new Change.Sync(inode));
                }
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public synchronized void link(Path existing, Path name) throws IOException {
        disk.link(existing, name);
        Node node = nodes.get(existing);
        nodes.put(name, node);
        changes.add(new Change.Entry(name, node));
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        disk.move(from, to);
        Node node = nodes.remove(from);
        nodes.put(to, node);
        changes.add(new Change.Entry(to, node));
        changes.add(new Change.Entry(from, null));
    }

    @Override
    public synchronized boolean delete(Path path) throws IOException {
        boolean deleted = disk.delete(path);
        if (deleted && nodes.remove(path) != null) {
            changes.add(new Change.Entry(path, null));
        }
        return deleted;
    }

    @Override
    public synchronized boolean makeFolder(Path folder) throws IOException {
        boolean made = disk.makeFolder(folder);
        if (made) {
            FolderNode node = new FolderNode();
            nodes.put(folder, node);
            changes.add(new Change.Entry(folder, node));
        }
        return made;
    }

    @Override
    public synchronized void syncFolder(Path folder) throws IOException {
        disk.syncFolder(folder);
        changes.add(new Change.SyncFolder(folder));
    }

    @Override
    public synchronized void syncFile(Path file) throws IOException {
        disk.syncFile(file);
        if (nodes.get(file) instanceof Inode inode) {
            changes.add(new Change.Sync(inode));
        }
    }

    /** A state after some changes: names by folder, content by file, each as it is and as it is certain. */
    private static final class State {
        final Map<Path, Map<Path, Node>> entries = new HashMap<>();
        final Map<Path, Map<Path, Node>> certain = new HashMap<>();
        final Map<Inode, ByteArrayOutputStream> content = new HashMap<>();
        final Map<Inode, Integer> synced = new HashMap<>();

        void apply(Change change) {
            switch (change) {
                case Change.Create create -> {
                    content.put(create.inode(), new ByteArrayOutputStream());
                    entry(create.file(), create.inode());
                }
                case Change.Write write -> content.get(write.inode()).writeBytes(write.bytes());
                case Change.Sync sync ->
                    synced.put(sync.inode(), content.get(sync.inode()).size());
                case Change.Entry entry -> entry(entry.name(), entry.node());
                case Change.SyncFolder sync ->
                    certain.put(sync.folder(), new TreeMap<>(entries.getOrDefault(sync.folder(), Map.of())));
                case Change.Said said -> {}
            }
        }

        private void entry(Path name, @Nullable Node node) {
            Map<Path, Node> folder = entries.computeIfAbsent(name.getParent(), f -> new TreeMap<>());
            if (node == null) {
                folder.remove(name);
            } else {
                folder.put(name, node);
            }
        }
    }

    /**
     * Lays out the folder as a loss of power before the n-th change may have left it.
     *
     * @param target an existing empty folder, in the place of the root
     * @param seed decides where the loss is of {@link Loss#SOME}
     */
    public void crash(int n, Loss loss, long seed, Path target) throws IOException {
        State state = new State();
        List<Change> before;
        synchronized (this) {
            before = List.copyOf(changes.subList(0, n));
        }
        before.forEach(state::apply);
        layOut(state, root, target, loss, new Random(seed));
    }

    private void layOut(State state, Path folder, Path target, Loss loss, Random random) throws IOException {
        Map<Path, Node> now = state.entries.getOrDefault(folder, Map.of());
        Map<Path, Node> certain = state.certain.getOrDefault(folder, Map.of());
        Map<Path, Node> names = new TreeMap<>();
        switch (loss) {
            case ALL -> names.putAll(certain);
            case CONTENT, NOTHING -> names.putAll(now);
            case SOME -> {
                names.putAll(certain);
                now.forEach((name, node) -> {
                    if (node != certain.get(name) && random.nextBoolean()) {
                        names.put(name, node);
                    }
                });
                certain.forEach((name, node) -> {
                    if (!now.containsKey(name) && random.nextBoolean()) {
                        names.remove(name);
                    }
                });
            }
        }
        for (Map.Entry<Path, Node> entry : names.entrySet()) {
            Path place = target.resolve(folder.relativize(entry.getKey()).toString());
            if (entry.getValue() instanceof Inode inode) {
                byte[] all = state.content.get(inode).toByteArray();
                int synced = state.synced.getOrDefault(inode, 0);
                int kept = switch (loss) {
                    case ALL, CONTENT -> synced;
                    case NOTHING -> all.length;
                    case SOME -> synced + random.nextInt(all.length - synced + 1);
                };
                Files.write(place, Arrays.copyOf(all, kept));
            } else {
                Files.createDirectory(place);
                layOut(state, entry.getKey(), place, loss, random);
            }
        }
    }
}
