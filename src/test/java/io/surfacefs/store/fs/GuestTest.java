package io.surfacefs.store.fs;

import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.put;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.StoreUpkeep;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A store on a folder that another one owns: what it may not do it does not begin. */
class GuestTest {
    private static final Duration GRACE = Duration.ofHours(1);

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private final RealDisk disk = new RealDisk(2);
    private LayoutStore owner;
    private LayoutStore guest;

    @BeforeEach
    void open() {
        owner = open(FolderStore.Hold.OWNER);
        guest = open(FolderStore.Hold.OWNER_IF_FREE);
    }

    private LayoutStore open(FolderStore.Hold hold) {
        return new LayoutStore(
                FolderStore.open(
                        new FolderStore.Place(folder, "surface-cache", "surface-manifests", ""),
                        disk,
                        hold,
                        (key, bytes) -> false),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE, Duration.ofSeconds(15), true),
                clock,
                Events.NONE);
    }

    @AfterEach
    void close() {
        guest.close();
        owner.close();
        disk.close();
    }

    /** Everything in the buckets, by name. */
    private Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        for (String bucket : List.of("surface-cache", "surface-manifests")) {
            try (Stream<Path> files = Files.walk(folder.resolve(bucket))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    content.put(
                            folder.relativize(file).toString(),
                            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return content;
    }

    private static void assertRefused(Executable work) {
        assertEquals(
                ErrorCode.STORE_UNAVAILABLE,
                assertThrows(SurfaceException.class, work).code());
    }

    @Test
    void aDeleteThatIsRefusedChangesNothingAndTheOwnersDeletes() throws IOException {
        byte[] payload = text(1, 2_000);
        put(guest, payload);
        Map<String, String> before = content();
        assertRefused(() -> guest.delete(key(payload)));
        assertEquals(before, content());
        assertTrue(owner.delete(key(payload)));
        assertNull(guest.manifest(key(payload)));
        assertNotEquals(before, content());
    }

    @Test
    void upkeepThatDeletesIsRefusedBeforeItsFirstChangeAndTheOwnersRuns() throws IOException {
        byte[] staged = text(2, 2_000);
        byte[] unclaimed = text(3, 2_000);
        assertTrue(guest.stage(key(staged), received(staged)));
        put(owner, unclaimed);
        // Without manifest and marker, as after a restore of one bucket only, and an index entry that dangles.
        try (Stream<Path> files = Files.walk(folder.resolve("surface-manifests/tenants"))) {
            for (Path manifest : files.filter(Files::isRegularFile).toList()) {
                Files.delete(manifest);
            }
        }
        // Times of files are the machine's, so the clock goes ahead of it.
        clock.advance(Duration.ofDays(40_000));
        Map<String, String> before = content();
        StoreUpkeep upkeep = guest.upkeep();
        assertRefused(upkeep::sweep);
        assertRefused(() -> upkeep.gc(false, n -> {}));
        assertRefused(() -> upkeep.reindex(n -> {}));
        assertEquals(1, upkeep.gc(true, n -> {}).marked());
        assertEquals(before, content());
        assertEquals(1, owner.upkeep().sweep());
        assertEquals(1, owner.upkeep().gc(false, n -> {}).marked());
        assertEquals(2, owner.upkeep().reindex(n -> {}).dropped());
    }
}
