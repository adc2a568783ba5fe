package io.surfacefs.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.MediaType;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Trace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages are made of: text that is escaped and can be seen, JSON laid out, payloads by their form. */
class PagesTest {
    private static final MediaType JSON = new MediaType("application/json");
    private static final MediaType OCTETS = MediaType.OCTET_STREAM;

    private static String plain(String html) {
        return html.replaceAll("<span class=\"[nsw]\">|</span>", "")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    private static PayloadView view(String text, MediaType type, String kind) {
        return PayloadView.of(text.getBytes(StandardCharsets.UTF_8), true, type, kind);
    }

    @Test
    void noCharacterThatEndsATextOrAnAttributeStaysAsItIs() {
        assertEquals("&lt;a b=&quot;c&#39;&amp;&gt;", Html.escape("<a b=\"c'&>"));
    }

    @Test
    void charactersThatHideOrTurnTextAreSpeltOutAndOthersStay() {
        String hostile = "a" + (char) 0x202e + "b" + (char) 0x200b + (char) 0 + (char) 0x2028 + (char) 0xd800 + "c";
        assertEquals("a\\u{202e}b\\u{200b}\\u{0}\\u{2028}\\u{d800}c", Html.visible(hostile));
        String lawful = "Grüße, 世界\n\tй " + Character.toString(0x1f600);
        assertEquals(lawful, Html.visible(lawful));
    }

    @Test
    void jsonIsLaidOutOneMemberALineAndEveryWordKeptAsItWasWritten() {
        String json = "{\"a\":[1,2.50e+3,{}],\"b\\\"\":\"x\\u00e9{,}\",\"c\":[ ],\"d\":null}";
        JsonLayout.Laid laid = JsonLayout.of(json, 10_000);
        assertEquals("""
                {
                  "a": [
                    1,
                    2.50e+3,
                    {}
                  ],
                  "b\\"": "x\\u00e9{,}",
                  "c": [],
                  "d": null
                }""", plain(laid.html()));
        assertTrue(laid.whole());
        assertTrue(laid.html().contains("<span class=\"n\">&quot;a&quot;</span>: ["), laid.html());
        assertTrue(laid.html().contains("<span class=\"w\">2.50e+3</span>"), laid.html());
    }

    @Test
    void whatIsNoJsonOrOnlyTheBeginOfItIsLaidOutAsFarAsItGoes() {
        assertEquals("{\n  \"a\": \"b", plain(JsonLayout.of("{\"a\":\"b", 1_000).html()));
        assertEquals("\n]\n]", plain(JsonLayout.of("]]", 1_000).html()));
        assertEquals("{}\n{}\n1\n2", plain(JsonLayout.of("{}\n{} 1 2", 1_000).html()));
        assertEquals(
                "{\"a\": 1, \"b\": [2]}",
                plain(JsonLayout.line("{\"a\":1,\"b\":[2]}", 1_000).html()));
    }

    @Test
    void tagsInJsonAreNoTags() {
        String html = JsonLayout.of("{\"<script>\":\"</pre><img src=x onerror='x'>\",<b>:&}", 10_000)
                .html();
        assertFalse(html.replaceAll("<span class=\"[nsw]\">|</span>", "").contains("<"), html);
    }

    @Test
    void whateverIsLaidOutTheResultIsBoundedAndHasNoTagsButItsOwn() {
        Random random = new Random(7);
        String letters = "{}[],:\"\\ \n<>&'ab1é";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            String html = JsonLayout.of(text.toString(), 200).html();
            assertFalse(html.replaceAll("<span class=\"[nsw]\">|</span>", "").contains("<"), html);
            assertTrue(html.length() < 200 + 1_000, html);
        }
        JsonLayout.Laid deep = JsonLayout.of("[".repeat(256 * 1024), 1 << 20);
        assertFalse(deep.whole());
        assertTrue(deep.html().length() < (1 << 20) + 1_000);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, sbom.fragment, json",
        "application/vnd.cyclonedx+json; version=1.6, sbom.fragment, json",
        "application/octet-stream, sbom.fragment, json",
        "application/x-ndjson, layer.fragments, lines",
        "application/octet-stream, entrytrace.ndjson, lines",
    })
    void aPayloadIsShownByWhatItsTypeOrKindOrBeginSaysItIs(String type, String kind, String form) {
        assertEquals(form, view("{\"a\":1}\n", new MediaType(type), kind).form());
    }

    @Test
    void textIsShownAsTextAndWhatIsNoTextAsBytes() {
        PayloadView text = view("hello <b>\n", new MediaType("text/plain"), "notes");
        assertEquals("text", text.form());
        assertEquals("hello &lt;b&gt;\n", text.html());
        byte[] binary = {(byte) 0xff, 0, 'A', '<'};
        PayloadView bytes = PayloadView.of(binary, true, JSON, "notes");
        assertEquals("bytes", bytes.form());
        assertEquals("000000  ff 00 41 3c", bytes.html().substring(0, 19));
        assertTrue(bytes.html().endsWith("..A&lt;\n"), bytes.html());
        assertTrue(bytes.whole());
    }

    @Test
    void aCharacterThatAPartEndsInTheMiddleOfDoesNotMakeItBytes() {
        byte[] cut = "héé".getBytes(StandardCharsets.UTF_8);
        byte[] first = java.util.Arrays.copyOf(cut, cut.length - 1);
        assertEquals("hé", PayloadView.of(first, false, OCTETS, "notes").html());
        assertEquals("bytes", PayloadView.of(first, true, OCTETS, "notes").form());
    }

    @Test
    void ofManyOrLongLinesTheFirstPartIsShownAndSaidToBeOne() {
        PayloadView few = view("{\"a\":1}\n{\"a\":2}\n", JSON, "entrytrace.ndjson");
        assertEquals(2, few.lines().size());
        assertTrue(few.whole());
        PayloadView many = view("{\"a\":1}\n".repeat(501), JSON, "entrytrace.ndjson");
        assertEquals(500, many.lines().size());
        assertFalse(many.whole());
        PayloadView wide = view("{\"a\":\"" + "x".repeat(20_000) + "\"}\n", JSON, "entrytrace.ndjson");
        assertFalse(wide.whole());
        assertTrue(wide.lines().getFirst().length() < 9_000);
    }

    @Test
    void whateverATemplateNamesIsEscaped() {
        Templates templates = new Templates();
        String hostile = "\"><script>alert(1)</script>";
        String html = templates
                .page("kinds")
                .data("tenant", hostile)
                .data("kinds", List.of(hostile))
                .data("scans", true)
                .data("next", hostile)
                .data("at", "browse")
                .render();
        assertFalse(html.contains("<script"), html);
        assertTrue(html.contains("&quot;&gt;&lt;script&gt;alert(1)"), html);
    }

    @Test
    void aPageRunsNoScriptAndLoadsNothing() {
        String policy = new Templates().contentSecurityPolicy();
        assertTrue(policy.startsWith("default-src 'none'; style-src 'sha256-"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertFalse(policy.contains("script-src"), policy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/browse/a%2fb", "/browse/acme;x=1", "/browse/%61cme", "//browse/acme", "/x/../browse/acme"})
    void aPathThatIsNotWhatItSeemsIsRefused(String path) {
        Visit.Request request =
                new Visit.Request("GET", path, Map.of(), List.of(), null, Trace.incoming(null, null), true);
        SurfaceException refused = org.junit.jupiter.api.Assertions.assertThrows(
                SurfaceException.class, () -> new Visit(request, null).parts());
        assertEquals("INVALID_ARGUMENT", refused.code().name());
    }

    @ParameterizedTest
    @CsvSource({"/browse, ''", "/browse/, ''", "/browse/acme, acme", "/browse/acme/, acme", "/browse/acme/k/d, acme k d"
    })
    void aPathIsItsPartsBehindTheFirst(String path, String parts) {
        Visit.Request request =
                new Visit.Request("GET", path, Map.of(), List.of(), null, Trace.incoming(null, null), true);
        assertEquals(parts, String.join(" ", new Visit(request, null).parts()));
    }

    @Test
    void figuresAreWordsAtAGlanceWhateverTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertEquals("0 B", Words.bytes(0));
            assertEquals("1.5 KiB", Words.bytes(1536));
            assertEquals("256 MiB", Words.bytes(256 << 20));
            assertEquals("8.0 EiB", Words.bytes(Long.MAX_VALUE));
            assertEquals("12,345", Words.count(12_345));
            assertEquals("33.3 %", Words.share(1, 3));
            assertEquals("–", Words.share(0, 0));
            assertEquals("3 d 4 h", Words.duration(Duration.ofHours(76)));
            assertEquals("2 min 5 s", Words.duration(Duration.ofSeconds(125)));
        } finally {
            Locale.setDefault(before);
        }
    }
}
