package io.surfacefs.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.Representation;
import io.surfacefs.ops.TraceId;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the header of a read asks for: ranges, conditions, representations. */
class ReadHeadersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-0|100|0+1",
                "bytes=0-|100|0+100",
                "bytes=99-|100|99+1",
                "bytes=10-19|100|10+10",
                "BYTES=10-19|100|10+10",
                "bytes= 10-19|100|10+10",
                "bytes=90-1000|100|90+10",
                "bytes=0-99999999999999999999999|100|0+100",
                "bytes=-1|100|99+1",
                "bytes=-100|100|0+100",
                "bytes=-1000|100|0+100",
                "bytes=-99999999999999999999999|100|0+100",
                "bytes=100-|100|no",
                "bytes=100-200|100|no",
                "bytes=99999999999999999999999-|100|no",
                "bytes=-0|100|no",
                "bytes=0-|0|no",
                "bytes=-0|0|no",
                "bytes=-5|0|whole",
                "bytes=5-2|100|whole",
                "bytes=|100|whole",
                "bytes=-|100|whole",
                "bytes=a-b|100|whole",
                "bytes=1-2-3|100|whole",
                "bytes=+1-2|100|whole",
                "bytes=0-1,5-6|100|whole",
                "bytes=0-1,|100|whole",
                "lines=0-1|100|whole",
                "0-1|100|whole",
            })
    void aRangeIsReadAsTheRfcSays(String header, long size, String expected) {
        RangeHeader.Result result = RangeHeader.parse(header, size);
        String found = !result.satisfiable()
                ? "no"
                : result.range() == null
                        ? "whole"
                        : result.range().offset() + "+" + result.range().length();
        assertEquals(expected, found);
    }

    @Test
    void withoutARangeTheWholeIsSent() {
        assertEquals(new RangeHeader.Result(null, true), RangeHeader.parse(null, 100));
    }

    @Property
    void aLawfulRangeLiesWithinTheRepresentation(
            @ForAll @LongRange(min = 0, max = 1000) long first,
            @ForAll @LongRange(min = 0, max = 1000) long last,
            @ForAll @LongRange(min = 1, max = 900) long size) {
        RangeHeader.Result result = RangeHeader.parse("bytes=" + first + "-" + last, size);
        if (last < first) {
            assertEquals(new RangeHeader.Result(null, true), result);
        } else if (first >= size) {
            assertEquals(new RangeHeader.Result(null, false), result);
        } else {
            assertEquals(first, result.range().offset());
            assertEquals(Math.min(last, size - 1) - first + 1, result.range().length());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"sha256:ab\"|true",
                "W/\"sha256:ab\"|true",
                "*|true",
                "\"x\", \"sha256:ab\"|true",
                "\"a,b\" , W/\"sha256:ab\"|true",
                "\"x\"|false",
                "\"sha256:ab;zstd\"|false",
                "\"sha256:a\"|false",
                "sha256:ab|false",
                "\"sha256:ab|false",
                "\"sha256:abc\"|false",
                ",|false",
            })
    void ifNoneMatchComparesWeakly(String header, boolean hit) {
        assertEquals(hit, EntityTags.noneMatchHits(List.of(header), "\"sha256:ab\""));
    }

    @Test
    void ifNoneMatchMayStandOnSeveralLines() {
        assertEquals(true, EntityTags.noneMatchHits(List.of("\"x\"", "\"y\", \"t\""), "\"t\""));
        assertEquals(false, EntityTags.noneMatchHits(List.of(), "\"t\""));
    }

    @Test
    void ifRangeHoldsForTheSameStrongTagOnly() {
        assertEquals(true, EntityTags.ifRangeHolds(null, "\"t\""));
        assertEquals(true, EntityTags.ifRangeHolds("\"t\"", "\"t\""));
        assertEquals(false, EntityTags.ifRangeHolds("W/\"t\"", "\"t\""));
        assertEquals(false, EntityTags.ifRangeHolds("\"u\"", "\"t\""));
        assertEquals(false, EntityTags.ifRangeHolds("Sat, 29 Oct 1994 19:43:31 GMT", "\"t\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zstd|ZSTD",
                "ZSTD|ZSTD",
                "gzip, zstd;q=0.1|ZSTD",
                "zstd;q=0.001, br|ZSTD",
                "gzip, deflate, br, zstd|ZSTD",
                "zstd, *;q=0|ZSTD",
                "zstd, identity;q=0|ZSTD",
                "zstd;q=1.000|ZSTD",
                "zstd, identity|ZSTD",
                "zstd;q=0.5, identity|IDENTITY",
                "zstd;q=0.5, *|IDENTITY",
                "zstd;q=0|IDENTITY",
                "zstd;q=0.000|IDENTITY",
                "zstd;q=2|IDENTITY",
                "zstd;q=x|IDENTITY",
                "x-zstd|IDENTITY",
                "*|IDENTITY",
                "gzip|IDENTITY",
                "identity|IDENTITY",
                "identity;q=0.1, *;q=0|IDENTITY",
                "''|IDENTITY",
                "identity;q=0|406",
                "*;q=0|406",
                "identity;q=0, *|406",
                "gzip, *;q=0|406",
                "zstd;q=0, *;q=0|406",
            })
    void zstdIsSentOnlyWhereItIsNamed(String header, String expected) {
        assertEquals(expected, chosen(List.of(header)));
    }

    @Test
    void withoutAcceptEncodingTheBytesAreSentAsTheyAre() {
        assertEquals("IDENTITY", chosen(List.of()));
        assertEquals("ZSTD", chosen(List.of("gzip", "zstd")));
    }

    private static String chosen(List<String> headers) {
        try {
            Representation chosen = Negotiation.encoding(headers);
            return chosen.name();
        } catch (HttpRefusal e) {
            return Integer.toString(e.status());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/*|true",
                "application/json|true",
                "application/*|true",
                "APPLICATION/JSON;charset=utf-8|true",
                "text/html, */*;q=0.1|true",
                "text/html|false",
                "application/json;q=0, */*|false",
                "application/xml|false",
                "*/*;q=0|false",
                "rubbish|false",
            })
    void jsonIsSentToWhoTakesIt(String header, boolean taken) {
        if (taken) {
            Negotiation.json(List.of(header));
        } else {
            assertEquals(
                    406,
                    assertThrows(HttpRefusal.class, () -> Negotiation.json(List.of(header)))
                            .status());
        }
    }

    @Test
    void aTraceIsTakenFromTheTraceparentAndElseMade() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", TraceId.of(parent));
        for (String bad : new String[] {
            null,
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "4bf92f3577b34da6a3ce929d0e0e4736"
        }) {
            String made = TraceId.of(bad);
            assertEquals(true, made.matches("[0-9a-f]{32}") && !made.equals("0".repeat(32)), made);
        }
    }
}
