package io.surfacefs.cache;

import io.surfacefs.store.Disk;
import io.surfacefs.store.fs.RealDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The real disk without its waits for the medium, which may be full, and which tells before each change. Counts the
 * bytes that were written.
 */
class QuietDisk implements Disk {
    private final RealDisk real = new RealDisk(1);
    final AtomicLong written = new AtomicLong();
    volatile Runnable afterMove = () -> {};
    volatile boolean full;
    volatile long fullAfter = Long.MAX_VALUE;

    /** Called before each change. */
    protected void step(String what) {}

    private void change(String what) throws IOException {
        step(what);
        if (full || written.get() > fullAfter) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public OutFile create(Path file) throws IOException {
        change("create");
        OutFile out = real.create(file);
        return new OutFile() {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                change("write");
                out.write(bytes, offset, length);
                written.addAndGet(length);
            }

            @Override
            public void sync() throws IOException {
                change("sync");
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        real.link(existing, name);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        step("move");
        real.move(from, to);
        afterMove.run();
    }

    @Override
    public boolean delete(Path path) throws IOException {
        step("delete");
        return real.delete(path);
    }

    @Override
    public boolean makeFolder(Path folder) throws IOException {
        return real.makeFolder(folder);
    }

    @Override
    public void syncFolder(Path folder) {}

    @Override
    public void syncFile(Path file) {}
}
