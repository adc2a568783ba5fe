package io.surfacefs.kit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
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

    /** What is in memory of an entry: its manifest, and the envelope beside it or null. */
    @SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
    record Files(byte[] manifest, byte @Nullable [] envelope) {}

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
    void write(KitEntry entry, Files files, Fetch payload, Done done) throws IOException;

    /** Waits until all are written. */
    void await() throws IOException;

    @Override
    void close() throws IOException;

    /** Writes the files of an entry. */
    static void files(KitTarget target, KitEntry entry, Files files, @Nullable Content payload) throws IOException {
        byte[] manifest = files.manifest;
        target.file(entry.manifestPath(), new ByteArrayInputStream(manifest), manifest.length);
        byte[] envelope = files.envelope;
        String beside = entry.signaturePath();
        if (beside != null && envelope != null) {
            target.file(beside, new ByteArrayInputStream(envelope), envelope.length);
        }
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
        public void write(KitEntry entry, Files files, Fetch payload, Done done) throws IOException {
            workers.submit(() -> {
                if (entry.payloadDigest() == null) {
                    EntryWriter.files(target, entry, files, null);
                } else {
                    try (Content content = payload.fetch()) {
                        EntryWriter.files(target, entry, files, content);
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
                KitEntry entry, Files files, @Nullable Future<Content> payload, Done done) {}

        InOrder(KitTarget target, int parallel) {
            this.target = target;
            this.parallel = parallel;
        }

        @Override
        public void write(KitEntry entry, Files files, Fetch payload, Done done) throws IOException {
            if (waiting.size() == parallel) {
                writeFirst();
            }
            Future<Content> fetched = entry.payloadDigest() == null ? null : threads.submit(payload::fetch);
            waiting.add(new Waiting(entry, files, fetched, done));
        }

        @Override
        public void await() throws IOException {
            while (!waiting.isEmpty()) {
                writeFirst();
            }
        }

        private void writeFirst() throws IOException {
            Waiting first = waiting.remove();
            try (Content content = first.payload == null ? null : Workers.got(first.payload)) {
                EntryWriter.files(target, first.entry, first.files, content);
            }
            first.done.another();
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
