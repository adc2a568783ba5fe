package io.surfacefs.signing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is read from files that may be exchanged while this runs: looked at again once a second at most, by whoever
 * asks, and read again when they changed. What can't be read any more leaves the last that could be. Thread-safe.
 *
 * @param <T> what is made of the files, immutable
 */
final class ReadAgain<T> {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How the files are looked at, and read. */
    interface Files<T> {
        /** What differs when the files changed: names, sizes, times. */
        String stamp() throws IOException;

        T read() throws IOException;
    }

    private record Seen<T>(String stamp, T value, long at) {}

    private final Files<T> files;
    private final LongSupplier nanos;
    private final Consumer<IOException> failed;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile Seen<T> seen;

    /** @param failed told, at each look, why what is there can't be read */
    ReadAgain(Files<T> files, LongSupplier nanos, Consumer<IOException> failed) throws IOException {
        this.files = files;
        this.nanos = nanos;
        this.failed = failed;
        this.seen = new Seen<>(files.stamp(), files.read(), nanos.getAsLong());
    }

    /** Whether the last look is recent enough; looks at memory only. */
    boolean isFresh() {
        return nanos.getAsLong() - seen.at < LOOK_AGAIN_NANOS;
    }

    /** What the files said when they were last looked at; looks at memory only. */
    T last() {
        return seen.value;
    }

    /** What the files say, a second ago at most. */
    T get() {
        if (isFresh()) {
            return seen.value;
        }
        reading.lock();
        try {
            if (!isFresh()) {
                seen = look(seen);
            }
            return seen.value;
        } finally {
            reading.unlock();
        }
    }

    private Seen<T> look(Seen<T> before) {
        @Nullable IOException why;
        try {
            // The stamp first: what changes while it is read is read again.
            String stamp = files.stamp();
            T value = stamp.equals(before.stamp) ? before.value : files.read();
            return new Seen<>(stamp, value, nanos.getAsLong());
        } catch (IOException e) {
            why = e;
        } catch (UncheckedIOException e) {
            why = e.getCause();
        }
        failed.accept(why);
        return new Seen<>(before.stamp, before.value, nanos.getAsLong());
    }
}
