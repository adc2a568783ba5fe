package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.fs.RealDisk;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A spool in a folder of its own, before a store in memory that may be out. Delivers when it is told to. */
final class SpoolRig implements AutoCloseable {
    static final Duration GRACE = Duration.ofHours(1);
    static final long MIB = 1 << 20;

    /** Where there is one, a file system in memory: tests by the thousand make and remove folders. */
    private static final Path MEMORY = Path.of("/dev/shm");

    final Path home =
            Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, "spool") : Files.createTempDirectory("spool");
    final Path root = home.resolve("spool");
    final ManualClock clock;
    final AtomicLong nanos = new AtomicLong();
    final RealDisk real = new RealDisk(4);
    final MemoryBlobStore blobs;
    final LayoutStore layout;
    final FaultyStore store;

    final AtomicInteger delivered = new AtomicInteger();
    final List<String> rejected = new ArrayList<>();
    final List<String> left = new ArrayList<>();
    final List<ArtefactKey> damaged = new ArrayList<>();
    final List<Duration> pauses = new ArrayList<>();
    final List<String> delayed = new ArrayList<>();

    Disk disk = real;
    Gate gate = Gate.real();
    Consumer<ArtefactKey> forgotten = key -> {};
    boolean deliversItself;
    boolean clockStands;
    boolean knows = true;
    Spool spool;
    SpoolStore spooled;

    SpoolRig() throws IOException {
        this(new ManualClock());
    }

    SpoolRig(ManualClock clock) throws IOException {
        this(clock, new MemoryBlobStore(clock));
    }

    SpoolRig(ManualClock clock, MemoryBlobStore blobs) throws IOException {
        this.clock = clock;
        this.blobs = blobs;
        this.layout = new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE.multipliedBy(2), Duration.ofSeconds(15), true),
                clock,
                Events.NONE);
        this.store = new FaultyStore(layout);
    }

    static SpoolSettings settings(long quota, int entries) {
        return new SpoolSettings(
                quota, entries, 8, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(20));
    }

    SpoolStore open() throws IOException {
        return open(settings(64 * MIB, 1_000));
    }

    SpoolStore open(SpoolSettings settings) throws IOException {
        spool = Spool.open(
                root,
                disk,
                settings,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new SpoolEvents() {
                    @Override
                    public void delivered() {
                        delivered.incrementAndGet();
                    }

                    @Override
                    public void rejected(String key, ErrorCode code, String message) {
                        rejected.add(key + " " + code);
                    }

                    @Override
                    public void damaged(ArtefactKey key) {
                        damaged.add(key);
                    }

                    @Override
                    public void forgotten(ArtefactKey key) {
                        forgotten.accept(key);
                    }

                    @Override
                    public void waiting(ErrorCode code, String message, Duration pause) {
                        pauses.add(pause);
                    }

                    @Override
                    public void delayed(String key, ErrorCode code, String message) {
                        delayed.add(key + " " + code);
                    }

                    @Override
                    public void left(String key) {
                        left.add(key);
                    }
                },
                new Spool.Outside(
                        clock,
                        deliversItself && !clockStands ? System::nanoTime : nanos::get,
                        () -> 0.5,
                        gate,
                        deliversItself));
        spooled = new SpoolStore(store, spool, knows ? Known.of(layout) : Known.NOTHING);
        return spooled;
    }

    /** Delivers all that can be delivered now. */
    void deliver() {
        try {
            boolean more = true;
            while (more) {
                more = spool.delivery().once();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As a crash leaves it: memory is gone, the lock is free, the files are as they are. */
    SpoolStore crash() throws IOException {
        spool.abandon();
        return open();
    }

    void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
        clock.advance(time);
    }

    /** Flips a bit of a file of an entry; counted from the end where negative. */
    void flip(String name, int at) throws IOException {
        Path file = root.resolve("entries").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
        Files.write(file, bytes);
    }

    List<String> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    static ArtefactStore.Received local(Path file, ArtefactStore.Received memory) throws IOException {
        byte[] bytes = ((io.surfacefs.store.BlobSource.Bytes) memory.content()).bytes();
        Files.write(file, bytes);
        return new ArtefactStore.Received(
                new io.surfacefs.store.BlobSource.LocalFile(file, bytes.length), memory.facts());
    }

    static void clear(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (spool != null) {
            spool.abandon();
        }
        real.close();
        clear(home);
    }
}
