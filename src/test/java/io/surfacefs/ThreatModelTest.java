package io.surfacefs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/threat-model.md claims is shown by tests that there are. */
class ThreatModelTest {
    private static final Pattern NAMED =
            Pattern.compile("`([a-z0-9.]*[A-Z][A-Za-z0-9]*(?:Test|IT))(?:#([A-Za-z0-9]+))?`");

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        int named = 0;
        Matcher test = NAMED.matcher(document());
        while (test.find()) {
            named++;
            if (!exists(test.group(1), test.group(2))) {
                missing.add(test.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(named > 0);
    }

    @Test
    void everyWallNamesAMethodThatShowsIt() throws IOException {
        String document = document();
        String walls = document.substring(document.indexOf("\n## The walls"), document.indexOf("\n## How hard"));
        List<String> rows = walls.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| wall |"))
                .toList();
        assertTrue(rows.size() > 1);
        assertEquals(
                List.of(),
                rows.stream()
                        .filter(row -> !row.matches(".*`[a-zA-Z0-9.]+(Test|IT)#[A-Za-z0-9]+`.*"))
                        .toList());
    }

    private static String document() throws IOException {
        return Files.readString(Path.of("docs/threat-model.md"));
    }

    /**
     * Whether there is a test class of this name below the base package, with this method, in it or in what it extends.
     */
    private static boolean exists(String name, String method) {
        try {
            Class<?> type = Class.forName("io.surfacefs." + name, false, ThreatModelTest.class.getClassLoader());
            while (type != null && method != null && !declares(type, method)) {
                type = type.getSuperclass();
            }
            return type != null;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean declares(Class<?> type, String method) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(m -> m.getName().equals(method));
    }
}
