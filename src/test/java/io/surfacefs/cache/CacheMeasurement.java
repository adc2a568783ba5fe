package io.surfacefs.cache;

import io.surfacefs.model.Tenant;
import io.surfacefs.store.CacheUpkeep;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Not a test: figures for the decision on the index. {@code index N} measures the memory of an index of N objects;
 * {@code fill FOLDER N} makes a cache of N objects and closes it; {@code open FOLDER} opens it, looks an object up at
 * once, and tells how long that and the whole index took; {@code kill FOLDER} opens it and ends without closing.
 */
final class CacheMeasurement {
    private static final int TENANTS = 50;

    private CacheMeasurement() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "index" -> index(Integer.parseInt(args[1]));
            case "fill" -> fill(Path.of(args[1]), Integer.parseInt(args[2]));
            case "open" -> open(Path.of(args[1]), true);
            case "kill" -> open(Path.of(args[1]), false);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void index(int n) throws IOException {
        Ledger ledger = new Ledger(CacheSettings.of(Long.MAX_VALUE / 200), Clock.systemUTC());
        SplittableRandom random = new SplittableRandom(1);
        long heapBefore = heap();
        long rssBefore = rss();
        long begun = System.nanoTime();
        for (int i = 0; i < n; i++) {
            enter(ledger, random, i);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long rssAfter = rss();
        long heap = heap() - heapBefore;
        System.out.printf(
                "index: %d objects in %.2f s, heap %.1f bytes an object, RSS through growth %.1f%n",
                ledger.totals().entries(), seconds, (double) heap / n, (double) (rssAfter - rssBefore) / n);
        for (int threads : new int[] {1, 2, 4}) {
            lookups(ledger, n, threads);
        }
    }

    private static void enter(Ledger ledger, SplittableRandom random, int i) {
        Tenant tenant = new Tenant("tenant-" + i % TENANTS);
        ledger.enter(new Item(new NameHash(random.nextLong(), random.nextLong()), tenant, 700, 0, i, 0, true), 0);
    }

    private static void lookups(Ledger ledger, int n, int threads) throws IOException {
        int each = 2_000_000;
        long begun = System.nanoTime();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int t = 0; t < threads; t++) {
                long seed = 1;
                executor.execute(() -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    int found = 0;
                    for (int i = 0; i < Math.min(n, each); i++) {
                        NameHash hash = new NameHash(random.nextLong(), random.nextLong());
                        found += ledger.index().find(hash) == null ? 0 : 1;
                    }
                    if (found != Math.min(n, each)) {
                        throw new IllegalStateException("lost objects: " + found);
                    }
                });
            }
        }
        double nanos = (double) (System.nanoTime() - begun) / Math.min(n, each);
        System.out.printf("index: %d threads, %.0f ns for a lookup of each%n", threads, nanos);
    }

    private static CacheEngine openEngine(Path folder) throws IOException {
        return CacheEngine.open(
                folder,
                new QuietDisk(),
                CacheSettings.of(1L << 40),
                TestArtefacts.VERIFIER,
                Clock.systemUTC(),
                CacheEvents.NONE);
    }

    private static CacheName name(int n) {
        return CacheRig.name(new Tenant("tenant-" + n % TENANTS), n);
    }

    private static void fill(Path folder, int n) throws Exception {
        long begun = System.nanoTime();
        FakeStore store = new FakeStore();
        try (CacheEngine engine = openEngine(folder)) {
            engine.awaitRecovery(Duration.ofMinutes(10));
            List<Thread> writers = List.of(
                    Thread.ofPlatform().start(() -> fill(engine, store, 0, n)),
                    Thread.ofPlatform().start(() -> fill(engine, store, 1, n)));
            for (Thread writer : writers) {
                writer.join();
            }
            System.out.printf("made: %s after %.1f s%n", engine.stat(), (System.nanoTime() - begun) / 1e9);
            begun = System.nanoTime();
        }
        System.out.printf(
                "close: %.2f s, snapshot %d bytes%n",
                (System.nanoTime() - begun) / 1e9, Files.size(folder.resolve("index.clean")));
    }

    private static void fill(CacheEngine engine, FakeStore store, int first, int n) {
        byte[] bytes = CacheRig.noise(1, 100);
        for (int i = first; i < n; i += 2) {
            CacheName name = name(i);
            store.objects.put(name, bytes);
            try (Source source = store.source(name)) {
                engine.put(name, source, engine.epoch(name), engine.tick());
            }
            store.objects.remove(name);
        }
    }

    private static void open(Path folder, boolean orderly) throws Exception {
        Path small = Files.createTempDirectory(folder.getParent(), "warm-");
        fill(small, 200);
        long heapBefore = heap();
        long rssBefore = rss();
        long begun = System.nanoTime();
        CacheEngine engine = openEngine(folder);
        double opened = (System.nanoTime() - begun) / 1e6;
        CachedObject object = engine.lookup(name(12_345));
        double first = (System.nanoTime() - begun) / 1e6;
        if (object == null) {
            throw new IllegalStateException("a kept object is not found");
        }
        object.close();
        engine.awaitRecovery(Duration.ofMinutes(10));
        double complete = (System.nanoTime() - begun) / 1e6;
        CacheUpkeep.Stat stat = engine.stat();
        System.out.printf(
                "open: %.0f ms, first object %.0f ms, index answers alone after %.0f ms: %s%n",
                opened, first, complete, stat);
        System.out.printf(
                "open: heap %.1f, RSS %.1f bytes an object%n",
                (double) (heap() - heapBefore) / stat.entries(), (double) (rss() - rssBefore) / stat.entries());
        if (!orderly) {
            Runtime.getRuntime().halt(0);
        }
        engine.close();
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long rss() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
