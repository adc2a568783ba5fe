package io.surfacefs.client;

import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Asks again where a service answers that it is overloaded, or that its store is away: after the time that it names,
 * with longer and longer waits, until they would come to more than was granted. A service that can't be reached names
 * no time, and isn't asked again. Immutable.
 */
public final class Again {
    /** 30 seconds of waiting in all. */
    public static final Again USUAL = new Again(Duration.ofSeconds(30));

    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Duration most;
    private final Pause pause;

    /** What is asked. */
    @FunctionalInterface
    public interface Question<T> {
        /** Asks from the begin; may be called several times. */
        T ask() throws IOException;
    }

    /** How time is passed. */
    @FunctionalInterface
    interface Pause {
        void nanos(long nanos) throws InterruptedException;
    }

    /** @param most how long the waits of one question are together; zero asks once */
    public Again(Duration most) {
        this(most, TimeUnit.NANOSECONDS::sleep);
    }

    Again(Duration most, Pause pause) {
        this.most = most;
        this.pause = pause;
    }

    /**
     * Asks until there is an answer.
     *
     * @throws SurfaceException the last refusal, where patience ended, and every other at once
     */
    public <T> T ask(Question<T> question) throws IOException {
        long left = most.toNanos();
        long wait = FIRST_NANOS;
        while (true) {
            try {
                return question.ask();
            } catch (SurfaceException e) {
                long next = Math.max(spread(wait), e.retryAfter().toNanos());
                if (!e.code().retryable() || e.retryAfter().isZero() || next > left) {
                    throw e;
                }
                sleep(next);
                left -= next;
                wait = Math.min(LONGEST_NANOS, wait * 2);
            }
        }
    }

    /** Half of a wait, and some of the other half: those who were refused together don't come back together. */
    private static long spread(long nanos) {
        return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }

    private void sleep(long nanos) throws InterruptedIOException {
        try {
            pause.nanos(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
