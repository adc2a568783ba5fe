package io.surfacefs.ops;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names a request in problem details and logs: the trace of the W3C {@code traceparent} if one was sent, else random.
 */
public final class TraceId {
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private TraceId() {}

    /** Whether that is a {@code traceparent} as W3C writes it. */
    static boolean isLawful(@Nullable String traceparent) {
        return traceparent != null
                && traceparent.length() <= 512
                && TRACEPARENT.matcher(traceparent).matches();
    }

    /**
     * The id that a field names, or a new one.
     *
     * @param traceparent the header's value, or null; a malformed one counts as none
     */
    public static String of(@Nullable String traceparent) {
        if (traceparent != null && traceparent.length() <= 512) {
            Matcher m = TRACEPARENT.matcher(traceparent.strip());
            if (m.matches()) {
                return m.group(1);
            }
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(random.nextLong() | 1) + hex.toHexDigits(random.nextLong());
    }
}
