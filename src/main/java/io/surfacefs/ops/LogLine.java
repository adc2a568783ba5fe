package io.surfacefs.ops;

import io.surfacefs.model.ArtefactKey;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One event for the log, as keys and values in their order. Begun, filled and logged by one thread. What is given as a
 * value is told as it is, so no secret may be one.
 */
public final class LogLine {
    /** A key and its value; {@code quoted} in any case, where a client chose the text. */
    record Pair(LogKey key, Object value, boolean quoted) {}

    private static final String CLASS = LogLine.class.getName();
    private static final Pattern BARE = Pattern.compile("[\\x21-\\x7e&&[^\"=\\\\]]+");
    private static final Pattern LONG_HEX = Pattern.compile("([0-9a-f]{12})[0-9a-f]{52}");
    private static final int PATH_PARTS = 4;

    private final List<Pair> pairs = new ArrayList<>();

    private LogLine() {}

    /** Begins the line of an event, which happens in the trace that this thread works in. */
    public static LogLine event(String event) {
        return begin(LogKey.EVENT, event);
    }

    /** Begins a line by another key than {@code event}. */
    public static LogLine begin(LogKey key, String value) {
        return new LogLine().with(key, value);
    }

    /** Adds a value; null is left out. */
    public LogLine with(LogKey key, @Nullable Object value) {
        if (value != null) {
            pairs.add(new Pair(key, value, false));
        }
        return this;
    }

    /** Adds a text that somebody else chose: it stands in quotes whatever it is. */
    public LogLine quoted(LogKey key, String value) {
        pairs.add(new Pair(key, value, true));
        return this;
    }

    /** Adds tenant, kind and digest. */
    public LogLine of(ArtefactKey key) {
        return with(LogKey.TENANT, key.tenant()).with(LogKey.KIND, key.kind()).with(LogKey.DIGEST, key.digest());
    }

    /** Adds the path of a file or object by its last parts, with digests cut to 12 characters. */
    public LogLine path(Object path) {
        return with(LogKey.PATH, shortened(String.valueOf(path)));
    }

    static String shortened(String path) {
        String[] parts = path.split("/", -1);
        StringBuilder out = new StringBuilder(parts.length > PATH_PARTS ? "…" : "");
        for (int i = Math.max(0, parts.length - PATH_PARTS); i < parts.length; i++) {
            out.append(out.isEmpty() ? "" : "/").append(parts[i]);
        }
        return LONG_HEX.matcher(out).replaceAll("$1…");
    }

    /** Logs it. */
    public void debug(Logger log) {
        log(log, Logger.Level.DEBUG, null);
    }

    /** Logs it. */
    public void info(Logger log) {
        log(log, Logger.Level.INFO, null);
    }

    /** Logs it. */
    public void warn(Logger log) {
        log(log, Logger.Level.WARN, null);
    }

    /** Logs it. */
    public void error(Logger log) {
        log(log, Logger.Level.ERROR, null);
    }

    /** Logs it with the stack trace of a fault of ours. */
    public void error(Logger log, Throwable fault) {
        log(log, Logger.Level.ERROR, fault);
    }

    private void log(Logger log, Logger.Level level, @Nullable Throwable fault) {
        if (log.isEnabled(level)) {
            if (pairs.stream().noneMatch(pair -> pair.key == LogKey.TRACE_ID)) {
                with(LogKey.TRACE_ID, Trace.id());
            }
            log.logf(CLASS, level, fault, "%s", this);
        }
    }

    List<Pair> pairs() {
        return pairs;
    }

    /** The line as {@code key=value}. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        write(pairs, out);
        return out.toString();
    }

    static void write(List<Pair> pairs, StringBuilder out) {
        for (Pair pair : pairs) {
            if (!out.isEmpty()) {
                out.append(' ');
            }
            String value = String.valueOf(pair.value);
            out.append(pair.key.text()).append('=');
            if (!pair.quoted && BARE.matcher(value).matches()) {
                out.append(value);
            } else {
                quote(value, out);
            }
        }
    }

    /** In quotes, as JSON has them too, without anything that makes one line look like two, or like another. */
    static void quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (isHidden(c)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Controls, ends of lines, and what turns the direction of text. */
    private static boolean isHidden(char c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == '\u2028' || c == '\u2029';
    }
}
