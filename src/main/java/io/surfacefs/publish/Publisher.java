package io.surfacefs.publish;

import io.surfacefs.client.Again;
import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.client.WatchedStream;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Puts what is published: every artefact, then the manifest that lists them. May be used from any thread. */
public final class Publisher {
    /** So many files are on their way at once. */
    private static final int AT_A_TIME = 8;

    private Publisher() {}

    /**
     * What came of a file.
     *
     * @param created whether it was not stored before
     */
    public record Put(CheckedFile file, boolean created) {}

    /**
     * What came of a publication.
     *
     * @param manifest the scan manifest that is stored now
     * @param created whether this publication made it
     */
    public record Published(List<Put> puts, ManifestDocument manifest, boolean created) {}

    /**
     * How far it goes.
     *
     * @param retry asks a service again that is overloaded
     * @param manifestBytes the longest scan manifest that is taken where it goes to, as far as it is known here
     */
    public record Limits(Again retry, long manifestBytes) {}

    /**
     * Publishes. Whatever breaks off is completed by publishing again: what is stored stays as it is, and the manifest
     * comes last.
     *
     * @param client where to; not closed
     * @param limits how long a service is asked again that is overloaded, and how long the manifest may be
     * @param done told of each artefact that is stored; as {@code progress}, by several threads, one at a time
     * @param progress told of the bytes of each piece that was sent
     * @throws IOException when a file can't be read
     * @throws SurfaceException {@code INVALID_MANIFEST} when the manifest would be too long, before anything is put;
     *     {@code DIGEST_MISMATCH} when a file is no longer what was checked; and what the service answers
     */
    public static Published publish(
            SurfaceClient client, Publication publication, Limits limits, Consumer<Put> done, LongConsumer progress)
            throws IOException {
        byte[] json = publication.manifest();
        if (json.length > limits.manifestBytes) {
            throw new SurfaceException(
                    ErrorCode.INVALID_MANIFEST,
                    "the scan manifest of " + publication.files().size() + " files has " + json.length
                            + " bytes, more than " + limits.manifestBytes,
                    "nothing was published; publish fewer files at a time, or raise surface.limits.manifest-size here"
                            + " and where they go to");
        }
        List<Put> puts = putAll(client, publication, limits.retry, done, progress);
        SurfaceClient.PutAnswer manifest =
                limits.retry.ask(() -> client.putScan(publication.about().tenant(), publication.scan(), json));
        return new Published(puts, manifest.manifest(), manifest.created());
    }

    /** What takes the time is waiting for the disk or the service, so several files wait at once. */
    private static List<Put> putAll(
            SurfaceClient client, Publication publication, Again retry, Consumer<Put> done, LongConsumer progress)
            throws IOException {
        Lock telling = new ReentrantLock();
        AtomicBoolean failed = new AtomicBoolean();
        LongConsumer oneByOne = bytes -> alone(telling, () -> progress.accept(bytes));
        List<Future<@Nullable Put>> results = new ArrayList<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(Math.clamp(publication.files().size(), 1, AT_A_TIME))) {
            for (CheckedFile file : publication.files()) {
                results.add(pool.submit(() -> {
                    if (failed.get()) {
                        return null; // the first failure is what is told
                    }
                    boolean stored = false;
                    try {
                        Put put = retry.ask(() -> put(client, publication, file, oneByOne));
                        stored = true;
                        alone(telling, () -> done.accept(put));
                        return put;
                    } finally {
                        if (!stored) {
                            failed.set(true);
                        }
                    }
                }));
            }
        }
        List<Put> puts = new ArrayList<>();
        for (Future<@Nullable Put> result : results) {
            Put put = resultOf(result);
            if (put != null) {
                puts.add(put);
            }
        }
        return List.copyOf(puts);
    }

    private static void alone(Lock lock, Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable Put resultOf(Future<@Nullable Put> ended) throws IOException {
        try {
            return ended.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException known -> throw known;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private static Put put(SurfaceClient client, Publication publication, CheckedFile file, LongConsumer progress)
            throws IOException {
        Publication.About about = publication.about();
        SurfaceClient.NewArtefact artefact = new SurfaceClient.NewArtefact(
                file.kind().kind(),
                file.digest(),
                file.kind().mediaType(),
                publication.scannerBuild(),
                about.image() == null ? List.of() : List.of(about.image()),
                List.of(publication.scan()),
                null,
                null,
                about.generatedAt());
        try (InputStream in = new Watched(Files.newInputStream(file.file()), progress)) {
            SurfaceClient.PutAnswer answer =
                    client.put(about.tenant(), artefact, new SurfaceClient.Content(in, file.size()));
            return new Put(file, answer.created());
        }
    }

    private static final class Watched extends WatchedStream {
        private final LongConsumer progress;

        Watched(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        protected void passed(byte[] target, int offset, int n) {
            if (n > 0) {
                progress.accept(n);
            }
        }
    }
}
