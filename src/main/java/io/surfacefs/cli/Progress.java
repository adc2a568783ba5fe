package io.surfacefs.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongConsumer;

/**
 * What is drawn on a terminal while something long runs: a bar where the end is known, a count where it isn't. On
 * anything but a terminal it is silent. One thread.
 */
final class Progress implements AutoCloseable, LongConsumer {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int WIDTH = 30;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter err;
    private final boolean shown;
    private final String label;
    private final boolean bytes;
    private final long total;
    private final long begun = System.nanoTime();
    private long done;
    private long drawn;

    private Progress(Terminal terminal, boolean shown, String label, boolean bytes, long total) {
        this.err = terminal.err();
        this.shown = shown;
        this.label = label;
        this.bytes = bytes;
        this.total = total;
        this.drawn = begun;
    }

    /** @param total bytes, or -1 where nobody knows */
    static Progress ofBytes(Terminal terminal, boolean shown, String label, long total) {
        return new Progress(terminal, shown, label, true, total);
    }

    static Progress ofItems(Terminal terminal, boolean shown, String label) {
        return new Progress(terminal, shown, label, false, -1);
    }

    void add(long n) {
        accept(done + n);
    }

    /** @param now how much is done so far */
    @Override
    public void accept(long now) {
        done = now;
        if (shown) {
            long time = System.nanoTime();
            if (time - drawn >= REDRAW_NANOS) {
                drawn = time;
                err.print(CLEAR + line(label, bytes, done, total, time - begun));
                err.flush();
            }
        }
    }

    static String line(String label, boolean bytes, long done, long total, long nanos) {
        double seconds = Math.max(nanos, 1) / 1e9;
        if (!bytes) {
            return String.format(Locale.ROOT, "%s %,d  %,.0f/s", label, done, done / seconds);
        }
        String rate = Sizes.shown((long) (done / seconds)) + "/s";
        if (total <= 0) {
            return label + " " + Sizes.shown(done) + "  " + rate;
        }
        double share = Math.min(1.0, (double) done / total);
        int filled = (int) Math.round(share * WIDTH);
        return String.format(
                Locale.ROOT,
                "%s [%s%s] %3d%%  %s of %s  %s",
                label,
                "=".repeat(filled),
                " ".repeat(WIDTH - filled),
                (int) (share * 100),
                Sizes.shown(done),
                Sizes.shown(total),
                rate);
    }

    /** Takes the line away. */
    @Override
    public void close() {
        if (shown && drawn != begun) {
            err.print(CLEAR);
            err.flush();
        }
    }
}
