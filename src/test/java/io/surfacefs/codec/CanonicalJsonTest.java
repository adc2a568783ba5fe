package io.surfacefs.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.erdtman.jcs.JsonCanonicalizer;
import org.erdtman.jcs.NumberToJSON;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    private static final long LIMIT = 1 << 20;

    private static String canonical(String json) {
        return new String(CanonicalJson.write(CanonicalJson.parse(json.getBytes(UTF_8), LIMIT)), UTF_8);
    }

    private static SurfaceException refusal(byte[] json) {
        SurfaceException e = assertThrows(SurfaceException.class, () -> CanonicalJson.parse(json, LIMIT));
        assertEquals(ErrorCode.INVALID_MANIFEST, e.code());
        assertTrue(e.getMessage().length() < 120, e.getMessage());
        return e;
    }

    @Test
    void theSampleOfRfc8785Section322IsWrittenAsThere() {
        assertEquals("""
                {"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                "string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}""", canonical("""
                {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                 "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                 "literals": [null, true, false]}"""));
    }

    @Test
    void theMembersOfRfc8785Section323AreSortedByUtf16CodeUnits() {
        assertEquals(
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro\","
                        + "\"😀\":\"Emoji\",\"\ufb33\":\"Hebrew\"}",
                canonical("""
                        {"\\u20ac": "Euro", "\\r": "Carriage Return", "\\ufb33": "Hebrew", "1": "One",
                         "\\ud83d\\ude00": "Emoji", "\\u0080": "Control", "\\u00f6": "Latin"}"""));
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void theNumbersOfRfc8785AppendixBAreWrittenAsThere(String bits, String text) {
        assertEquals(text, EcmaScriptNumbers.format(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))));
    }

    @Test
    void everyDoubleIsWrittenAsAnotherImplementationWritesIt() throws IOException {
        Random random = new Random(8785);
        for (int i = 0; i < 200_000; i++) {
            double value = switch (i % 3) {
                case 0 -> Double.longBitsToDouble(random.nextLong());
                case 1 -> random.nextInt(2_000_000) / 1000.0;
                default -> (1 + random.nextInt(99)) * Math.pow(10, random.nextInt(600) - 300);
            };
            // The other one writes subnormal numbers wrongly.
            if (Double.isFinite(value) && Math.abs(value) >= Double.MIN_NORMAL) {
                assertEquals(NumberToJSON.serializeNumber(value), EcmaScriptNumbers.format(value));
            }
        }
    }

    @Test
    void everyDoubleIsTheShortestDecimalThatReadsBackAndOfThoseTheNearest() {
        Random random = new Random(262);
        for (int i = 0; i < 30_000; i++) {
            double value = switch (i % 3) {
                case 0 -> Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE);
                case 1 -> Double.longBitsToDouble(1 + random.nextInt(5_000)); // subnormal: one digit can do
                default -> Math.scalb(1.0, random.nextInt(2_000) - 1_000); // nearer neighbour on one side
            };
            if (Double.isFinite(value) && value != 0) {
                assertEquals(
                        0,
                        shortest(value).compareTo(new BigDecimal(EcmaScriptNumbers.format(value))),
                        () -> "" + value);
            }
        }
    }

    /** By the words of ECMA-262: the fewest digits that still mean the value, and of those the closest to it. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; ; digits++) {
            BigDecimal down = exact.round(new MathContext(digits, RoundingMode.DOWN));
            BigDecimal up = exact.round(new MathContext(digits, RoundingMode.UP));
            boolean downMeansIt = down.doubleValue() == value;
            boolean upMeansIt = up.doubleValue() == value;
            if (downMeansIt && upMeansIt) {
                return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            }
            if (downMeansIt || upMeansIt) {
                return downMeansIt ? down : up;
            }
        }
    }

    @Test
    void anyDocumentIsWrittenAsAnotherImplementationWritesIt() throws IOException {
        for (int seed = 0; seed < 3_000; seed++) {
            String document = "{\"\":" + new RandomJson(seed).value(6) + "}";
            String ours = canonical(document);
            assertEquals(new JsonCanonicalizer(document).getEncodedString(), ours, () -> document);
            assertEquals(ours, canonical(ours), "the canonical form is its own canonical form");
        }
    }

    @Test
    void whatWasReadIsTheSameAfterWritingAndReadingAgain() {
        for (int seed = 0; seed < 1_000; seed++) {
            byte[] document = new RandomJson(seed).value(8).getBytes(UTF_8);
            Object tree = CanonicalJson.parse(document, LIMIT);
            assertEquals(tree, CanonicalJson.parse(CanonicalJson.write(tree), LIMIT));
        }
    }

    @Test
    void wholeNumbersAreLongsHoweverTheyWereWritten() {
        assertEquals(
                List.of(1L, 1L, 1000L, 0L, 0L, -5L, 0L),
                CanonicalJson.parse("[1,1.0,1e3,-0,-0.0,-50e-1,1e-400]".getBytes(UTF_8), LIMIT));
        assertEquals(List.of(1.5, 1e21), CanonicalJson.parse("[1.5,1e21]".getBytes(UTF_8), LIMIT));
    }

    @Test
    void mapsOfAnyOrderAreWrittenSorted() {
        Map<String, Object> unsorted = new LinkedHashMap<>();
        unsorted.put("b", 2);
        unsorted.put("a", List.of(1L, true));
        assertEquals("{\"a\":[1,true],\"b\":2}", new String(CanonicalJson.write(unsorted), UTF_8));
    }

    @Test
    void everyCharacterSurvivesWithItsOwnEscape() {
        StringBuilder all = new StringBuilder();
        for (int c = 0; c <= 0xffff; c++) {
            if (!Character.isSurrogate((char) c)) {
                all.append((char) c);
            }
        }
        all.appendCodePoint(0x10000).appendCodePoint(0x10ffff);
        byte[] written = CanonicalJson.write(all.toString());
        assertEquals(all.toString(), CanonicalJson.parse(written, LIMIT));
        assertTrue(new String(written, UTF_8).startsWith("\"\\u0000\\u0001"));
    }

    /** Each document that is refused stands beside one, as like it as can be, that is not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '\'',
            value = {
                "{\"a\":1,\"a\":2}~{\"a\":1,\"A\":2}~comes twice at line 1",
                "{\"a\":1,\"\\u0061\":2}~{\"a\":1,\"\\u0062\":2}~comes twice",
                "{\"a\":null,\"a\":null}~{\"a\":null}~comes twice",
                "\"\\ud800\"~\"\\ud800\\udc00\"~lone surrogate",
                "\"\\udc00\\ud800\"~\"\\ud83d\\ude00\"~lone surrogate",
                "{\"\\udfff\":1}~{\"\\udbff\\udfff\":1}~lone surrogate",
                "[1] 2~[1] ~behind the end of the value",
                "{}{}~{}~behind the end of the value",
                "9007199254740992~9007199254740991~2^53",
                "-9007199254740992~-9007199254740991~2^53",
                "9007199254740992.0~9007199254740991.0~2^53",
                "1e20~1e15~2^53",
                "123456789012345678901234567890~1234567890123456~2^53",
                "1e400~1e300~too large for a double",
                "NaN~null~not JSON",
                "Infinity~true~not JSON",
                "01~10~not JSON",
                "+1~1~not JSON",
                ".5~0.5~not JSON",
                "1.~1.0~not JSON",
                "{'a':1}~{\"a\":1}~not JSON",
                "{a:1}~{\"a\":1}~not JSON",
                "[1,]~[1]~not JSON",
                "{\"a\":1,}~{\"a\":1}~not JSON",
                "/* no */1~1~not JSON",
                "\"\\x\"~\"\\n\"~not JSON",
                "\"\\u12g4\"~\"\\u1234\"~not JSON",
                "truth~true~not JSON",
                "[1~[1]~not JSON",
                "{\"a\":~{\"a\":0}~too early",
                "\"abc~\"abc\"~too early",
            })
    void badJsonIsRefusedAndGoodJsonIsNot(String bad, String good, String why) {
        assertTrue(
                refusal(bad.getBytes(UTF_8)).getMessage().contains(why),
                () -> refusal(bad.getBytes(UTF_8)).getMessage());
        CanonicalJson.parse(good.getBytes(UTF_8), LIMIT);
    }

    @Test
    void anEmptyDocumentAndRawControlCharactersAreRefused() {
        refusal(new byte[0]);
        refusal(" \n".getBytes(UTF_8));
        refusal("\"a\nb\"".getBytes(UTF_8));
        refusal("\"a\0b\"".getBytes(UTF_8));
        assertEquals("a\nb", CanonicalJson.parse("\n\t \"a\\nb\"\r\n".getBytes(UTF_8), LIMIT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c080",
                "c1bf",
                "e0809f",
                "eda080",
                "edbfbf",
                "f0808080",
                "f4908080",
                "f8888080",
                "ff",
                "80",
                "c3",
                "e282"
            })
    void bytesThatAreNotUtf8AreRefused(String hex) {
        byte[] bad = HexFormat.of().parseHex("22" + hex + "22");
        assertTrue(refusal(bad).getMessage().contains("not UTF-8 at byte 1"));
    }

    @Test
    void theEdgesOfUtf8AreTaken() {
        byte[] good = HexFormat.of().parseHex("22c280e0a080ed9fbfee8080f0908080f48fbfbf22");
        assertArrayEquals(good, CanonicalJson.write(CanonicalJson.parse(good, LIMIT)));
    }

    @Test
    void aByteOrderMarkIsRefused() {
        assertTrue(refusal("\ufeff{}".getBytes(UTF_8)).getMessage().contains("byte order mark"));
    }

    @Test
    void sixtyFourLevelsAreTakenAndOneMoreIsNot() {
        assertEquals("[".repeat(64) + "]".repeat(64), canonical("[".repeat(64) + "]".repeat(64)));
        assertTrue(refusal(("[".repeat(65) + "]".repeat(65)).getBytes(UTF_8))
                .getMessage()
                .contains("deeper than 64"));
        refusal("{\"a\":".repeat(500_000).substring(0, 1_000_000).getBytes(UTF_8));
    }

    @Test
    void aDocumentOfExactlyTheLimitIsTakenAndOneByteMoreIsNot() {
        byte[] document = "{\"a\":1}".getBytes(UTF_8);
        CanonicalJson.parse(document, document.length);
        assertThrows(SurfaceException.class, () -> CanonicalJson.parse(document, document.length - 1));
    }

    @Test
    void errorsSayWhereAndQuoteLittle() {
        String secret = "s3cr3t".repeat(10_000);
        assertEquals(
                "not a manifest: not JSON, unexpected 's' at line 2, column 5",
                refusal(("{\n\"a\":" + secret + "}").getBytes(UTF_8)).getMessage());
        String message = refusal(("{\"" + secret + "\":1,\"" + secret + "\":1}").getBytes(UTF_8))
                .getMessage();
        assertTrue(message.contains("s3cr3ts3cr3ts3cr3ts3..."), message);
    }

    @Test
    void whatCannotBeCanonicalIsNotWritten() {
        assertThrows(SurfaceException.class, () -> CanonicalJson.write("\ud800"));
        assertThrows(SurfaceException.class, () -> CanonicalJson.write("a\udc00b"));
        assertThrows(SurfaceException.class, () -> CanonicalJson.write(1L << 53));
        assertThrows(SurfaceException.class, () -> CanonicalJson.write(Long.MIN_VALUE));
        assertThrows(SurfaceException.class, () -> CanonicalJson.write(Double.NaN));
        assertThrows(SurfaceException.class, () -> CanonicalJson.write(1e20));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.write(new Object()));
    }

    @Test
    void whateverTheBytesTheAnswerIsATreeOrARefusal() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] document = new RandomJson(i).value(4).getBytes(UTF_8);
            for (int k = random.nextInt(3); k >= 0 && document.length > 0; k--) {
                document[random.nextInt(document.length)] = (byte) random.nextInt(256);
            }
            try {
                byte[] written = CanonicalJson.write(CanonicalJson.parse(document, LIMIT));
                assertArrayEquals(written, CanonicalJson.write(CanonicalJson.parse(written, LIMIT)));
            } catch (SurfaceException e) {
                assertEquals(ErrorCode.INVALID_MANIFEST, e.code());
            }
        }
    }
}
