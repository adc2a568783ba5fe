package io.surfacefs.store;

import io.surfacefs.codec.StoredSink;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where uploads land before anything else happens to them: up to {@link #IN_MEMORY} stored bytes in memory, larger ones
 * in one file each, all of them together within a quota. Thread-safe; each {@link Intake} belongs to one thread at a
 * time.
 */
public final class IntakeArea {
    /** The largest stored form that stays in memory, bytes. */
    public static final int IN_MEMORY = 1 << 20;

    private final Disk disk;
    private final Path folder;
    private final long quota;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong names = new AtomicLong();

    /**
     * @param folder exists, belongs to this process alone and is cleared when it dies
     * @param quota bytes of all files together
     */
    public IntakeArea(Disk disk, Path folder, long quota) {
        this.disk = disk;
        this.folder = folder;
        this.quota = quota;
    }

    /** A place for one upload. Must be closed. */
    public Intake open() {
        return new Intake();
    }

    /** One upload's stored bytes. */
    public final class Intake implements StoredSink, AutoCloseable {
        private byte[] memory = new byte[4096];
        private int inMemory;
        private long inFile;
        private @Nullable Path file;
        private Disk.@Nullable OutFile out;

        private Intake() {}

        /** @throws SurfaceException {@code OVERLOADED} when the quota is used up, {@code DISK_FULL} when the disk is */
        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (out == null && inMemory + length <= IN_MEMORY) {
                if (inMemory + length > memory.length) {
                    memory = Arrays.copyOf(memory, Math.max(inMemory + length, Math.min(IN_MEMORY, memory.length * 4)));
                }
                System.arraycopy(bytes, offset, memory, inMemory, length);
                inMemory += length;
                return;
            }
            try {
                if (out == null) {
                    Path name = folder.resolve("in-" + Long.toString(names.incrementAndGet(), 36));
                    out = disk.create(name);
                    file = name;
                    toFile(out, memory, 0, inMemory);
                    memory = new byte[0];
                }
                toFile(out, bytes, offset, length);
            } catch (IOException e) {
                // A fault of our disk must not look like one of the client's stream.
                throw DiskFaults.of("intake", e);
            }
        }

        private void toFile(Disk.OutFile target, byte[] bytes, int offset, int length) throws IOException {
            if (used.addAndGet(length) > quota) {
                used.addAndGet(-length);
                throw new SurfaceException(
                        ErrorCode.OVERLOADED,
                        "too many uploads wait on the disk",
                        "try again, or raise surface.intake.quota");
            }
            inFile += length;
            target.write(bytes, offset, length);
        }

        /** Ends the upload: what was written, durable where it is a file. */
        public BlobSource finish() {
            if (file == null || out == null) {
                return new BlobSource.Bytes(Arrays.copyOf(memory, inMemory));
            }
            try {
                out.sync();
                out.close();
            } catch (IOException e) {
                throw DiskFaults.of("intake", e);
            }
            return new BlobSource.LocalFile(file, inFile);
        }

        /**
         * Gives the room back; the source that {@link #finish} gave can't be used any more. Never throws: the next
         * start clears the rest.
         */
        @Override
        public void close() {
            memory = new byte[0];
            used.addAndGet(-inFile);
            inFile = 0;
            try {
                if (out != null) {
                    out.close();
                }
                if (file != null) {
                    disk.delete(file);
                }
            } catch (IOException e) {
                return;
            } finally {
                out = null;
                file = null;
            }
        }
    }
}
