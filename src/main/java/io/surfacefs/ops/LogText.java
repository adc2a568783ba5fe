package io.surfacefs.ops;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code key=value} back: rooms that know nothing of log lines write their few by hand. */
final class LogText {
    private final String text;
    private int at;

    private LogText(String text) {
        this.text = text;
    }

    /**
     * The pairs of a text, or null when it isn't made of pairs from its begin to its end, each under a key of the
     * dictionary.
     */
    static @Nullable List<LogLine.Pair> pairs(String text) {
        return new LogText(text).read();
    }

    private @Nullable List<LogLine.Pair> read() {
        List<LogLine.Pair> pairs = new ArrayList<>();
        while (at < text.length()) {
            int equals = text.indexOf('=', at);
            LogKey key = equals < 0 ? null : LogKey.of(text.substring(at, equals));
            if (key == null) {
                return null;
            }
            at = equals + 1;
            boolean quoted = at < text.length() && text.charAt(at) == '"';
            String value = quoted ? quoted() : bare();
            if (value == null || (at < text.length() && text.charAt(at++) != ' ')) {
                return null;
            }
            pairs.add(new LogLine.Pair(key, value, quoted));
        }
        return pairs.isEmpty() ? null : pairs;
    }

    private String bare() {
        int end = text.indexOf(' ', at);
        String value = text.substring(at, end < 0 ? text.length() : end);
        at += value.length();
        return value;
    }

    private @Nullable String quoted() {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
            }
            value.append(c);
        }
        return null;
    }
}
