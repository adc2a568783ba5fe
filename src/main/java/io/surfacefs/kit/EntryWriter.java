package io.surfacefs.kit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Writes entries to a target while others are fetched. For one thread; to be closed. */
interface EntryWriter extends AutoCloseable {
    /** A payload, open or in memory. */
    record Content(InputStream stream) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** Gets a payload. */
    @FunctionalInterface
    interface Fetch {
        Content fetch() throws IOException;
    }

    /** @param parallel entries that are fetched at a time */
    static EntryWriter of(KitTarget target, int parallel) {
        return target.anyOrder() ? new AnyOrder(target, parallel) : new InOrder(target, parallel);
    }

    /** Writes an entry, now or later. */
    void write(KitEntry entry, byte[] manifest, Fetch payload, Done done) throws IOException;

    /** Waits until all are written. */
    void await() throws IOException;

    @Override
    void close() throws IOException;

    /** Writes the files of an entry. */
    static void files(KitTarget target, KitEntry entry, byte[] manifest, @Nullable Content payload) throws IOException {
        target.file(entry.manifestPath(), new ByteArrayInputStream(manifest), manifest.length);
        String path = entry.payloadPath();
        if (path != null && payload != null) {
            target.file(path, payload.stream(), entry.payloadBytes());
        }
    }

    /** Each entry by its own thread. */
    final class AnyOrder implements EntryWriter {
        private final KitTarget target;
        private final Workers workers;

        AnyOrder(KitTarget target, int parallel) {
            this.target = target;
            this.workers = new Workers(parallel);
        }

        @Override
        public void write(KitEntry entry, byte[] manifest, Fetch payload, Done done) throws IOException {
            workers.submit(() -> {
                if (entry.payloadDigest() == null) {
                    files(target, entry, manifest, null);
                } else {
                    try (Content content = payload.fetch()) {
                        files(target, entry, manifest, content);
                    }
                }
                done.another();
            });
        }

        @Override
        public void await() throws IOException {
            workers.await();
        }

        @Override
        public void close() {
            workers.close();
        }
    }

    /** Fetched ahead, written one after another. */
    final class InOrder implements EntryWriter {
        private final KitTarget target;
        private final int parallel;
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final Deque<Waiting> waiting = new ArrayDeque<>();

        private record Waiting(
                KitEntry entry, byte[] manifest, @Nullable Future<Content> payload, Done done) {}

        InOrder(KitTarget target, int parallel) {
            this.target = target;
            this.parallel = parallel;
        }

        @Override
        public void write(KitEntry entry, byte[] manifest, Fetch payload, Done done) throws IOException {
            if (waiting.size() == parallel) {
                writeFirst();
            }
            Future<Content> fetched = entry.payloadDigest() == null ? null : threads.submit(payload::fetch);
            waiting.add(new Waiting(entry, manifest, fetched, done));
        }

        @Override
        public void await() throws IOException {
            while (!waiting.isEmpty()) {
                writeFirst();
            }
        }

        private void writeFirst() throws IOException {
            Waiting first = waiting.remove();
            try (Content content = first.payload == null ? null : got(first.payload)) {
                files(target, first.entry, first.manifest, content);
            }
            first.done.another();
        }

        private static Content got(Future<Content> payload) throws IOException {
            try {
                return payload.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException io) {
                    throw io;
                }
                if (e.getCause() instanceof RuntimeException runtime) {
                    throw runtime;
                }
                throw new IllegalStateException(e.getCause());
            }
        }

        /** Closes what was fetched and is not wanted any more. */
        @Override
        public void close() throws IOException {
            threads.close();
            while (!waiting.isEmpty()) {
                Future<Content> payload = waiting.remove().payload;
                if (payload != null && payload.state() == Future.State.SUCCESS) {
                    payload.resultNow().close();
                }
            }
        }
    }
}
