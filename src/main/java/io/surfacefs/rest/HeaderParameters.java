package io.surfacefs.rest;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A header value with parameters: {@code form-data; name="x"} (RFC 9110 section 5.6.6).
 *
 * @param value what stands before the parameters, in lower case
 * @param parameters by name in lower case, unquoted
 */
record HeaderParameters(String value, Map<String, String> parameters) {
    /** Null when the text is malformed, or names a parameter twice. */
    static @Nullable HeaderParameters parse(String text) {
        int end = text.indexOf(';');
        String value = (end < 0 ? text : text.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new HashMap<>();
        int at = end < 0 ? text.length() : end + 1;
        while (true) {
            at = skipBlanks(text, at);
            if (at >= text.length()) {
                return new HeaderParameters(value, parameters);
            }
            int equals = text.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            String name = text.substring(at, equals).strip().toLowerCase(Locale.ROOT);
            StringBuilder content = new StringBuilder();
            at = content(text, equals + 1, content);
            if (at < 0 || name.isEmpty() || parameters.put(name, content.toString()) != null) {
                return null;
            }
            at = skipBlanks(text, at);
            if (at < text.length() && text.charAt(at++) != ';') {
                return null;
            }
        }
    }

    /** Reads a token or quoted string and gives the position behind it, -1 when it is malformed. */
    private static int content(String text, int from, StringBuilder content) {
        int at = from;
        if (at >= text.length() || text.charAt(at) != '"') {
            while (at < text.length() && "; \t".indexOf(text.charAt(at)) < 0) {
                content.append(text.charAt(at++));
            }
            return at;
        }
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
            }
            content.append(c);
        }
        return -1;
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }
}
