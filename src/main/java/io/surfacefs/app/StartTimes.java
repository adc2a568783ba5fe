package io.surfacefs.app;

import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * When the steps of a server's start were done: one line at DEBUG, which says where the time went. One start for each
 * process. Thread-safe.
 */
final class StartTimes {
    private static final Logger LOG = Logger.getLogger(StartTimes.class);

    /** What follows one another, each named as in the line. */
    enum Step {
        /** The program's own code is reached; what was before is the loader's and the runtime's. */
        MAIN,
        /** The command line is read. */
        COMMAND,
        /** The container has its configuration and begins to make beans. */
        CONTAINER,
        /** What is looked at before anything is opened was looked at. */
        CHECKS,
        /** Store, cache and spool are open. */
        ENGINE,
        /** gRPC listens, and what the container starts besides has started. */
        SERVICES,
        /** All ports are open. */
        PORTS
    }

    private static final Map<Step, Long> REACHED = new ConcurrentHashMap<>();

    private StartTimes() {}

    /** Says that a step is done; only the first time counts. */
    static void reached(Step step) {
        REACHED.putIfAbsent(step, System.nanoTime());
    }

    /** Tells the line, if anybody wants it. */
    static void tell() {
        LogLine.event("start.times")
                .with(LogKey.MESSAGE, times(REACHED, Instant.now(), System.nanoTime()))
                .debug(LOG);
    }

    /**
     * {@return when {@code main} was reached in microseconds of Unix time, and for each later step that was reached the
     * milliseconds since the one before}
     *
     * @param reached nanoseconds of the clock that {@code tick} is read from
     */
    static String times(Map<Step, Long> reached, Instant now, long tick) {
        Long before = reached.get(Step.MAIN);
        if (before == null) {
            return "";
        }
        Instant main = now.minusNanos(tick - before);
        StringBuilder times = new StringBuilder("main=").append(ChronoUnit.MICROS.between(Instant.EPOCH, main));
        for (Step step : Step.values()) {
            Long then = reached.get(step);
            if (step == Step.MAIN || then == null) {
                continue;
            }
            times.append(String.format(
                    Locale.ROOT, " %s=%.2f", step.name().toLowerCase(Locale.ROOT), (then - before) / 1e6));
            before = then;
        }
        return times.toString();
    }
}
