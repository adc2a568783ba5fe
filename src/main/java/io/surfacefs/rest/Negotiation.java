package io.surfacefs.rest;

import io.surfacefs.model.Representation;
import java.util.List;

/** Which representation a client wants. */
final class Negotiation {
    private Negotiation() {}

    /**
     * Chooses the representation of a payload. zstd is sent only when it is named with a weight above 0, and not when
     * identity is asked for with a greater one; {@code *} stands for identity.
     *
     * @param headers all values of {@code Accept-Encoding}
     * @throws HttpRefusal 406 when identity is refused and zstd isn't named
     */
    static Representation encoding(List<String> headers) {
        if (headers.isEmpty()) {
            return Representation.IDENTITY;
        }
        int zstd = 0;
        int identity = -1;
        int any = -1;
        for (WeightedList.Element element : WeightedList.parse(headers)) {
            switch (element.name()) {
                case "zstd" -> zstd = element.thousandths();
                case "identity" -> identity = element.thousandths();
                case "*" -> any = element.thousandths();
                default -> {}
            }
        }
        int plain = identity >= 0 ? identity : any;
        if (zstd > 0 && zstd >= plain) {
            return Representation.ZSTD;
        }
        if (plain == 0) {
            throw new HttpRefusal(
                    406,
                    "neither identity nor zstd is acceptable to this client",
                    "name zstd or allow identity in Accept-Encoding");
        }
        return Representation.IDENTITY;
    }

    /**
     * Lets a request pass whose client takes JSON.
     *
     * @param headers all values of {@code Accept}
     * @throws HttpRefusal 406 when it doesn't
     */
    static void json(List<String> headers) {
        if (headers.isEmpty() || (headers.size() == 1 && headers.getFirst().equals("*/*"))) {
            return;
        }
        int best = -1;
        int specificity = -1;
        for (WeightedList.Element element : WeightedList.parse(headers)) {
            int rank = switch (element.name()) {
                case "application/json" -> 2;
                case "application/*" -> 1;
                case "*/*" -> 0;
                default -> -1;
            };
            if (rank > specificity || (rank == specificity && rank >= 0 && element.thousandths() > best)) {
                specificity = rank;
                best = element.thousandths();
            }
        }
        if (best <= 0) {
            throw new HttpRefusal(406, "the answer is application/json, which this client doesn't accept", null);
        }
    }
}
