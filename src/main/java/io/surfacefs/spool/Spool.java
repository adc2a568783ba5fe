package io.surfacefs.spool;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A spool folder, open: what waits, and those who take it to the store. Thread-safe. */
public final class Spool implements AutoCloseable {
    /** How long a delete waits for what waits of its key; a delivery that has begun is not broken off. */
    private static final Duration BEHIND = Duration.ofSeconds(60);

    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final SpoolFolder folder;
    private final Pending pending;
    private final EntryReader reader;
    private final Intake intake;
    private final ManifestCodec codec;
    private final SpoolSettings settings;
    private final SpoolEvents events;
    private final Outside outside;
    private final List<Thread> workers = new ArrayList<>();
    private @Nullable Delivery delivery;
    private boolean closed;

    /** What else there is. */
    record Outside(Clock clock, LongSupplier nanos, DoubleSupplier random, Gate gate, boolean deliversItself) {}

    private Spool(
            SpoolFolder folder,
            ManifestCodec codec,
            StoredVerifier verifier,
            SpoolSettings settings,
            SpoolEvents events,
            Outside outside) {
        this.folder = folder;
        this.codec = codec;
        this.settings = settings;
        this.events = events;
        this.outside = outside;
        this.pending = new Pending(outside.gate(), settings, new Pace(settings, outside.nanos(), outside.random()));
        this.reader = new EntryReader(SpoolNames.entries(folder.root()), codec, verifier, events);
        this.intake = new Intake(pending, folder, outside.clock());
    }

    /**
     * Opens a spool and reads what waits in it: the front of each entry, one after the other.
     *
     * @param root made when missing; owned until this is closed
     * @throws io.surfacefs.store.FolderOwnedException when another process has it
     * @throws IOException when it can't be used, or has a newer format
     */
    public static Spool open(
            Path root,
            Disk disk,
            SpoolSettings settings,
            ManifestCodec codec,
            StoredVerifier verifier,
            Clock clock,
            SpoolEvents events)
            throws IOException {
        return open(
                root,
                disk,
                settings,
                codec,
                verifier,
                events,
                new Outside(clock, System::nanoTime, Math::random, Gate.real(), true));
    }

    static Spool open(
            Path root,
            Disk disk,
            SpoolSettings settings,
            ManifestCodec codec,
            StoredVerifier verifier,
            SpoolEvents events,
            Outside outside)
            throws IOException {
        SpoolFolder folder = SpoolFolder.open(disk, root, outside.gate());
        boolean opened = false;
        try {
            Spool spool = new Spool(folder, codec, verifier, settings, events, outside);
            spool.recover();
            opened = true;
            return spool;
        } finally {
            if (!opened) {
                folder.close();
            }
        }
    }

    private void recover() throws IOException {
        folder.clearLeftovers();
        Path rejected = SpoolNames.rejected(folder.root());
        for (long sequence : SpoolNames.sequences(rejected)) {
            pending.startBehind(sequence);
            pending.foundRejected(cost(rejected, sequence));
        }
        Path entries = SpoolNames.entries(folder.root());
        for (long sequence : SpoolNames.sequences(entries)) {
            pending.startBehind(sequence);
            long cost = cost(entries, sequence);
            try {
                EntryFormat.Front front = SpoolNames.front(entries, sequence);
                if (front.head().outside() && !Files.exists(SpoolNames.payload(entries, sequence))) {
                    throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the payload of an entry is gone");
                }
                pending.found(sequence, front.head(), front.layout(), cost);
            } catch (SurfaceException e) {
                folder.files()
                        .park(sequence, Delivery.why("?", e, outside.clock().millis()));
                folder.files().remove(sequence);
                pending.foundRejected(cost);
                events.rejected("?", e.code(), String.valueOf(e.getMessage()));
            }
        }
    }

    private static long cost(Path folder, long sequence) throws IOException {
        Path payload = SpoolNames.payload(folder, sequence);
        long size = Files.size(SpoolNames.file(folder, sequence));
        return Files.exists(payload) ? SpoolNames.cost(size, Files.size(payload)) : SpoolNames.cost(size);
    }

