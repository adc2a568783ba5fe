package io.surfacefs.store.fs;

import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.put;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Whoever can plant a symbolic link in a store's folder leads nobody out of it; and what is made is private. */
class LinksTest {
    private static final String BLOB = "tenants/acme/sbom.fragment/ab/object.json";
    private static final byte[] SECRET = "of somebody else".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final RealDisk disk = new RealDisk(2);

    @AfterEach
    void close() {
        disk.close();
    }

    private FolderBlobStore open(Path root) {
        return FolderStore.open(
                new FolderStore.Place(root, "surface-cache", "surface-manifests", ""),
                disk,
                FolderStore.Hold.OWNER,
                (key, bytes) -> false);
    }

    private static LayoutStore layout(FolderBlobStore blobs) {
        return new LayoutStore(
                blobs,
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(15), true),
                new ManualClock(),
                Events.NONE);
    }

    private static BlobKey blob(String name) {
        return new BlobKey(BlobKey.Bucket.MANIFEST, name);
    }

    private static void assertCorrupt(Executable work) {
        assertEquals(
                ErrorCode.CORRUPT_OBJECT,
                assertThrows(SurfaceException.class, work).code());
    }

    private Path outside() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside/sbom.fragment/ab"));
        Files.write(outside.resolve("object.json"), SECRET);
        return folder.resolve("outside");
    }

    private Set<String> outsideNow() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder.resolve("outside"))) {
            files.forEach(file -> names.add(folder.relativize(file).toString()));
        }
        assertArrayEquals(SECRET, Files.readAllBytes(folder.resolve("outside/sbom.fragment/ab/object.json")));
        return names;
    }

    @Test
    void aLinkInThePlaceOfAFolderIsFollowedByNothing() throws IOException {
        Path outside = outside();
        Set<String> before = outsideNow();
        try (FolderBlobStore store = open(folder.resolve("store"))) {
            Path tenants = Files.createDirectories(folder.resolve("store/surface-manifests/tenants"));
            Files.createSymbolicLink(tenants.resolve("acme"), outside);
            BlobSource other = new BlobSource.Bytes(new byte[] {1});
            assertCorrupt(() -> store.head(blob(BLOB)));
            assertCorrupt(() -> store.read(blob(BLOB), 1000));
            assertCorrupt(() -> store.open(blob(BLOB), SECRET.length));
            assertCorrupt(() -> store.list(BlobKey.Bucket.MANIFEST, "tenants/acme/", "", false, 10));
            assertCorrupt(
                    () -> store.putAllIfAbsent(List.of(new BlobStore.Put(blob("tenants/acme/new/x.json"), other))));
            assertCorrupt(() -> store.replace(blob(BLOB), null, other));
            assertCorrupt(() -> store.delete(blob(BLOB), null));
        }
        assertEquals(before, outsideNow());
    }

    @Test
    void aLinkInThePlaceOfAFileIsNotReadAndAReplaceTakesItsPlace() throws IOException {
        Path secret = outside().resolve("sbom.fragment/ab/object.json");
        try (FolderBlobStore store = open(folder.resolve("store"))) {
            BlobKey key = blob(BLOB);
            Path file = folder.resolve("store/surface-manifests").resolve(BLOB);
            Files.createDirectories(file.getParent());
            Files.createSymbolicLink(file, secret);
            assertCorrupt(() -> store.head(key));
            assertCorrupt(() -> store.read(key, 1000));
            assertCorrupt(() -> store.open(key, SECRET.length));
            assertTrue(store.replace(key, null, new BlobSource.Bytes(new byte[] {1})));
            assertFalse(Files.isSymbolicLink(file));
            assertArrayEquals(new byte[] {1}, store.read(key, 1000).bytes());
        }
        assertArrayEquals(SECRET, Files.readAllBytes(secret));
    }

    @Test
    void theStoreAndItsBucketsMayBeLinksThemselves() throws IOException {
        Path real = Files.createDirectories(folder.resolve("disk1/store"));
        Path bucket = Files.createDirectories(folder.resolve("disk1/bucket"));
        Files.createSymbolicLink(folder.resolve("store"), real);
        Files.createSymbolicLink(real.resolve("surface-cache"), bucket);
        byte[] payload = text(1, 5_000);
        try (LayoutStore store = layout(open(folder.resolve("store")))) {
            put(store, payload);
            assertArrayEquals(payload, read(store, key(payload)));
            assertTrue(store.stage(key(text(2, 10)), received(text(2, 10))));
        }
        assertTrue(Files.exists(bucket.resolve("tenants")));
    }

    @Test
    void whatALinkAmongTheLeftoversOfDeadProcessesLeadsToIsNotCleared() throws IOException {
        Path outside = outside();
        Path tmp = Files.createDirectories(folder.resolve("store/tmp"));
        Files.createDirectory(tmp.resolve("run-dead"));
        Files.createSymbolicLink(tmp.resolve("run-planted"), outside.resolve("sbom.fragment/ab"));
        open(folder.resolve("store")).close();
        assertTrue(Files.notExists(tmp.resolve("run-dead")));
        assertEquals(
                Set.of(
                        "outside",
                        "outside/sbom.fragment",
                        "outside/sbom.fragment/ab",
                        "outside/sbom.fragment/ab/object.json"),
                outsideNow());
    }

    @Test
    void everyFileAndFolderThatIsMadeIsForTheOwnUserAlone() throws IOException {
        Path home = Files.createDirectory(folder.resolve("home"));
        try (LayoutStore store = layout(open(home.resolve("data/store")))) {
            put(store, text(1, 5_000));
            put(store, text(2, 300_000));
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(home.resolve("data"))) {
            all = files.toList();
        }
        assertTrue(all.size() > 20, all::toString);
        for (Path each : all) {
            String wanted = Files.isDirectory(each) ? "rwx------" : "rw-------";
            assertEquals(wanted, PosixFilePermissions.toString(Files.getPosixFilePermissions(each)), each::toString);
        }
    }
}
