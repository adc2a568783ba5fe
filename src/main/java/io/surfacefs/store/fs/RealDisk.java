package io.surfacefs.store.fs;

import io.surfacefs.store.Disk;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The disk of this machine; what it makes is private. Waits for the medium happen on a small pool of platform threads,
 * since an fsync holds the carrier of a virtual thread and would take the event loops' cores from them.
 */
public final class RealDisk implements Disk, AutoCloseable {
    private static final int WRITE_CHUNK = 128 * 1024;

    private final ExecutorService syncs;

    /** @param syncThreads how many waits for the medium may run at a time, at least 1 */
    public RealDisk(int syncThreads) {
        this.syncs = Executors.newFixedThreadPool(
                syncThreads,
                Thread.ofPlatform().daemon().name("surface-sync-", 0).factory());
    }

    @Override
    public OutFile create(Path file) throws IOException {
        FileChannel channel = PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new OutFile() {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                // The JDK copies heap bytes into a thread's direct buffer of the same size: pieces keep that small.
                for (int at = 0; at < length; at += WRITE_CHUNK) {
                    ByteBuffer piece = ByteBuffer.wrap(bytes, offset + at, Math.min(WRITE_CHUNK, length - at));
                    while (piece.hasRemaining()) {
                        channel.write(piece);
                    }
                }
            }

            @Override
            public void sync() throws IOException {
                onPool(() -> channel.force(false));
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        Files.createLink(name, existing);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return Files.deleteIfExists(path);
    }

    @Override
    public boolean makeFolder(Path folder) throws IOException {
        try {
            PrivateFiles.makeFolder(folder);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        onPool(() -> {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        });
    }

    @Override
    public void syncFile(Path file) throws IOException {
        onPool(() -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(true);
            }
        });
    }

    private interface Sync {
        void run() throws IOException;
    }

    private void onPool(Sync sync) throws IOException {
        if (!Thread.currentThread().isVirtual()) {
            sync.run();
            return;
        }
        try {
            syncs.submit(() -> {
                        sync.run();
                        return null;
                    })
                    .get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new IOException("sync failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while syncing", e);
        }
    }

    /** Ends the pool's threads. */
    @Override
    public void close() {
        syncs.shutdown();
    }
}
