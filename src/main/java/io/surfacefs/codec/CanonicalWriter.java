package io.surfacefs.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes one tree in the form of RFC 8785 section 3.2. For one thread. */
final class CanonicalWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** The longest that one UTF-16 code unit gets: {@code \}{@code u001f}. */
    private static final int LONGEST_ESCAPE = 6;

    private byte[] buffer = new byte[1024];
    private int length;

    byte[] bytes() {
        return Arrays.copyOf(buffer, length);
    }

    void value(@Nullable Object value) {
        switch (value) {
            case null -> put(NULL);
            case String text -> string(text);
            case Map<?, ?> members -> object(members);
            case List<?> elements -> array(elements);
            case Long number -> integer(number);
            case Integer number -> integer(number);
            case Double number -> decimal(number);
            case Boolean bool -> put(bool ? TRUE : FALSE);
            default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
        }
    }

    private void object(Map<?, ?> members) {
        // By UTF-16 code units, which is what String compares by.
        boolean sorted = members instanceof SortedMap<?, ?> map && map.comparator() == null;
        put('{');
        boolean first = true;
        for (Map.Entry<?, ?> member : (sorted ? members : new TreeMap<>(members)).entrySet()) {
            if (!first) {
                put(',');
            }
            first = false;
            string((String) member.getKey());
            put(':');
            value(member.getValue());
        }
        put('}');
    }

    private void array(List<?> elements) {
        put('[');
        boolean first = true;
        for (Object element : elements) {
            if (!first) {
                put(',');
            }
            first = false;
            value(element);
        }
        put(']');
    }

    private void integer(long number) {
        if (!EcmaScriptNumbers.isLawful(number)) {
            throw CanonicalJson.refused("integer that is not below 2^53");
        }
        ascii(Long.toString(number));
    }

    private void decimal(double number) {
        if (!EcmaScriptNumbers.isLawful(number)) {
            throw CanonicalJson.refused("number that is not finite, or an integer that is not below 2^53");
        }
        ascii(EcmaScriptNumbers.format(number));
    }

    private void ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer[length++] = (byte) text.charAt(i);
        }
    }

    private void string(String text) {
        int n = text.length();
        room(n + 2);
        byte[] out = buffer;
        int at = length;
        out[at++] = '"';
        int i = 0;
        for (; i < n; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
                break;
            }
            out[at++] = (byte) c;
        }
        length = at;
        while (i < n) {
            room(LONGEST_ESCAPE + n - i);
            i += codeUnits(text, i);
        }
        put('"');
    }

    /** Writes the character at {@code i} and gives the number of code units it has; there is room for it. */
    private int codeUnits(String text, int i) {
        char c = text.charAt(i);
        if (c < 0x80) {
            singleByte(c);
        } else if (c < 0x800) {
            buffer[length++] = (byte) (0xc0 | (c >> 6));
            buffer[length++] = (byte) (0x80 | (c & 0x3f));
        } else if (!Character.isSurrogate(c)) {
            buffer[length++] = (byte) (0xe0 | (c >> 12));
            buffer[length++] = (byte) (0x80 | ((c >> 6) & 0x3f));
            buffer[length++] = (byte) (0x80 | (c & 0x3f));
        } else {
            if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                throw CanonicalJson.refused("lone surrogate in a string");
            }
            int point = Character.toCodePoint(c, text.charAt(i + 1));
            buffer[length++] = (byte) (0xf0 | (point >> 18));
            buffer[length++] = (byte) (0x80 | ((point >> 12) & 0x3f));
            buffer[length++] = (byte) (0x80 | ((point >> 6) & 0x3f));
            buffer[length++] = (byte) (0x80 | (point & 0x3f));
            return 2;
        }
        return 1;
    }

    private void singleByte(char c) {
        int escape = switch (c) {
            case '"', '\\' -> c;
            case '\b' -> 'b';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\f' -> 'f';
            case '\r' -> 'r';
            default -> c < 0x20 ? 'u' : 0;
        };
        if (escape == 0) {
            buffer[length++] = (byte) c;
            return;
        }
        buffer[length++] = '\\';
        buffer[length++] = (byte) escape;
        if (escape == 'u') {
            buffer[length++] = '0';
            buffer[length++] = '0';
            buffer[length++] = HEX[c >> 4];
            buffer[length++] = HEX[c & 0xf];
        }
    }

    private void put(char c) {
        room(1);
        buffer[length++] = (byte) c;
    }

    private void put(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    private void room(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, Math.addExact(length, more)));
        }
    }
}