    /** Begins to deliver. */
    void deliverTo(ArtefactStore store) {
        Delivery made = new Delivery(store, pending, folder, reader, codec, outside.clock(), events);
        delivery = made;
        for (int i = 0; outside.deliversItself() && i < settings.deliveries(); i++) {
            workers.add(Thread.ofVirtual().name("surface-spool-" + i).start(made::work));
        }
    }

    Pending pending() {
        return pending;
    }

    EntryReader reader() {
        return reader;
    }

    Intake intake() {
        return intake;
    }

    ManifestCodec codec() {
        return codec;
    }

    Delivery delivery() {
        return Objects.requireNonNull(delivery);
    }

    /**
     * Does something to a key in the store behind what waits of it, which is delivered first, and which no crash brings
     * back afterwards.
     *
     * @throws SurfaceException {@code STORE_UNAVAILABLE} when that can't be delivered now: then nothing was done
     */
    boolean behind(SpoolKey key, BooleanSupplier work) {
        Claims claims = pending.claims();
        long until = System.nanoTime() + BEHIND.toNanos();
        Chain chain = claims.claim(key, BEHIND);
        try {
            // Also what can't be read any more, as long as its files may be there.
            Entry last = claims.last(chain);
            if (last != null) {
                delivery().deliverUpTo(chain, last.sequence, until);
            }
            folder.files().settleRemovals();
            boolean done = work.getAsBoolean();
            claims.deleted(chain);
            return done;
        } catch (IOException e) {
            throw DiskFaults.of("sync the spool", e);
        } finally {
            claims.release(chain, false);
        }
    }

    /** How many puts wait. */
    public int depth() {
        return pending.depth();
    }

    /** How long the oldest of them has waited; nothing when none waits. */
    public Duration age() {
        Instant oldest = pending.oldest();
        Duration age = oldest == null
                ? Duration.ZERO
                : Duration.between(oldest, outside.clock().instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Bytes of the quota that are used, rejected puts counted. */
    public long used() {
        return pending.used();
    }

    /** How many bytes it may use. */
    public long quota() {
        return settings.quota();
    }

    /** Whether another put could be taken now. */
    public boolean hasRoom() {
        return pending.hasRoom();
    }

    /** Waits until nothing waits. {@return whether that came true in time} */
    public boolean awaitEmpty(Duration longest) throws InterruptedException {
        return pending.awaitEmpty(outside.nanos().getAsLong() + longest.toNanos(), outside.nanos());
    }

    /** Lets everything go as it is, as the death of the process would. */
    void abandon() throws IOException {
        closed = true;
        pending.stop();
        try {
            joinWorkers(true, outside.nanos().getAsLong() + LAST_WORDS.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        folder.close();
    }

    /**
     * Takes no more puts, delivers what it can, tells what is left, and gives the folder up. Takes no longer than the
     * time to drain, the last tenth of which is for deliveries that have to be broken off. A put that is not
     * acknowledged by then is refused; should it still be writing, the folder is given up when that has ended.
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        long time = settings.drainTimeout().toNanos();
        long end = outside.nanos().getAsLong() + time;
        boolean drained = false;
        try {
            pending.stopAccepting();
            long words = Math.min(time / 10, LAST_WORDS.toNanos());
            drained = workers.isEmpty() || pending.awaitEmpty(end - words, outside.nanos());
            pending.stop();
            joinWorkers(!drained, end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pending.stop();
            pending.all(e -> !e.gone).forEach(e -> events.left(e.key.toString()));
            folder.close();
        }
    }

    private void joinWorkers(boolean interrupt, long end) throws InterruptedException {
        if (interrupt) {
            workers.forEach(Thread::interrupt);
        }
        for (Thread worker : workers) {
            worker.join(Duration.ofNanos(Math.max(0, end - outside.nanos().getAsLong())));
        }
    }
}
