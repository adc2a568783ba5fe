package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logging.Logger;
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
        assertFalse(isLogged("io.quarkus.virtual-threads", new RejectedExecutionException()));
    }

    /** The log shows only the last part of a name, so the whole is looked up where Quarkus has it. */
    @Test
    void theNameIsTheOneThatQuarkusLogsUnder() throws ReflectiveOperationException {
        Field logger = Class.forName("io.quarkus.virtual.threads.VirtualThreadsRecorder")
                .getDeclaredField("logger");
        logger.setAccessible(true);
        assertFalse(isLogged(((Logger) logger.get(null)).getName(), new RejectedExecutionException()));
    }

    @Test
    void everyOtherFailureIsTold() {
        assertTrue(isLogged("io.quarkus.virtual-threads", new IllegalStateException()));
        assertTrue(isLogged("io.quarkus.virtual-threads", null));
        assertTrue(isLogged("io.surfacefs", new RejectedExecutionException()));
    }
}
