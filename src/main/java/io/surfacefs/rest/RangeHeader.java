package io.surfacefs.rest;

import io.surfacefs.model.ByteRange;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code Range} (RFC 9110 section 14.2). Only a single range of bytes counts; anything else means the whole. */
final class RangeHeader {
    /** What a header came to: a range, the whole ({@code range} null), or nothing that can be sent. */
    record Result(@Nullable ByteRange range, boolean satisfiable) {}

    private static final Result WHOLE = new Result(null, true);
    private static final Result UNSATISFIABLE = new Result(null, false);
    private static final String UNIT = "bytes=";

    private RangeHeader() {}

    /** @param size bytes of the representation */
    static Result parse(@Nullable String header, long size) {
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(UNIT)) {
            return WHOLE;
        }
        String spec = header.substring(UNIT.length()).strip();
        int dash = spec.indexOf('-');
        if (dash < 0 || spec.indexOf(',') >= 0) {
            return WHOLE;
        }
        String first = spec.substring(0, dash);
        String last = spec.substring(dash + 1);
        if (!isDigits(first) || !isDigits(last) || (first.isEmpty() && last.isEmpty())) {
            return WHOLE;
        }
        return first.isEmpty() ? suffix(number(last), size) : fromTo(number(first), last, size);
    }

    private static Result suffix(long length, long size) {
        if (length == 0) {
            return UNSATISFIABLE;
        }
        // A part of nothing can't be told from the whole of it.
        return size == 0 ? WHOLE : range(Math.max(0, size - length), size);
    }

    private static Result fromTo(long from, String last, long size) {
        if (!last.isEmpty() && number(last) < from) {
            return WHOLE;
        }
        if (from >= size) {
            return UNSATISFIABLE;
        }
        long end = last.isEmpty() ? size : Math.min(size - 1, number(last)) + 1;
        return range(from, end);
    }

    private static Result range(long from, long end) {
        return new Result(new ByteRange(from, end - from), true);
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A number too long for a long is behind the end of everything all the same. */
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
