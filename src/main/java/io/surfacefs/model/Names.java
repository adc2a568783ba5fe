package io.surfacefs.model;

/** The character rules of the contract's names, checked by hand since they run on every request. */
final class Names {
    /** What {@link #isLabel} takes, as a regular expression of the whole. */
    static final String LABEL = "[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?";

    /** Characters of the longest label. */
    static final int LONGEST_LABEL = 64;

    private Names() {}

    /** Whether this is a {@link #LABEL}. */
    static boolean isLabel(String value) {
        int n = value.length();
        if (n == 0
                || n > LONGEST_LABEL
                || !isLowerAlphanumeric(value.charAt(0))
                || !isLowerAlphanumeric(value.charAt(n - 1))) {
            return false;
        }
        for (int i = 1; i < n - 1; i++) {
            char c = value.charAt(i);
            if (!isLowerAlphanumeric(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** Exactly 64 lower-case hexadecimal characters. */
    static boolean isHex64(String value, int from) {
        if (value.length() - from != 64) {
            return false;
        }
        for (int i = from; i < from + 64; i++) {
            char c = value.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLowerAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /** A value as it may stand in an error text: short, printable. */
    static String shown(String value) {
        String cut = value.length() > 80 ? value.substring(0, 80) + "…" : value;
        return cut.replaceAll("[^\\x20-\\x7e…]", "?");
    }
}
