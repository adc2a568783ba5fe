package io.surfacefs.ops;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/**
 * How a line of the log looks: {@code key=value} or a JSON object, one line an event whatever is in it, all keys of
 * {@link LogKey} and each once. What a library says is the {@code message}. Thread-safe.
 */
public final class LogFormat extends ExtFormatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    private final boolean json;

    /** @param json else key=value */
    public LogFormat(boolean json) {
        this.json = json;
    }

    @Override
    public String format(ExtLogRecord line) {
        List<LogLine.Pair> pairs = new ArrayList<>();
        add(pairs, LogKey.TIME, TIME.format(line.getInstant().atZone(ZoneId.systemDefault())));
        add(pairs, LogKey.LEVEL, line.getLevel().getName());
        String logger = String.valueOf(line.getLoggerName());
        add(pairs, LogKey.LOGGER, logger.substring(logger.lastIndexOf('.') + 1));
        pairs.addAll(said(line));
        String traceId = line.getMdc("traceId");
        if (traceId != null) {
            add(pairs, LogKey.TRACE_ID, traceId);
            add(pairs, LogKey.SPAN_ID, String.valueOf(line.getMdc("spanId")));
        }
        Throwable fault = line.getThrown();
        if (fault != null) {
            add(pairs, LogKey.ERROR, fault.toString());
            StringWriter stack = new StringWriter();
            fault.printStackTrace(new PrintWriter(stack));
            add(pairs, LogKey.STACK, stack.toString());
        }
        StringBuilder out = new StringBuilder(256);
        if (json) {
            writeJson(once(pairs), out);
        } else {
            LogLine.write(once(pairs), out);
        }
        return out.append('\n').toString();
    }

    private static void add(List<LogLine.Pair> pairs, LogKey key, String value) {
        pairs.add(new LogLine.Pair(key, value, false));
    }

    private List<LogLine.Pair> said(ExtLogRecord line) {
        Object[] parameters = line.getParameters();
        if (parameters != null && parameters.length == 1 && parameters[0] instanceof LogLine ours) {
            return ours.pairs();
        }
        String message = String.valueOf(formatMessage(line));
        List<LogLine.Pair> pairs = LogText.pairs(message);
        return pairs == null ? List.of(new LogLine.Pair(LogKey.MESSAGE, message, true)) : pairs;
    }

    private static List<LogLine.Pair> once(List<LogLine.Pair> pairs) {
        Set<LogKey> seen = EnumSet.noneOf(LogKey.class);
        return pairs.stream().filter(pair -> seen.add(pair.key())).toList();
    }

    private static void writeJson(List<LogLine.Pair> pairs, StringBuilder out) {
        char before = '{';
        for (LogLine.Pair pair : pairs) {
            out.append(before).append('"').append(pair.key().text()).append("\":");
            before = ',';
            if (pair.value() instanceof Integer || pair.value() instanceof Long) {
                out.append(pair.value());
            } else {
                LogLine.quote(String.valueOf(pair.value()), out);
            }
        }
        out.append('}');
    }
}
