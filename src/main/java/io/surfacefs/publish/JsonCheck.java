package io.surfacefs.publish;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether bytes that come in pieces are JSON by RFC 8259, or NDJSON, that is such a text on each line. Keeps one bit
 * for each level that is open and nothing of the text, so the text may be of any length. Not thread-safe.
 */
final class JsonCheck {
    /** More levels than this hold nothing that a reader could use. */
    static final int MAX_DEPTH = 1 << 16;

    private enum State {
        /** Before the text, or before a line's. */
        BEGIN,
        VALUE,
        FIRST_VALUE,
        FIRST_NAME,
        NAME,
        COLON,
        AFTER_VALUE,
        LITERAL,
        STRING,
        NUMBER
    }

    private final boolean lines;
    private final JsonStringCheck string = new JsonStringCheck();
    private final JsonNumberCheck number = new JsonNumberCheck();
    private final BitSet objects = new BitSet();
    private int depth;
    private State state = State.BEGIN;
    private boolean name;
    private String literal = "";
    private int matched;
    private long line = 1;
    private long column;

    /** @param lines whether it is NDJSON */
    JsonCheck(boolean lines) {
        this.lines = lines;
    }

    /**
     * Takes the next bytes.
     *
     * @throws NotJsonException at the first byte that can't be right
     */
    void accept(byte[] bytes, int length) throws NotJsonException {
        for (int i = 0; i < length; i++) {
            if (state == State.STRING && string.expectsText()) {
                int end = JsonStringCheck.endOfPlain(bytes, i, length);
                column += end - i;
                i = end;
                if (i == length) {
                    return;
                }
            }
            int b = bytes[i] & 0xff;
            // Continuation bytes of UTF-8 are part of the character before.
            if ((b & 0xc0) != 0x80) {
                column++;
            }
            step(b);
            if (b == '\n') {
                line++;
                column = 0;
            }
        }
    }

    /**
     * Says that there are no more bytes.
     *
     * @throws NotJsonException when something is missing
     */
    void end() throws NotJsonException {
        column++;
        if (state == State.NUMBER) {
            endNumber();
        }
        boolean whole = depth == 0 && state == State.AFTER_VALUE;
        if (!whole && !(lines && state == State.BEGIN && column == 1)) {
            throw wrong(state == State.BEGIN ? "there is no JSON" : "it ends " + inside());
        }
    }

    private void step(int b) throws NotJsonException {
        switch (state) {
            case STRING -> inString(b);
            case LITERAL -> inLiteral(b);
            case NUMBER -> {
                if (!number.accept(b)) {
                    endNumber();
                    step(b);
                }
            }
            default -> {
                if (b == '\n' && lines) {
                    endLine();
                } else if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                    structure(b);
                }
            }
        }
    }

    private void inString(int b) throws NotJsonException {
        String mistake = string.accept(b);
        if (mistake != null) {
            throw wrong(b == '\n' && lines ? "the line ends " + inside() : mistake);
        }
        if (string.ended()) {
            state = name ? State.COLON : State.AFTER_VALUE;
        }
    }

    private void inLiteral(int b) throws NotJsonException {
        if (b != literal.charAt(matched)) {
            throw unexpected(b);
        }
        if (++matched == literal.length()) {
            state = State.AFTER_VALUE;
        }
    }

    private void endNumber() throws NotJsonException {
        if (!number.whole()) {
            throw wrong("a number without its digits");
        }
        state = State.AFTER_VALUE;
    }

    private void endLine() throws NotJsonException {
        if (state == State.BEGIN) {
            throw wrong("an empty line");
        }
        if (depth > 0) {
            throw wrong("the line ends " + inside());
        }
        state = State.BEGIN;
    }

    private void structure(int b) throws NotJsonException {
        switch (state) {
            case BEGIN, VALUE -> value(b);
            case FIRST_VALUE -> {
                if (b == ']') {
                    close();
                } else {
                    value(b);
                }
            }
            case FIRST_NAME, NAME -> {
                if (b == '}' && state == State.FIRST_NAME) {
                    close();
                } else if (b == '"') {
                    beginString(true);
                } else {
                    throw unexpected(b);
                }
            }
            case COLON -> {
                if (b != ':') {
                    throw unexpected(b);
                }
                state = State.VALUE;
            }
            default -> afterValue(b);
        }
    }

    private void afterValue(int b) throws NotJsonException {
        boolean object = depth > 0 && objects.get(depth - 1);
        if (depth > 0 && b == ',') {
            state = object ? State.NAME : State.VALUE;
        } else if (depth > 0 && b == (object ? '}' : ']')) {
            close();
        } else {
            throw depth == 0 ? wrong("more behind the end of the value") : unexpected(b);
        }
    }

    private void value(int b) throws NotJsonException {
        switch (b) {
            case '{' -> open(true);
            case '[' -> open(false);
            case '"' -> beginString(false);
            case 't' -> beginLiteral("true");
            case 'f' -> beginLiteral("false");
            case 'n' -> beginLiteral("null");
            default -> {
                if (!number.begin(b)) {
                    throw b == 0xef && line == 1 && column == 1
                            ? wrong("a byte order mark stands in front")
                            : unexpected(b);
                }
                state = State.NUMBER;
            }
        }
    }

    private void beginString(boolean asName) {
        string.begin();
        name = asName;
        state = State.STRING;
    }

    private void beginLiteral(String expected) {
        literal = expected;
        matched = 1;
        state = State.LITERAL;
    }

    private void open(boolean object) throws NotJsonException {
        if (depth == MAX_DEPTH) {
            throw wrong("deeper than " + MAX_DEPTH + " levels");
        }
        objects.set(depth++, object);
        state = object ? State.FIRST_NAME : State.FIRST_VALUE;
    }

    private void close() {
        depth--;
        state = State.AFTER_VALUE;
    }

    private String inside() {
        if (state == State.STRING) {
            return "inside a string";
        }
        if (depth == 0) {
            return "inside a value";
        }
        return objects.get(depth - 1) ? "inside an object" : "inside an array";
    }

    private NotJsonException unexpected(int b) {
        @Nullable String shown = b > 0x20 && b < 0x7f ? "'" + (char) b + "'" : null;
        return wrong("unexpected " + (shown == null ? "byte 0x%02x".formatted(b) : shown));
    }

    private NotJsonException wrong(String what) {
        return new NotJsonException(what, line, Math.max(1, column));
    }
}
