package io.surfacefs.web;

/**
 * Lays JSON out for reading, one member a line, as HTML with the kinds of words told apart. Keeps every word as it was
 * written, takes whatever comes for JSON (a part that was cut off, or none at all) and never fails. For one text.
 */
final class JsonLayout {
    private static final int DEEPEST = 32;

    private final String json;
    private final int longest;
    private final boolean oneLine;
    private final StringBuilder out = new StringBuilder();
    private int depth;
    private boolean valueEnded;
    private boolean cut;

    private JsonLayout(String json, int longest, boolean oneLine) {
        this.json = json;
        this.longest = longest;
        this.oneLine = oneLine;
    }

    /**
     * A laid out text.
     *
     * @param html escaped, but for tags of the layout itself
     * @param whole whether nothing was left out
     */
    record Laid(String html, boolean whole) {}

    /**
     * Lays a text out.
     *
     * @param longest characters of HTML, about: what comes behind them is left out
     */
    static Laid of(String json, int longest) {
        return new JsonLayout(json, longest, false).lay();
    }

    /** As {@link #of}, all on one line. */
    static Laid line(String json, int longest) {
        return new JsonLayout(json, longest, true).lay();
    }

    private Laid lay() {
        int at = 0;
        while (at < json.length() && out.length() < longest) {
            char c = json.charAt(at);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                at++;
                continue;
            }
            at = switch (c) {
                case '{', '[' -> opened(at);
                case '}', ']' -> closed(at);
                case ',' -> comma(at);
                case ':' -> plain(at, ": ");
                case '"' -> string(at);
                default -> word(at);
            };
        }
        return new Laid(out.toString(), at >= json.length() && !cut);
    }

    private int opened(int at) {
        valueBegins();
        int next = nextSolid(at + 1);
        if (next < json.length() && (json.charAt(next) == '}' || json.charAt(next) == ']')) {
            out.append(json.charAt(at)).append(json.charAt(next));
            valueEnded = true;
            return next + 1;
        }
        out.append(json.charAt(at));
        depth++;
        newLine();
        return at + 1;
    }

    private int closed(int at) {
        depth = Math.max(0, depth - 1);
        newLine();
        out.append(json.charAt(at));
        valueEnded = true;
        return at + 1;
    }

    private int comma(int at) {
        out.append(oneLine ? ", " : ",");
        newLine();
        valueEnded = false;
        return at + 1;
    }

    private int plain(int at, String text) {
        out.append(text);
        valueEnded = false;
        return at + 1;
    }

    private int string(int at) {
        valueBegins();
        int end = at + 1;
        while (end < json.length() && json.charAt(end) != '"') {
            end += json.charAt(end) == '\\' ? 2 : 1;
        }
        end = Math.min(json.length(), end + 1);
        int next = nextSolid(end);
        boolean name = next < json.length() && json.charAt(next) == ':';
        span(name ? "n" : "s", at, end);
        return end;
    }

    private int word(int at) {
        valueBegins();
        int end = at + 1;
        while (end < json.length() && "{}[],:\" \t\r\n".indexOf(json.charAt(end)) < 0) {
            end++;
        }
        span("w", at, end);
        return end;
    }

    private void span(String kind, int from, int to) {
        // A string that goes beyond what is shown is cut like everything else.
        int end = Math.min(to, from + Math.max(1, longest - out.length()));
        cut |= end < to;
        out.append("<span class=\"").append(kind).append("\">");
        out.append(Html.escape(Html.visible(json.substring(from, end)))).append("</span>");
        valueEnded = true;
    }

    /** Values of a sequence stand below each other. */
    private void valueBegins() {
        if (valueEnded) {
            newLine();
            valueEnded = false;
        }
    }

    private void newLine() {
        if (!oneLine) {
            out.append('\n').repeat("  ", Math.min(depth, DEEPEST));
        }
    }

    private int nextSolid(int from) {
        int at = from;
        while (at < json.length() && " \t\r\n".indexOf(json.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }
}
