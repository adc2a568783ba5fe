package io.surfacefs.store.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.BlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderListingTest {
    private static final String[] SEGMENTS = {"a", "a-b", "a.b", "ab", "b", "a0", "x.json", "x.json.dsse", "x"};

    @TempDir
    Path folder;

    /** Random names of which none is a folder of another, made as files. */
    private NavigableSet<String> makeFiles(Random random, Path root) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            int depth = 1 + random.nextInt(3);
            StringBuilder name = new StringBuilder("top/");
            for (int d = 0; d < depth; d++) {
                name.append(d == 0 ? "" : "/").append(SEGMENTS[random.nextInt(SEGMENTS.length)]);
            }
            String candidate = name.toString();
            boolean clash = names.stream()
                    .anyMatch(
                            n -> n.equals(candidate) || n.startsWith(candidate + "/") || candidate.startsWith(n + "/"));
            if (!clash) {
                names.add(candidate);
                Path file = root.resolve(candidate);
                Files.createDirectories(file.getParent());
                Files.createFile(file);
            }
        }
        return names;
    }

    private static List<String> pages(Path root, String prefix, boolean delimiter, int limit) {
        List<String> all = new ArrayList<>();
        String after = "";
        while (true) {
            BlobStore.Names page = FolderListing.list(root, prefix, after, delimiter, limit);
            assertTrue(page.names().size() <= limit);
            all.addAll(page.names());
            if (!page.more()) {
                return all;
            }
            after = page.names().getLast();
        }
    }

    @Test
    void namesComeInTheOrderOfTheirBytesWhateverThePage() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            Path root = Files.createDirectory(folder.resolve("n" + seed));
            NavigableSet<String> names = makeFiles(new Random(seed), root);
            for (int limit : new int[] {1, 2, 7, 1000}) {
                assertEquals(List.copyOf(names), pages(root, "top/", false, limit), "seed " + seed + " limit " + limit);
            }
        }
    }

    @Test
    void withADelimiterOnlyTheNextLevelComes() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            Path root = Files.createDirectory(folder.resolve("d" + seed));
            TreeSet<String> level = new TreeSet<>();
            for (String name : makeFiles(new Random(seed), root)) {
                int slash = name.indexOf('/', "top/".length());
                level.add(slash < 0 ? name : name.substring(0, slash + 1));
            }
            for (int limit : new int[] {1, 3, 1000}) {
                assertEquals(List.copyOf(level), pages(root, "top/", true, limit), "seed " + seed + " limit " + limit);
            }
        }
    }

    @Test
    void anyNameServesAsTheOneToGoOnFrom() throws IOException {
        NavigableSet<String> names = makeFiles(new Random(99), folder);
        for (String after : List.of("top/a", "top/a-b/x", "top/b", "top/x.json", "top/zzz", "top/a/")) {
            assertEquals(
                    List.copyOf(names.tailSet(after, false)),
                    FolderListing.list(folder, "top/", after, false, 1000).names(),
                    after);
        }
    }

    @Test
    void aFolderThatIsNotThereHasNoNames() {
        assertEquals(new BlobStore.Names(List.of(), false), FolderListing.list(folder, "none/", "", false, 10));
    }
}
