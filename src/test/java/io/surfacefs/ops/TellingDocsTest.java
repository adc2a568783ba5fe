package io.surfacefs.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code -Dsurface.docs.write} writes the tables of the page instead. */
class TellingDocsTest {
    private static final Path PAGE = Path.of("docs/telling.md");

    private static String metrics() {
        StringBuilder table = new StringBuilder("| metric | type | unit | labels | what |\n|---|---|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            table.append("| `").append(metric.prometheusName()).append("` | ");
            table.append(metric.type().name().toLowerCase(java.util.Locale.ROOT))
                    .append(" | ")
                    .append(metric.unit())
                    .append(" | ")
                    .append(String.join(", ", metric.labels()))
                    .append(" | ")
                    .append(metric.help())
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String log() {
        StringBuilder table = new StringBuilder("| key | says |\n|---|---|\n");
        for (LogKey key : LogKey.values()) {
            table.append("| `")
                    .append(key.text())
                    .append("` | ")
                    .append(key.meaning())
                    .append(" |\n");
        }
        return table.toString();
    }

    private static void assertSays(String part, String table) throws IOException {
        String begin = "<!-- " + part + ": begin -->\n";
        String end = "<!-- " + part + ": end -->";
        String page = Files.readString(PAGE);
        String expected =
                page.substring(0, page.indexOf(begin) + begin.length()) + table + page.substring(page.indexOf(end));
        if (Boolean.getBoolean("surface.docs.write")) {
            Files.writeString(PAGE, expected);
            return;
        }
        assertEquals(expected, page);
    }

    @Test
    void thePageNamesEveryMetricWithWhatItCounts() throws IOException {
        assertSays("metrics", metrics());
    }

    @Test
    void thePageNamesEveryKeyOfTheLog() throws IOException {
        assertSays("log", log());
    }
}
