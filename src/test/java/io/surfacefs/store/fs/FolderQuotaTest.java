package io.surfacefs.store.fs;

import static io.surfacefs.store.TestArtefacts.noise;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.store.BlobStore;
import io.surfacefs.store.QuotaContract;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quotas over a folder, both buckets being one with a prefix. */
class FolderQuotaTest extends QuotaContract {
    @TempDir
    Path folder;

    @Override
    protected BlobStore openBlobs() {
        return open(folder.resolve("store"));
    }

    private static BlobStore open(Path root) {
        return FolderStore.open(
                new FolderStore.Place(root, "one-bucket", "one-bucket", "some/prefix"),
                new RealDisk(4),
                FolderStore.Hold.OWNER,
                (key, bytes) -> false);
    }

    @Test
    void whatTheJournalBringsBackAfterAKillIsNotWhatTheTenantHadFirst() throws IOException {
        LayoutStore store = replica(QUOTA);
        for (int n = 0; n < 5; n++) {
            TestArtefacts.put(store, noise(n, SIZE));
        }
        long before = believed();
        Path left = folder.resolve("left");
        copy(folder.resolve("store"), left);
        blobs.close();
        blobs = open(left);
        assertEquals(before, believed());
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
