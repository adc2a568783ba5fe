package io.surfacefs.publish;

import org.jspecify.annotations.Nullable;

/** Whether bytes are a JSON string, in UTF-8 by RFC 3629. Not thread-safe. */
final class JsonStringCheck {
    private boolean ended;
    private boolean escaped;
    private int hexDigits;
    private int continuations;
    private int least;
    private int most;

    /** Its opening quote was read. */
    void begin() {
        ended = false;
        escaped = false;
        hexDigits = 0;
        continuations = 0;
    }

    /** Whether its closing quote was read. */
    boolean ended() {
        return ended;
    }

    /** Whether the next byte begins a character, so that plain ones may be passed over. */
    boolean expectsText() {
        return !escaped && hexDigits == 0 && continuations == 0;
    }

    /** {@return where the ASCII characters end that mean themselves} */
    static int endOfPlain(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    /** {@return what is wrong with the next byte, or null} */
    @Nullable String accept(int b) {
        if (continuations > 0) {
            return continuation(b);
        }
        if (hexDigits > 0) {
            hexDigits--;
            return Character.digit(b, 16) >= 0 ? null : "an escape that is not \\u and four hex digits";
        }
        if (escaped) {
            escaped = false;
            if (b == 'u') {
                hexDigits = 4;
                return null;
            }
            return "\"\\/bfnrt".indexOf(b) >= 0 ? null : "an escape that JSON has not";
        }
        if (b == '"') {
            ended = true;
            return null;
        }
        if (b < 0x20) {
            return "a control character in a string";
        }
        escaped = b == '\\';
        return b < 0x80 ? null : lead(b);
    }

    /** Shortest forms only, no surrogates, nothing above U+10FFFF. */
    private @Nullable String lead(int b) {
        least = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
        most = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
        if (b < 0xc2 || b > 0xf4) {
            return "a byte that is not UTF-8";
        }
        continuations = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        return null;
    }

    private @Nullable String continuation(int b) {
        if (b < least || b > most) {
            return "a byte that is not UTF-8";
        }
        least = 0x80;
        most = 0xbf;
        continuations--;
        return null;
    }
}
