package io.surfacefs.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the lists of {@code Accept} and {@code Accept-Encoding}: names with weights (RFC 9110 section 12.4.2). An
 * element that isn't well formed is passed over.
 */
final class WeightedList {
    /**
     * One element.
     *
     * @param name in lower case, without parameters
     * @param thousandths the weight, 0 to 1000
     */
    record Element(String name, int thousandths) {}

    private WeightedList() {}

    /** @param headers the values of all header lines of that name */
    static List<Element> parse(List<String> headers) {
        List<Element> elements = new ArrayList<>();
        for (String header : headers) {
            for (String part : header.split(",", -1)) {
                String[] pieces = part.split(";", -1);
                String name = pieces[0].strip().toLowerCase(Locale.ROOT);
                int weight = weight(pieces);
                if (!name.isEmpty() && weight >= 0) {
                    elements.add(new Element(name, weight));
                }
            }
        }
        return elements;
    }

    private static int weight(String[] pieces) {
        for (int i = 1; i < pieces.length; i++) {
            String piece = pieces[i].strip();
            if (piece.startsWith("q=") || piece.startsWith("Q=")) {
                return thousandths(piece.substring(2));
            }
        }
        return 1000;
    }

    /** {@code 0(.d{0,3})?} or {@code 1(.0{0,3})?}; -1 for anything else. */
    private static int thousandths(String text) {
        if (!text.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?")) {
            return -1;
        }
        if (text.charAt(0) == '1') {
            return 1000;
        }
        String digits = text.length() > 2 ? text.substring(2) : "";
        return digits.isEmpty()
                ? 0
                : Integer.parseInt(digits) * (digits.length() == 1 ? 100 : digits.length() == 2 ? 10 : 1);
    }
}
