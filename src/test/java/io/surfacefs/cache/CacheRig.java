package io.surfacefs.cache;

import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.Disk;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.TestArtefacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A cache in a folder of its own, with clocks that stand until they are moved. */
final class CacheRig implements AutoCloseable {
    static final Tenant ACME = new Tenant("acme");
    static final Tenant OTHER = new Tenant("other");
    static final int KIB = 1024;
    static final CachePolicy POLICY =
            new CachePolicy(Duration.ofSeconds(30), Map.of(new Kind("sbom.fragment"), Duration.ofDays(30)));

    final Path home;
    final Path root;
    final QuietDisk disk = new QuietDisk();
    final ManualClock clock = new ManualClock();
    final AtomicLong nanos = new AtomicLong();
    final AtomicInteger evicted = new AtomicInteger();
    final AtomicInteger quarantined = new AtomicInteger();
    final FakeStore store = new FakeStore();
    private CacheEngine engine;

    CacheRig() throws IOException {
        Path memory = Path.of("/dev/shm");
        home = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "cache-")
                : Files.createTempDirectory("cache-");
        root = home.resolve("cache");
    }

    CacheEngine engine() {
        return engine;
    }

    /** Opens the cache and waits until it knows everything. */
    CacheEngine open(CacheSettings settings) throws Exception {
        openOnly(settings, disk, Waits.REAL);
        if (!engine.awaitRecovery(Duration.ofSeconds(60))) {
            throw new AssertionError("the cache did not recover");
        }
        return engine;
    }

    CacheEngine openOnly(CacheSettings settings, Disk on, Waits waits) throws IOException {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        return openOnly(
                settings,
                on,
                new Parts.Outside(clock, nanos::get, () -> 0.5, threads, threads, waits),
                List.of(threads));
    }

    /** Opens it for actors that take their steps in turns; recovers before it returns. */
    CacheEngine openStepped(CacheSettings settings, Disk on, Executor fetches) throws IOException {
        return openOnly(
                settings,
                on,
                new Parts.Outside(clock, nanos::get, () -> 0.5, fetches, Runnable::run, Steps.WAITS),
                List.of());
    }

    private CacheEngine openOnly(CacheSettings settings, Disk on, Parts.Outside outside, List<ExecutorService> threads)
            throws IOException {
        engine = CacheEngine.open(
                root,
                on,
                settings,
                TestArtefacts.VERIFIER,
                new CacheEvents() {
                    @Override
                    public void evicted(Reason reason) {
                        evicted.incrementAndGet();
                    }

                    @Override
                    public void quarantined() {
                        quarantined.incrementAndGet();
                    }
                },
                outside,
                threads);
        return engine;
    }

    static CacheName name(Tenant tenant, int n) {
        return new CacheName(CacheName.Group.PAYLOAD, tenant, "sbom.fragment", "object-" + n);
    }

    static CacheName name(int n) {
        return name(ACME, n);
    }

    static byte[] noise(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Gives the store an object. */
    CacheName stored(Tenant tenant, int n, int size) {
        CacheName name = name(tenant, n);
        store.objects.put(name, noise(n, size));
        return name;
    }

    CacheName stored(int n, int size) {
        return stored(ACME, n, size);
    }

    /** Fetches and reads all of it; null when there is none. */
    byte[] fetch(CacheName name) throws IOException {
        return read(engine.fetch(name, store.origin(name)));
    }

    /** Waits until no fetch runs. */
    void settle() {
        long end = System.nanoTime() + 30_000_000_000L;
        while (engine.stat().fetches() > 0) {
            if (System.nanoTime() > end) {
                throw new AssertionError("a fetch does not end");
            }
            Thread.onSpinWait();
        }
    }

    /** Reads all of what is here; null when it isn't. */
    byte[] lookup(CacheName name) throws IOException {
        return read(engine.lookup(name));
    }

    /** Has it in the cache when this returns. */
    boolean put(CacheName name) {
        long epoch = engine.epoch(name);
        try (Source source = store.source(name)) {
            return engine.put(name, source, epoch, engine.tick());
        }
    }

    boolean isHere(CacheName name) {
        CachedObject object = engine.lookup(name);
        if (object != null) {
            object.close();
        }
        return object != null;
    }

    static byte[] read(CachedObject object) throws IOException {
        if (object == null) {
            return null;
        }
        try (object) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] piece = new byte[64 * KIB];
            for (long at = 0; ; ) {
                int n = object.bytes().read(at, piece, 0, piece.length);
                if (n < 0) {
                    return out.toByteArray();
                }
                out.write(piece, 0, n);
                at += n;
            }
        }
    }

    Path file(CacheName name) {
        NameHash hash = name.hash();
        return root.resolve("data").resolve(NameHash.folderName(hash.folder())).resolve(hash.fileName());
    }

    /** Bytes of all files below the root. */
    long fileBytes() throws IOException {
        return fileBytes(root);
    }

    static long fileBytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long sum = 0;
            for (Path file : files.toList()) {
                sum += sizeOf(file);
            }
            return sum;
        }
    }

    /** Bytes of a file; none of a folder, or of what went meanwhile. */
    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** How many entries a folder of the cache has. */
    long count(String folder) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
            return files.count();
        }
    }

    static void clear(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Removes the folder of a cache that was closed by another. */
    void remove() throws IOException {
        clear(home);
    }

    @Override
    public void close() throws IOException {
        disk.full = false;
        disk.fullAfter = Long.MAX_VALUE;
        if (engine != null) {
            engine.close();
        }
        clear(home);
    }
}
