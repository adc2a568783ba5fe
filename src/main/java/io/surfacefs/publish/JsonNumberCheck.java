package io.surfacefs.publish;

/** Whether bytes are a JSON number. Not thread-safe. */
final class JsonNumberCheck {
    private enum State {
        MINUS,
        ZERO,
        DIGITS,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS
    }

    private State state = State.ZERO;

    /** {@return whether a number may begin so} */
    boolean begin(int b) {
        if (b == '-') {
            state = State.MINUS;
        } else if (b == '0') {
            state = State.ZERO;
        } else if (isDigit(b)) {
            state = State.DIGITS;
        } else {
            return false;
        }
        return true;
    }

    /** {@return whether the next byte belongs to it} */
    boolean accept(int b) {
        State next = switch (state) {
            case MINUS -> b == '0' ? State.ZERO : isDigit(b) ? State.DIGITS : null;
            case ZERO, DIGITS ->
                b == '.'
                        ? State.POINT
                        : isExponent(b) ? State.EXPONENT : isDigit(b) && state == State.DIGITS ? State.DIGITS : null;
            case POINT -> isDigit(b) ? State.FRACTION : null;
            case FRACTION -> isDigit(b) ? State.FRACTION : isExponent(b) ? State.EXPONENT : null;
            case EXPONENT -> b == '+' || b == '-' ? State.EXPONENT_SIGN : isDigit(b) ? State.EXPONENT_DIGITS : null;
            case EXPONENT_SIGN, EXPONENT_DIGITS -> isDigit(b) ? State.EXPONENT_DIGITS : null;
        };
        if (next == null) {
            return false;
        }
        state = next;
        return true;
    }

    /** {@return whether it may end here} */
    boolean whole() {
        return switch (state) {
            case ZERO, DIGITS, FRACTION, EXPONENT_DIGITS -> true;
            case MINUS, POINT, EXPONENT, EXPONENT_SIGN -> false;
        };
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isExponent(int b) {
        return b == 'e' || b == 'E';
    }
}
