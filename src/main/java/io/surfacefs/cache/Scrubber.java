package io.surfacefs.cache;

import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.CacheUpkeep;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.function.LongConsumer;

/** Reads what lies in the cache and puts aside what is not what it should be, at a bounded rate. */
final class Scrubber {
    private static final double NANOS = 1e9;
    private static final Duration BUSY = Duration.ofMillis(100);

    private final Parts parts;
    private final Waits.Signal stop;
    private volatile boolean stopped;

    Scrubber(Parts parts) {
        this.parts = parts;
        this.stop = parts.outside().waits().signal();
    }

    /**
     * Reads every object once.
     *
     * @param bytesPerSecond on the average not more
     * @param progress told how many objects were read
     */
    CacheUpkeep.Scrubbed pass(long bytesPerSecond, LongConsumer progress) {
        CacheUpkeep.Scrubbed sum = new CacheUpkeep.Scrubbed(0, 0, 0);
        for (int folder = 0; folder < NameHash.FOLDERS && !stopped; folder++) {
            CacheUpkeep.Scrubbed done = folder(folder, bytesPerSecond);
            sum = new CacheUpkeep.Scrubbed(
                    sum.objects() + done.objects(), sum.bytes() + done.bytes(), sum.damaged() + done.damaged());
            progress.accept(sum.objects());
        }
        return sum;
    }

    /** Reads every object once in that time, again and again, until stopped. On a thread of its own. */
    void forever(Duration interval, long bytesPerSecond) {
        Duration slice = interval.dividedBy(NameHash.FOLDERS);
        for (int folder = 0; !stopped; folder = (folder + 1) % NameHash.FOLDERS) {
            long begun = parts.outside().nanos().getAsLong();
            folder(folder, bytesPerSecond);
            pause(slice.minusNanos(parts.outside().nanos().getAsLong() - begun));
        }
    }

    private CacheUpkeep.Scrubbed folder(int folder, long bytesPerSecond) {
        long objects = 0;
        long bytes = 0;
        long damaged = 0;
        for (NameHash hash : parts.index().inFolder(folder)) {
            if (stopped) {
                break;
            }
            try {
                long size = check(hash);
                objects++;
                damaged += size < 0 ? 1 : 0;
                bytes += Math.abs(size);
                pause(Duration.ofNanos((long) (Math.abs(size) * NANOS / bytesPerSecond)));
            } catch (IOException e) {
                parts.health().failed(e);
            } catch (SurfaceException e) {
                // The pool had no time for us: this object's turn comes in the next pass.
                pause(BUSY);
            }
        }
        return new CacheUpkeep.Scrubbed(objects, bytes, damaged);
    }

    /** Checks one object. {@return the bytes read, negative when it was put aside} */
    private long check(NameHash hash) throws IOException {
        long size;
        try (FileChannel channel = parts.folder().read(hash)) {
            size = Math.max(1, channel.size());
            CacheFile.Trailer trailer = CacheFile.read(channel);
            if (trailer != null
                    && trailer.name().hash().equals(hash)
                    && parts.verifier()
                            .storedDigest(new ChannelBytes(channel, trailer.size(), null))
                            .equals(trailer.digest())) {
                return size;
            }
        } catch (NoSuchFileException e) {
            return 0;
        }
        if (parts.index().find(hash) == null) {
            return 0;
        }
        try {
            parts.rooms().quarantine(hash, parts.outside().clock().millis());
        } catch (NoSuchFileException e) {
            return 0;
        }
        return -size;
    }

    private void pause(Duration pause) {
        if (pause.isNegative() || pause.isZero()) {
            return;
        }
        try {
            stop.await(() -> stopped, pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    void stop() {
        stopped = true;
        stop.changed();
    }
}
