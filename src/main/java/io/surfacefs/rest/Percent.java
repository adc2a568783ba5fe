package io.surfacefs.rest;

/** Percent-encoding in a path, as strictly as a name that becomes a file name deserves. */
final class Percent {
    private Percent() {}

    /** The byte that {@code %xx} at a position stands for, or -1 when it is malformed. */
    static int value(String text, int at) {
        if (at + 2 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at + 1), 16);
        int low = Character.digit(text.charAt(at + 2), 16);
        // Character.digit knows digits of other scripts, too.
        return high < 0 || low < 0 || text.charAt(at + 1) > 'f' || text.charAt(at + 2) > 'f' ? -1 : high << 4 | low;
    }

    /**
     * Whether a raw path is well formed and what it seems: no malformed escape, no encoded separator or control
     * character, no dot segment in any spelling, no empty segment but the last.
     */
    static boolean isPlainPath(String path) {
        int segment = 1;
        int dots = 0;
        for (int i = 1; i <= path.length(); i++) {
            char c = i == path.length() ? '/' : path.charAt(i);
            if (c == '/') {
                int length = i - segment;
                if ((length == 0 && i < path.length()) || (length > 0 && length == dots && dots <= 2)) {
                    return false;
                }
                segment = i + 1;
                dots = 0;
            } else if (c == '%') {
                int value = value(path, i);
                if (value < 0x20 || value == 0x7f || value == '/' || value == '\\') {
                    return false;
                }
                i += 2;
                segment += 2;
                dots += value == '.' ? 1 : 0;
            } else if (c < 0x21 || c == 0x7f || c == '\\') {
                return false;
            } else if (c == '.') {
                dots++;
            }
        }
        return true;
    }
}
