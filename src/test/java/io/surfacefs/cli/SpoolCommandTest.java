package io.surfacefs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What {@code spool drop} removes, and what it leaves alone. */
class SpoolCommandTest {
    private static final String KEY = "acme/sbom.fragment/sha256:" + "a".repeat(64);
    private static final String OTHER = "acme/sbom.fragment/sha256:" + "b".repeat(64);

    private final List<LocalSpool.Item> items =
            new ArrayList<>(List.of(item(KEY, false), item(OTHER, false), item(KEY, true), item(OTHER, true)));

    private static LocalSpool.Item item(String key, boolean rejected) {
        return new LocalSpool.Item(
                key, "commit", rejected, Instant.EPOCH, 100, rejected ? "QUOTA_EXCEEDED" : null, null);
    }

    private final class Folder implements LocalSpool {
        @Override
        public void list(Consumer<Item> item) {
            items.forEach(item);
        }

        @Override
        public void retry(Predicate<Item> wanted, Consumer<Item> done) {}

        @Override
        public void export(Path target, Predicate<Item> wanted, Consumer<Item> done, Consumer<Item> left) {}

        @Override
        public void drop(Predicate<Item> wanted, Consumer<Item> done) {
            for (Item item : List.copyOf(items)) {
                if (wanted.test(item)) {
                    items.remove(item);
                    done.accept(item);
                }
            }
        }
    }

    private record Result(int exit, String out, String err) {}

    private Result drop(String... more) {
        List<String> line = new ArrayList<>(List.of("spool", "drop"));
        line.addAll(List.of(more));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        LocalEngine engine = (hold, work) -> work.run(new LocalEngine.Services() {
            @Override
            public LocalSpool spool() {
                return new Folder();
            }
        });
        int exit = SurfaceCommand.execute(
                        engine,
                        Terminal.of(new ByteArrayInputStream(new byte[0]), out, err, false),
                        new Cancellation(),
                        line.toArray(String[]::new))
                .exit();
        return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aKeyNamesWhatWasRefusedOfItAndWhatWaitsStays() {
        Result result = drop(KEY, "--yes");
        assertEquals(0, result.exit(), result.err());
        assertEquals("dropped " + KEY + "\n1 dropped\n", result.out());
        assertEquals(List.of(item(KEY, false), item(OTHER, false), item(OTHER, true)), items);
        assertTrue(result.err().contains("1 still waiting of these keys left alone; --waiting"), result.err());
        Result again = drop(KEY, "--yes");
        assertEquals(1, again.exit(), "nothing of it was refused any more");
        assertEquals(3, items.size());
    }

    @Test
    void whatWaitsOfAKeyGoesOnlyWhereThatWasSaid() {
        Result result = drop(KEY, "--waiting", "--yes");
        assertEquals(0, result.exit(), result.err());
        assertEquals(List.of(item(OTHER, false), item(OTHER, true)), items);
        assertEquals("", result.err());
    }

    @Test
    void allThatWasRefusedOrEverythingGoesWithoutKeys() {
        drop("--rejected", "--yes");
        assertEquals(List.of(item(KEY, false), item(OTHER, false)), items);
        drop("--all", "--yes");
        assertEquals(List.of(), items);
    }

    @Test
    void nothingIsDroppedWithoutBeingNamedAndMeant() {
        for (String[] line : new String[][] {
            {},
            {"--yes"},
            {KEY},
            {"--all"},
            {"--waiting", "--yes"},
            {"--all", "--rejected", "--yes"},
            {KEY, "--all", "--yes"}
        }) {
            Result result = drop(line);
            assertEquals(11, result.exit(), String.join(" ", line));
            assertFalse(result.err().isEmpty());
            assertEquals(4, items.size());
        }
        assertEquals(0, drop(KEY, "--yes").exit());
    }
}
