package io.surfacefs.publish;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCheckTest {
    private static final Path SAMPLES = Path.of("src/test/resources/samples");

    private static void check(byte[] bytes, boolean lines, int piece) throws NotJsonException {
        JsonCheck check = new JsonCheck(lines);
        for (int from = 0; from < bytes.length; from += piece) {
            byte[] part = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece));
            check.accept(part, part.length);
        }
        check.end();
    }

    private static void check(String text, boolean lines) throws NotJsonException {
        check(text.getBytes(StandardCharsets.UTF_8), lines, Integer.MAX_VALUE / 2);
    }

    /** In the tables {@code ~} is a line break and {@code '} a quotation mark. */
    private static String text(String told) {
        return told.replace('~', '\n').replace('\'', '"');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " ~{ 'a' : [ 1 , -0.5e+7 , true , false , null , 'x' ] , 'b' : { } }~~",
                "'\\u00e9\\n\\\\ \u00e9 \ud83d\ude00'",
                "0",
                "-0",
                "12e5~",
                "[[[[]]]]",
                "{'a':1,'a':2}"
            })
    void whatIsJsonPassesInPiecesOfAnyLength(String told) {
        byte[] bytes = text(told).getBytes(StandardCharsets.UTF_8);
        for (int piece = 1; piece <= bytes.length; piece++) {
            int length = piece;
            assertDoesNotThrow(() -> check(bytes, false, length));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | there is no JSON at line 1, column 1",
                "~~ | there is no JSON at line 3, column 1",
                "{'a':1,} | unexpected '}' at line 1, column 8",
                "[1,] | unexpected ']' at line 1, column 4",
                "[1 2] | unexpected '2' at line 1, column 4",
                "{'a' 1} | unexpected '1' at line 1, column 6",
                "{a:1} | unexpected 'a' at line 1, column 2",
                "{~ 'a': 1~ 'b': 2~} | unexpected '\"' at line 3, column 2",
                "[tru] | unexpected ']' at line 1, column 5",
                "[01] | unexpected '1' at line 1, column 3",
                "[1.] | a number without its digits at line 1, column 4",
                "- | a number without its digits at line 1, column 2",
                "[+1] | unexpected '+' at line 1, column 2",
                "{} {} | more behind the end of the value at line 1, column 4",
                "{} x | more behind the end of the value at line 1, column 4",
                "['\u00e9\u00e9' x] | unexpected 'x' at line 1, column 7",
                "['a~b'] | a control character in a string at line 1, column 4",
                "['\\x'] | an escape that JSON has not at line 1, column 4",
                "['\\u12G4'] | an escape that is not \\u and four hex digits at line 1, column 7",
                "{'a':[1,2 | it ends inside an array at line 1, column 10",
                "{'a | it ends inside a string at line 1, column 4",
                "{'a':1 | it ends inside an object at line 1, column 7",
                "tru | it ends inside a value at line 1, column 4",
                "[} | unexpected '}' at line 1, column 2",
                "{] | unexpected ']' at line 1, column 2",
                "\ufeff{} | a byte order mark stands in front at line 1, column 1",
                "NaN | unexpected 'N' at line 1, column 1",
                "[\u00a01] | unexpected byte 0xc2 at line 1, column 2",
            })
    void aMistakeIsToldWithItsLineAndColumnInPiecesOfAnyLength(String told, String expected) {
        byte[] bytes = text(told).getBytes(StandardCharsets.UTF_8);
        for (int piece = 1; piece <= Math.max(1, bytes.length); piece++) {
            int length = piece;
            NotJsonException mistake = assertThrows(NotJsonException.class, () -> check(bytes, false, length));
            assertEquals(expected, mistake.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{}~", "{'a':1}~[2]~3~'x'~null~", "{}\r~{}\r~", " {} ~\t1 ~"})
    void eachLineOfNdjsonIsAValue(String told) {
        assertDoesNotThrow(() -> check(text(told), true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}~{~}~ | the line ends inside an object at line 2, column 2",
                "{}~~{}~ | an empty line at line 2, column 1",
                "{} {}~ | more behind the end of the value at line 1, column 4",
                "{}~[1,~2]~ | the line ends inside an array at line 2, column 4",
                "1~'a~b'~ | the line ends inside a string at line 2, column 3",
                "1~2~{'a':} | unexpected '}' at line 3, column 6",
                "1~-~ | a number without its digits at line 2, column 2",
                "1~tru | it ends inside a value at line 2, column 4",
                "1~   | there is no JSON at line 2, column 4",
            })
    void aMistakeInNdjsonIsToldByItsLine(String told, String expected) {
        // The table trims, and blanks in the last line matter.
        String text = told.startsWith("1~") && told.length() == 2 ? "1~   " : told;
        NotJsonException mistake = assertThrows(NotJsonException.class, () -> check(text(text), true));
        assertEquals(expected, mistake.getMessage());
    }

    @Test
    void levelsHaveABoundAndOneLessIsFine() {
        String open = "[".repeat(JsonCheck.MAX_DEPTH);
        assertDoesNotThrow(() -> check(open + "]".repeat(JsonCheck.MAX_DEPTH), false));
        assertThrows(NotJsonException.class, () -> check("[" + open + "]".repeat(JsonCheck.MAX_DEPTH + 1), false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c080", "c1bf", "e09fbf", "eda080", "f08fbfbf", "f4908080", "f5", "80", "c341", "e28241"})
    void whatIsNotUtf8IsRefused(String hex) {
        byte[] bad = HexFormat.of().parseHex("22" + hex + "22");
        assertThrows(NotJsonException.class, () -> check(bad, false, bad.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c280", "e0a080", "ed9fbf", "ee8080", "f0908080", "f48fbfbf"})
    void theEndsOfUtf8AreFine(String hex) {
        byte[] good = HexFormat.of().parseHex("22" + hex + "22");
        assertDoesNotThrow(() -> check(good, false, 1));
    }

    @Test
    void theSamplesAreWhatTheyAre() throws IOException {
        try (Stream<Path> files = Files.list(SAMPLES)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (!name.endsWith(".tsv")) {
                    byte[] bytes = Files.readAllBytes(file);
                    assertDoesNotThrow(() -> check(bytes, name.endsWith(".ndjson"), 4096), name);
                }
            }
        }
    }

    /** Another reader of JSON judges the same of texts with a byte changed; of UTF-8 it knows less. */
    @Test
    void anotherReaderAgreesOnTextsWithAChangedByte() {
        ObjectMapper oracle = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        List<String> texts = List.of(
                "{\"a\":[1,-2.5e-3,true,false,null],\"b\":{\"c\":\"x\\u0041\\n\"},\"d\":[]}",
                "[0,{},[[]],\"\"]",
                "-12");
        String alphabet = "{}[]\":,0123-+.eEtfn\\u \n";
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(texts.get(i % texts.size()));
            int at = random.nextInt(text.length());
            char c = alphabet.charAt(random.nextInt(alphabet.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                default -> text.deleteCharAt(at);
            }
            assertEquals(lawful(oracle, text.toString()), lawful(text.toString()), text::toString);
        }
    }

    private static boolean lawful(ObjectMapper oracle, String text) {
        try {
            return !oracle.readTree(text).isMissingNode();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean lawful(String text) {
        try {
            check(text, false);
            return true;
        } catch (NotJsonException e) {
            return false;
        }
    }
}
