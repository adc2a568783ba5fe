package io.surfacefs.store.fs;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes small puts durable by the group: a put is appended to the open segment, one sync covers all that came while the
 * last one ran, then the files are placed without a sync of their own. Later, when the kernel has written most of it by
 * itself and syncs are cheap, a segment is retired: its files and their folders are synced, then it goes. After a loss
 * of power the segments that are left place again what they name. Owned by the one process that owns the folder.
 * Memory: 8 KiB for each of at most {@link #MAX_SEGMENTS} segments. Thread-safe; two threads of its own.
 */
final class Journal implements AutoCloseable {
    /** How long a segment with records may stay open without a further one. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long SEGMENT_BYTES = 8L << 20;
    private static final int MAX_SEGMENTS = 8;
    private static final long WAIT_SECONDS = 15;

    /**
     * How long a segment of this process rests before it is retired, unless there are many, somebody waits, or the end
     * has come.
     */
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(35);

    /** How long a close goes on retiring, the attempt under way included; what is left is for the next start. */
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Where the files of records are placed and synced. */
    interface Placement {
        /** Places what the record of a process that died names, as far as it is not there. */
        void placeAgain(List<BlobStore.Put> puts) throws IOException;

        /** Syncs every file that the record names, where it is there, and collects its folders. */
        void syncFiles(List<BlobStore.Put> puts, Set<Path> folders) throws IOException;
    }

    /** A put that is durable in the journal and must be placed, then {@link #placed}. */
    static final class Ticket {
        private final Segment segment;

        private Ticket(Segment segment) {
            this.segment = segment;
        }
    }

    /** One file of the journal. Tells, with few false alarms, whether it names a key. */
    static final class Segment {
        private static final int FILTER_BITS = 1 << 16;

        final Path file;
        private final Disk.@Nullable OutFile out;
        private final long[] filter = new long[FILTER_BITS / Long.SIZE];
        private long bytes;
        /** What keeps it from being retired: a batch that is being written, and records that are not placed yet. */
        private int unfinished;

        private long closedAt = System.nanoTime();

        Segment(Path file, Disk.@Nullable OutFile out) {
            this.file = file;
            this.out = out;
        }

        /** That a record is in it. */
        void add(List<BlobStore.Put> puts, long length) {
            bytes += length;
            for (BlobStore.Put put : puts) {
                int bit = bit(put.key());
                filter[bit / Long.SIZE] |= 1L << (bit % Long.SIZE);
            }
        }

        private boolean mayName(BlobKey key) {
            int bit = bit(key);
            return (filter[bit / Long.SIZE] & (1L << (bit % Long.SIZE))) != 0;
        }

        private static int bit(BlobKey key) {
            int hash = key.hashCode() * 0x9E3779B9;
            return hash >>> (Integer.SIZE - 16);
        }
    }

    private record Waiting(byte[] record, List<BlobStore.Put> puts, CompletableFuture<Ticket> done) {}

    private final Disk disk;
    private final Path folder;
    private final Placement placement;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition retiring = lock.newCondition();
    private final Condition progress = lock.newCondition();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final Deque<Segment> full = new ArrayDeque<>();
    private final Thread committer;
    private final Thread retirer;
    private @Nullable Segment open;
    private long nextSegment;
    private volatile long closeBy;
    private volatile boolean closing;
    private int urgent;

    /** Begins, with segments of a process that died, oldest first, whose files are placed again but not synced yet. */
    Journal(Disk disk, Path folder, long firstSegment, List<Segment> left, Placement placement) {
        this.full.addAll(left);
        this.disk = disk;
        this.folder = folder;
        this.nextSegment = firstSegment;
        this.placement = placement;
        this.committer = Thread.ofPlatform().daemon().name("surface-journal").start(this::commitLoop);
        this.retirer =
                Thread.ofPlatform().daemon().name("surface-journal-retire").start(this::retireLoop);
    }

    /** The segments of a folder, oldest first. */
    static List<Path> segments(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith(".journal"))
                    .sorted()
                    .toList();
        }
    }

    /** Makes a record durable; on return its files must be placed and {@link #placed} called, whatever happens. */
    Ticket append(List<BlobStore.Put> puts) throws IOException {
        Waiting waiting = new Waiting(JournalFormat.record(puts), puts, new CompletableFuture<>());
        lock.lock();
        try {
            if (closing) {
                throw new IOException("the store is closing");
            }
            queue.add(waiting);
            work.signal();
        } finally {
            lock.unlock();
        }
        try {
            return waiting.done.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the journal could not be written", e.getCause());
        } catch (TimeoutException e) {
            var _ = waiting.done.whenComplete((ticket, fault) -> {
                if (ticket != null) {
                    placed(ticket);
                }
            });
            throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the disk did not take the journal in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** That the files of a record are where they belong (or will not be, since another writer won). */
    void placed(Ticket ticket) {
        lock.lock();
        try {
            ticket.segment.unfinished--;
            retiring.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns once no segment names the key, so that a loss of power can't bring it back: called before it is deleted.
     */
    void release(BlobKey key) throws IOException {
        lock.lock();
        try {
            if (open != null && open.mayName(key)) {
                rotate();
            }
            urgent++;
            retiring.signal();
            long left = TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
            while (full.stream().anyMatch(segment -> segment.mayName(key))) {
                if (left <= 0) {
                    throw new SurfaceException(ErrorCode.STORE_TIMEOUT, "the disk did not take the journal in time");
                }
                left = progress.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            urgent--;
            lock.unlock();
        }
    }

    private void rotate() {
        if (open != null && open.bytes > 0) {
            open.closedAt = System.nanoTime();
            full.add(open);
            open = null;
            retiring.signal();
        }
    }

    private void commitLoop() {
        List<Waiting> batch = new ArrayList<>();
        while (true) {
            batch.clear();
            lock.lock();
            try {
                while (queue.isEmpty() || full.size() >= MAX_SEGMENTS) {
                    // Behind the limit of a close nobody retires segments any more, which a new one would wait for.
                    if (closing && (queue.isEmpty() || isLate())) {
                        queue.forEach(
                                waiting -> waiting.done.completeExceptionally(new IOException("the store closes")));
                        queue.clear();
                        rotate();
                        retiring.signal();
                        return;
                    }
                    boolean signalled = work.awaitNanos(IDLE_NANOS) > 0;
                    if (!signalled && queue.isEmpty()) {
                        rotate();
                    }
                }
                batch.addAll(queue);
                queue.clear();
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            commit(batch);
        }
    }

    private void commit(List<Waiting> batch) {
        Segment segment = null;
        try {
            segment = openSegment();
            Disk.OutFile out = Objects.requireNonNull(segment.out);
            for (Waiting waiting : batch) {
                out.write(waiting.record, 0, waiting.record.length);
            }
            out.sync();
        } catch (IOException | RuntimeException e) {
            abandon(segment);
            batch.forEach(waiting -> waiting.done.completeExceptionally(e));
            return;
        }
        List<Ticket> tickets = new ArrayList<>(batch.size());
        lock.lock();
        try {
            for (Waiting waiting : batch) {
                segment.add(waiting.puts, waiting.record.length);
                segment.unfinished++;
                tickets.add(new Ticket(segment));
            }
            segment.unfinished--;
            retiring.signal();
            if (segment.bytes >= SEGMENT_BYTES) {
                rotate();
            }
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < tickets.size(); i++) {
            batch.get(i).done.complete(tickets.get(i));
        }
    }

    /**
     * The segment that takes the next batch. It counts as unfinished until the batch is written, since a delete may
     * close it to further ones meanwhile.
     */
    private Segment openSegment() throws IOException {
        lock.lock();
        try {
            if (open != null) {
                open.unfinished++;
                return open;
            }
        } finally {
            lock.unlock();
        }
        Path file = folder.resolve("%016x.journal".formatted(nextSegment++));
        Segment segment = new Segment(file, disk.create(file));
        disk.syncFolder(folder);
        lock.lock();
        try {
            segment.unfinished++;
            open = segment;
            return segment;
        } finally {
            lock.unlock();
        }
    }

    /** A segment whose tail is uncertain takes no further record: what stands behind a torn one would not count. */
    private void abandon(@Nullable Segment segment) {
        lock.lock();
        try {
            if (segment != null) {
                segment.unfinished--;
                retiring.signal();
            }
            if (segment != null && open == segment) {
                segment.closedAt = System.nanoTime();
                full.add(segment);
                open = null;
                retiring.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void retireLoop() {
        while (true) {
            Segment segment;
            boolean last;
            lock.lock();
            try {
                while (!isDue()) {
                    if (closing && full.isEmpty() && open == null && queue.isEmpty()) {
                        return;
                    }
                    retiring.awaitNanos(IDLE_NANOS);
                }
                segment = full.getFirst();
                last = closing;
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            boolean retired = retire(segment);
            lock.lock();
            try {
                if (retired) {
                    full.removeFirst();
                    work.signal();
                    progress.signalAll();
                } else if (last || isLate()) {
                    return; // the segment stays; the next start places what it names and syncs it in its time
                } else if (!closing) {
                    retiring.awaitNanos(IDLE_NANOS);
                } // else the attempt is from before the close, which makes one of its own
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isDue() {
        if (full.isEmpty() || full.getFirst().unfinished > 0) {
            return false;
        }
        return closing
                || urgent > 0
                || full.getFirst().out == null
                || full.size() > MAX_SEGMENTS / 2
                || System.nanoTime() - full.getFirst().closedAt > REST_NANOS;
    }

    private boolean isLate() {
        return closing && System.nanoTime() - closeBy > 0;
    }

    private void requireTime() throws InterruptedIOException {
        if (isLate()) {
            throw new InterruptedIOException("closing");
        }
    }

    private boolean retire(Segment segment) {
        try {
            if (segment.out != null) {
                segment.out.close();
            }
            Set<Path> folders = new HashSet<>();
            JournalFormat.read(segment.file, segment.bytes, puts -> {
                requireTime();
                if (segment.out == null) {
                    placement.placeAgain(puts); // at the start there may have been no room for it
                }
                placement.syncFiles(puts, folders);
            });
            for (Path touched : folders) {
                requireTime();
                disk.syncFolder(touched);
            }
            disk.delete(segment.file);
            disk.syncFolder(folder);
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /**
     * Takes no further record, syncs what was placed and ends, within a limit; what can't be synced stays in its
     * segment.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closeBy = System.nanoTime() + CLOSE_NANOS;
            closing = true;
            work.signal();
            retiring.signal();
        } finally {
            lock.unlock();
        }
        try {
            committer.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            retirer.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
