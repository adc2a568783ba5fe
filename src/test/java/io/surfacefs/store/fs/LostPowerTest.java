package io.surfacefs.store.fs;

import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.Disk;
import io.surfacefs.store.RecordingDisk;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replays every state that a loss of power can leave, at each change of the disk: what was acknowledged is there and
 * whole, and nothing torn is served.
 */
class LostPowerTest {
    private static final LayoutSettings SETTINGS =
            new LayoutSettings(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5), true);

    private Path folder;

    /** In memory where there is a place for that: thousands of small folders are laid out, and no sync matters here. */
    @BeforeEach
    void makeFolder() throws IOException {
        Path memory = Path.of("/dev/shm");
        folder = Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "lost-power-")
                : Files.createTempDirectory("lost-power-");
    }

    @AfterEach
    void removeFolder() throws IOException {
        clear(folder);
    }

    private final Map<String, byte[]> payloads = new ConcurrentHashMap<>();

    private static LayoutStore open(Path root, Disk disk, FolderStore.Hold hold) {
        FolderBlobStore blobs = FolderStore.open(
                new FolderStore.Place(root, "surface-cache", "surface-manifests", ""),
                disk,
                hold,
                LostPowerTest::sound);
        return new LayoutStore(
                blobs, TestArtefacts.CODEC, TestArtefacts.VERIFIER, SETTINGS, Clock.systemUTC(), Events.NONE);
    }

    private static boolean sound(BlobKey key, StoredBytes bytes) {
        ObjectNames.Pointer pointer = ObjectNames.parseName(key.name());
        try {
            if (pointer == null) {
                return false;
            }
            if (pointer.payload()) {
                TestArtefacts.VERIFIER.verify(bytes, pointer.key().digest(), MediaType.OCTET_STREAM);
                return true;
            }
            byte[] content = FolderFiles.readFully(bytes);
            TestArtefacts.CODEC.readArtefact(content, pointer.key());
            return true;
        } catch (SurfaceException | IOException e) {
            return false;
        }
    }

    /** Syncs nothing: for looking at what a crash left. */
    private static Disk withoutSync() {
        RealDisk real = new RealDisk(1);
        return new Disk() {
            @Override
            public OutFile create(Path file) throws IOException {
                return real.create(file);
            }

            @Override
            public void link(Path existing, Path name) throws IOException {
                real.link(existing, name);
            }

            @Override
            public void move(Path from, Path to) throws IOException {
                real.move(from, to);
            }

            @Override
            public boolean delete(Path path) throws IOException {
                return real.delete(path);
            }

            @Override
            public boolean makeFolder(Path path) throws IOException {
                return real.makeFolder(path);
            }

            @Override
            public void syncFolder(Path path) {}

            @Override
            public void syncFile(Path file) {}
        };
    }

    private byte[] remember(byte[] payload) {
        payloads.put(TestArtefacts.key(payload).digest().hex(), payload);
        return payload;
    }

    private RecordingDisk record(FolderStore.Hold hold) throws IOException {
        Path home = Files.createDirectory(folder.resolve("home"));
        RecordingDisk disk = new RecordingDisk(withoutSync(), home);
        try (LayoutStore store = open(home.resolve("store"), disk, hold)) {
            work(store, disk, home);
        }
        return disk;
    }

    private void work(LayoutStore store, RecordingDisk disk, Path home) throws IOException {
        for (int i = 0; i < 4; i++) {
            byte[] payload = remember(TestArtefacts.text(i, 900));
            TestArtefacts.put(store, payload);
            disk.said("put " + TestArtefacts.key(payload).digest().hex());
        }
        byte[] staged = remember(TestArtefacts.text(50, 700));
        store.stage(TestArtefacts.key(staged), TestArtefacts.received(staged));
        disk.said("staged " + TestArtefacts.key(staged).digest().hex());

        putLarge(store, disk, home);

        byte[] deleted = remember(TestArtefacts.text(60, 800));
        TestArtefacts.put(store, deleted);
        ArtefactKey deletedKey = TestArtefacts.key(deleted);
        disk.said("put " + deletedKey.digest().hex());
        disk.said("deleting " + deletedKey.digest().hex());
        if (isOwner(store, deletedKey)) {
            disk.said("deleted " + deletedKey.digest().hex());
        }
        byte[] extended = remember(TestArtefacts.text(70, 500));
        ArtefactKey key = TestArtefacts.key(extended);
        store.commit(
                key,
                TestArtefacts.received(extended),
                TestArtefacts.filled(key, new Timestamp("2030-01-01T00:00:00Z")),
                INDEX);
        disk.said("put " + key.digest().hex());
        store.commit(key, null, TestArtefacts.filled(key, new Timestamp("2031-01-01T00:00:00Z")), INDEX);
        disk.said("extended " + key.digest().hex());
    }

    private static boolean isOwner(LayoutStore store, ArtefactKey key) {
        try {
            return store.delete(key);
        } catch (SurfaceException e) {
            return false; // a guest may not delete
        }
    }

    /** As an upload above 1 MiB: a synced file of the intake is linked into its place. */
    private void putLarge(LayoutStore store, RecordingDisk disk, Path home) throws IOException {
        byte[] payload = remember(TestArtefacts.noise(7, 300_000));
        ArtefactStore.Received inMemory = TestArtefacts.received(payload);
        byte[] stored = ((BlobSource.Bytes) inMemory.content()).bytes();
        Path intake = home.resolve("intake-1");
        try (Disk.OutFile out = disk.create(intake)) {
            out.write(stored, 0, stored.length);
            out.sync();
        }
        ArtefactKey key = TestArtefacts.key(payload);
        store.commit(
                key,
                new ArtefactStore.Received(new BlobSource.LocalFile(intake, stored.length), inMemory.facts()),
                TestArtefacts.filled(key, null),
                INDEX);
        disk.said("put " + key.digest().hex());
        disk.delete(intake);
    }

    @ParameterizedTest
    @EnumSource(RecordingDisk.Loss.class)
    void whatTheOwnerAcknowledgedSurvivesALossOfPowerAnywhere(RecordingDisk.Loss loss) throws IOException {
        checkEveryCrash(record(FolderStore.Hold.OWNER), loss);
    }

    @ParameterizedTest
    @EnumSource(RecordingDisk.Loss.class)
    void whatAGuestAcknowledgedSurvivesALossOfPowerAnywhere(RecordingDisk.Loss loss) throws IOException {
        checkEveryCrash(record(FolderStore.Hold.GUEST), loss);
    }

    private void checkEveryCrash(RecordingDisk disk, RecordingDisk.Loss loss) throws IOException {
        int size = disk.size();
        assertTrue(size > 100, "the recording holds the work: " + size);
        for (int n = 0; n <= size; n++) {
            Path target = Files.createDirectory(folder.resolve("crash-" + n));
            disk.crash(n, loss, n, target);
            check(target, disk.saidBefore(n), loss + " before change " + n);
            clear(target);
        }
    }

    private static void clear(Path target) throws IOException {
        try (Stream<Path> all = Files.walk(target)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void check(Path home, List<String> said, String when) {
        try (LayoutStore store = open(home.resolve("store"), withoutSync(), FolderStore.Hold.OWNER)) {
            Map<String, String> last = new TreeMap<>();
            for (String line : said) {
                String[] words = line.split(" ", -1);
                last.put(words[1], words[0]);
            }
            last.forEach((hex, state) -> checkOne(store, hex, state, when));
            List<StoreUpkeep.Problem> problems = new ArrayList<>();
            store.upkeep().fsck(null, seen -> {}, problems::add);
            assertEquals(List.of(), problems, when);
        }
    }

    private void checkOne(LayoutStore store, String hex, String state, String when) {
        byte[] payload = payloads.get(hex);
        ArtefactKey key = TestArtefacts.key(payload);
        Manifest manifest = store.manifest(key);
        switch (state) {
            case "put", "extended" -> {
                assertNotNull(manifest, () -> when + ": acknowledged, and its manifest is gone: " + hex);
                assertArrayEquals(payload, TestArtefacts.read(store, key), when);
                assertTrue(isListed(store, key), () -> when + ": acknowledged, and not found under its image: " + hex);
                if (state.equals("extended")) {
                    assertEquals(
                            "2031-01-01T00:00:00Z", String.valueOf(((ArtefactManifest) manifest).expiresAt()), when);
                }
            }
            case "staged" -> assertArrayEquals(payload, TestArtefacts.read(store, key), when);
            case "deleted" -> assertNull(manifest, () -> when + ": deleted, and back again: " + hex);
            default -> {} // being deleted: either is right
        }
    }

    private static boolean isListed(LayoutStore store, ArtefactKey key) {
        return store
                .page(new ArtefactStore.Query(TestArtefacts.ACME, null, IMAGE, null, "", 100, Long.MAX_VALUE))
                .manifests()
                .stream()
                .anyMatch(m -> m.key().equals(key));
    }
}
