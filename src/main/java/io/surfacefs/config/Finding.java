package io.surfacefs.config;

/**
 * Something that a check at start found.
 *
 * @param code one of the contract's start-up codes
 * @param message what is wrong, without secrets
 * @param hint the mend
 */
public record Finding(String code, Severity severity, String message, String hint) {
    /** How bad it is. */
    public enum Severity {
        OK,
        WARNING,
        ERROR
    }

    /** One line, {@code code=… message=… hint=…}. */
    public String line() {
        return "code=" + code + " message=\"" + message + "\" hint=\"" + hint + "\"";
    }

    /** A finding that stops the start. */
    public static Finding error(String code, String message, String hint) {
        return new Finding(code, Severity.ERROR, message, hint);
    }

    /** A finding that is only told. */
    public static Finding warning(String code, String message, String hint) {
        return new Finding(code, Severity.WARNING, message, hint);
    }
}
