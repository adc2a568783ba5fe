package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class AfterShutdownFilterTest {
    private static boolean isLogged(String logger, Throwable thrown) {
        LogRecord line = new LogRecord(Level.SEVERE, "threw an uncaught exception");
        line.setLoggerName(logger);
        line.setThrown(thrown);
        return new AfterShutdownFilter().isLoggable(line);
    }

    @Test
    void workThatAStoppedExecutorRefusedIsNotTold() {
        assertFalse(isLogged("virtual-threads", new RejectedExecutionException()));
    }

    @Test
    void everyOtherFailureIsTold() {
        assertTrue(isLogged("virtual-threads", new IllegalStateException()));
        assertTrue(isLogged("virtual-threads", null));
        assertTrue(isLogged("io.surfacefs", new RejectedExecutionException()));
    }
}
