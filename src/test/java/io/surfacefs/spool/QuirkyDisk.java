package io.surfacefs.spool;

import io.surfacefs.store.Disk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A disk that may be full, and may not be able to link, or sync nothing. */
final class QuirkyDisk implements Disk {
    private final Disk disk;
    long room = Long.MAX_VALUE;
    volatile boolean links = true;
    volatile boolean syncs = true;

    /** Called before each change. */
    interface Before {
        void change() throws IOException;
    }

    volatile Before before = () -> {};

    QuirkyDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public OutFile create(Path file) throws IOException {
        before.change();
        OutFile out = disk.create(file);
        return new OutFile() {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                before.change();
                if (length > room) {
                    throw new IOException("No space left on device");
                }
                room -= length;
                out.write(bytes, offset, length);
            }

            @Override
            public void sync() throws IOException {
                before.change();
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
        before.change();
        if (!links) {
            throw new FileSystemException(name.toString(), null, "Invalid cross-device link");
        }
        disk.link(existing, name);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        before.change();
        disk.move(from, to);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        before.change();
        return disk.delete(path);
    }

    @Override
    public boolean makeFolder(Path folder) throws IOException {
        before.change();
        return disk.makeFolder(folder);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        before.change();
        if (syncs) {
            disk.syncFolder(folder);
        }
    }

    @Override
    public void syncFile(Path file) throws IOException {
        disk.syncFile(file);
    }
}
