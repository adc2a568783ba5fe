package io.surfacefs.app;

import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Keeps one line out of the log: a request that was answered just before the server stopped still wants a thread for
 * its last step inside Quarkus, and the executor, which refuses work only once it is shut down, has none. Nothing of
 * the request is lost by that, so nobody should read a stack trace of it.
 */
final class AfterShutdownFilter implements Filter {
    private static final String VIRTUAL_THREADS = "io.quarkus.virtual-threads";

    @Override
    public boolean isLoggable(LogRecord line) {
        return !VIRTUAL_THREADS.equals(line.getLoggerName())
                || !(line.getThrown() instanceof RejectedExecutionException);
    }
}
