package io.surfacefs.app;

import io.quarkus.logging.LoggingFilter;
import io.surfacefs.ops.LogFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.ConfigValue;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the console and sees every line first: gives the console our format, which Quarkus has no property for,
 * and keeps out what nobody should read. A format that an operator sets by Quarkus' own name stays, unless JSON is
 * wanted. Thread-safe.
 */
@LoggingFilter(name = "console")
public final class ConsoleLog implements Filter {
    private static final String FORMAT = "quarkus.log.console.format";
    private static final String JSON = "surface.log.json";
    /** The rank of what is set in the program itself. */
    private static final int OURS = 250;

    private final AfterShutdownFilter afterShutdown = new AfterShutdownFilter();
    private final AtomicBoolean formatted = new AtomicBoolean();
    private final @Nullable Formatter format;

    /** Made by Quarkus when logging begins, once the configuration of this run is there. */
    public ConsoleLog() {
        this(ConfigProvider.getConfig());
    }

    ConsoleLog(Config config) {
        boolean json = "true".equals(config.getConfigValue(JSON).getValue());
        ConfigValue pattern = config.getConfigValue(FORMAT);
        boolean theirs = pattern.getValue() != null && pattern.getSourceOrdinal() > OURS;
        this.format = json || !theirs ? new LogFormat(json) : null;
    }

    @Override
    public boolean isLoggable(LogRecord line) {
        if (format != null && !formatted.get()) {
            for (Handler handler : Logger.getLogger("").getHandlers()) {
                give(handler, format);
            }
        }
        return afterShutdown.isLoggable(line);
    }

    private void give(Handler handler, Formatter format) {
        if (handler instanceof ConsoleHandler) {
            handler.setFormatter(format);
            formatted.set(true);
        } else if (handler instanceof ExtHandler around) {
            for (Handler inner : around.getHandlers()) {
                give(inner, format);
            }
        }
    }
}
