package io.surfacefs.store.fs;

import io.surfacefs.ops.Events;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Not a test: figures for the decision on small durable puts. Arguments: a folder, seconds for each way, threads. */
final class StoreMeasurement {
    private StoreMeasurement() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        long seconds = Long.parseLong(args[1]);
        int threads = Integer.parseInt(args[2]);
        for (int round = 0; round < 3; round++) {
            for (FolderStore.Hold hold : List.of(FolderStore.Hold.GUEST, FolderStore.Hold.OWNER)) {
                Path root = Files.createTempDirectory(folder, "store-");
                FolderBlobStore blobs = FolderStore.open(
                        new FolderStore.Place(root, "surface-cache", "surface-manifests", ""),
                        new RealDisk(16),
                        hold,
                        (key, bytes) -> false);
                LayoutStore store = new LayoutStore(
                        blobs,
                        TestArtefacts.CODEC,
                        TestArtefacts.VERIFIER,
                        LayoutSettings.DEFAULT,
                        Clock.systemUTC(),
                        Events.NONE);
                long begun = System.nanoTime();
                long puts = run(store, round * 1_000_000, seconds, threads);
                long closing = System.nanoTime();
                store.close();
                System.out.printf(
                        "round %d %s: %.0f puts/s, close %.2f s%n",
                        round, hold, puts / ((closing - begun) / 1e9), (System.nanoTime() - closing) / 1e9);
            }
        }
    }

    private static long run(LayoutStore store, int firstSeed, long seconds, int threads) throws Exception {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Callable<Long>> writers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int seed = firstSeed + t * 50_000;
            writers.add(() -> {
                long done = 0;
                while (System.nanoTime() < end) {
                    TestArtefacts.put(store, TestArtefacts.text(seed + (int) done, 4096));
                    done++;
                }
                return done;
            });
        }
        long puts = 0;
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Long> writer : executor.invokeAll(writers)) {
                puts += writer.get();
            }
        }
        return puts;
    }
}
