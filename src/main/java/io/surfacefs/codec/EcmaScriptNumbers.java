package io.surfacefs.codec;

import org.jspecify.annotations.Nullable;

/**
 * Numbers as ECMAScript writes them (ECMA-262, Number::toString with radix 10), which is what RFC 8785 section 3.2.2.3
 * asks for.
 */
final class EcmaScriptNumbers {
    /** The first integer that a double can't tell from its neighbour; integers stay below it. */
    private static final long INTEGER_LIMIT = 1L << 53;

    /** From here on ECMAScript writes an exponent, so that what is written no longer reads as an integer. */
    private static final double EXPONENT_FROM = 1e21;

    private EcmaScriptNumbers() {}

    static boolean isLawful(long value) {
        return value > -INTEGER_LIMIT && value < INTEGER_LIMIT;
    }

    /** Whether the value is finite, and below 2^53 in absolute value where it would be written as an integer. */
    static boolean isLawful(double value) {
        double size = Math.abs(value);
        return size < INTEGER_LIMIT || (size >= EXPONENT_FROM && size <= Double.MAX_VALUE);
    }

    /** @param value finite */
    static String format(double value) {
        if (value == 0) {
            return "0";
        }
        long whole = (long) value;
        if (whole == value && isLawful(whole)) {
            return Long.toString(whole);
        }
        String java = Double.toString(Math.abs(value));
        int e = java.indexOf('E');
        String mantissa = e < 0 ? java : java.substring(0, e);
        int exponent = e < 0 ? 0 : Integer.parseInt(java.substring(e + 1));
        int dot = mantissa.indexOf('.');
        String digits = mantissa.substring(0, dot) + mantissa.substring(dot + 1);
        int first = 0;
        while (digits.charAt(first) == '0') {
            first++;
        }
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        int point = dot + exponent - first;
        digits = digits.substring(first, end);
        if (digits.length() == 2) {
            Decimal shorter = oneDigit(digits, point, Math.abs(value));
            if (shorter != null) {
                digits = shorter.digits();
                point = shorter.point();
            }
        }
        return (value < 0 ? "-" : "") + layout(digits, point);
    }

    /** The value {@code 0.digits * 10^point}. */
    private record Decimal(String digits, int point) {
        double value() {
            return Double.parseDouble("0." + digits + "e" + point);
        }
    }

    /** Java never gives fewer than two digits (4.9E-324), ECMAScript gives one where one is enough (5e-324). */
    private static @Nullable Decimal oneDigit(String twoDigits, int point, double value) {
        char tens = twoDigits.charAt(0);
        Decimal down = new Decimal(String.valueOf(tens), point);
        Decimal up = tens == '9' ? new Decimal("1", point + 1) : new Decimal(String.valueOf((char) (tens + 1)), point);
        boolean upIsNearer = twoDigits.charAt(1) >= '5';
        Decimal near = upIsNearer ? up : down;
        Decimal far = upIsNearer ? down : up;
        if (near.value() == value) {
            return near;
        }
        return far.value() == value ? far : null;
    }

    private static String layout(String digits, int point) {
        int count = digits.length();
        if (count <= point && point <= 21) {
            return digits + "0".repeat(point - count);
        }
        if (0 < point && point <= 21) {
            return digits.substring(0, point) + "." + digits.substring(point);
        }
        if (-6 < point && point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        int exponent = point - 1;
        String fraction = count == 1 ? "" : "." + digits.substring(1);
        return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + Math.abs(exponent);
    }
}
