package io.surfacefs.spool;

import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A disk that may be full, and may not be able to link, or sync nothing. */
final class QuirkyDisk implements Disk {
    private final Disk disk;
    volatile long room = Long.MAX_VALUE;
    volatile boolean links = true;
    volatile boolean syncs = true;

    QuirkyDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public OutFile create(Path file) throws IOException {
        OutFile out = disk.create(file);
        return new OutFile() {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (length > room) {
                    throw new IOException("No space left on device");
                }
                room -= length;
                out.write(bytes, offset, length);
            }

            @Override
            public void sync() throws IOException {
                if (syncs) {
                    out.sync();
                }
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        if (!links) {
            throw new FileSystemException(name.toString(), null, "Invalid cross-device link");
        }
        disk.link(existing, name);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        disk.move(from, to);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return disk.delete(path);
    }

    @Override
    public boolean makeFolder(Path folder) throws IOException {
        return disk.makeFolder(folder);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        if (syncs) {
            disk.syncFolder(folder);
        }
    }

    @Override
    public void syncFile(Path file) throws IOException {
        disk.syncFile(file);
    }
}
