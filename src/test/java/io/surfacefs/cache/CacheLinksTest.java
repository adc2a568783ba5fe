package io.surfacefs.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A symbolic link in a cache's folder leads nobody out of it. */
class CacheLinksTest {
    private static final CacheSettings SETTINGS = CacheSettings.of(1 << 20);

    private CacheRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = new CacheRig();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    private Path victim() throws IOException {
        return Files.write(Files.createDirectories(rig.home.resolve("outside")).resolve("file"), new byte[] {1, 2, 3});
    }

    @Test
    void anObjectsFileThatBecameALinkIsNotReadAndFetchedAgain() throws Exception {
        rig.open(SETTINGS);
        CacheName name = rig.stored(1, 5_000);
        byte[] content = rig.fetch(name);
        rig.settle();
        Path file = rig.file(name);
        // The very bytes, so that only the link itself can be what is minded.
        Path moved = Files.move(file, victim().resolveSibling("moved"));
        Files.createSymbolicLink(file, moved);
        int before = rig.store.opened.get();
        assertArrayEquals(content, rig.fetch(name));
        assertEquals(before + 1, rig.store.opened.get());
        assertTrue(Files.isRegularFile(moved));
    }

    @Test
    void aCacheWhosePartsAreLinksIsNotOpenedAndNothingBehindThemIsCleared() throws Exception {
        Path victim = victim();
        for (String part : List.of("tmp", "quarantine", "data")) {
            Path root = Files.createDirectories(rig.root);
            Files.deleteIfExists(root.resolve(part));
            Path link = Files.createSymbolicLink(root.resolve(part), victim.getParent());
            FileSystemException e = assertThrows(FileSystemException.class, () -> rig.open(SETTINGS));
            assertTrue(e.getMessage().contains("a folder must be"), e::getMessage);
            Files.delete(link);
        }
        assertTrue(Files.exists(victim));
        rig.open(SETTINGS);
    }

    @Test
    void theCacheItselfMayBeALinkAndAllThatItMakesIsPrivate() throws Exception {
        Path real = Files.createDirectories(rig.home.resolve("disk"));
        Files.createSymbolicLink(rig.root, real);
        rig.open(SETTINGS);
        rig.fetch(rig.stored(1, 5_000));
        rig.settle();
        try (Stream<Path> files = Files.walk(real)) {
            for (Path each : files.filter(file -> !file.equals(real)).toList()) {
                String wanted = Files.isDirectory(each) ? "rwx------" : "rw-------";
                assertEquals(
                        wanted, PosixFilePermissions.toString(Files.getPosixFilePermissions(each)), each::toString);
            }
        }
    }
}
