package io.surfacefs.publish;

/** Bytes are not the JSON or NDJSON that they are said to be. */
final class NotJsonException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param what what is wrong, in words
     * @param line where, from 1
     * @param column in characters, from 1
     */
    NotJsonException(String what, long line, long column) {
        super(what + " at line " + line + ", column " + column);
    }
}
