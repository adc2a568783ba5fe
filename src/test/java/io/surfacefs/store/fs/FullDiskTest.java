package io.surfacefs.store.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder store on a disk that has no room for files of content, while its journal still had. */
class FullDiskTest {
    private static final BlobKey KEY = BlobKey.manifest("tenants/acme/sbom.fragment/ab/one.json");
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    private static final Duration GRACE = Duration.ofHours(1);

    @TempDir
    Path root;

    private final FullDisk disk = new FullDisk();

    private static final class FullDisk implements Disk {
        private final RealDisk real = new RealDisk(1);
        private volatile boolean full;

        private void needsRoom(Path file) throws IOException {
            if (full && !file.toString().endsWith(".journal")) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public OutFile create(Path file) throws IOException {
            needsRoom(file);
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
        public boolean makeFolder(Path folder) throws IOException {
            return real.makeFolder(folder);
        }

        @Override
        public void syncFolder(Path folder) throws IOException {
            real.syncFolder(folder);
        }

        @Override
        public void syncFile(Path file) throws IOException {
            real.syncFile(file);
        }
    }

    private FolderBlobStore open() {
        return FolderStore.open(
                new FolderStore.Place(root, "surface-cache", "surface-manifests", ""),
                disk,
                FolderStore.Hold.OWNER,
                (key, bytes) -> true);
    }

    /** What a process leaves that died between the journal and the files. */
    private Path leaveSegment() throws IOException {
        Path segment = root.resolve("journal/0000000000000007.journal");
        Files.createDirectories(segment.getParent());
        return Files.write(
                segment, JournalFormat.record(List.of(new BlobStore.Put(KEY, new BlobSource.Bytes(CONTENT)))));
    }

    @Test
    void aStoreOpensOnAFullDiskAndPlacesWhatTheJournalNamesOnceThereIsRoom() throws IOException {
        Path segment = leaveSegment();
        disk.full = true;
        try (FolderBlobStore store = open()) {
            assertNull(store.read(KEY, 100));
            assertTrue(Files.exists(segment), "what could not be placed must stay in the journal");
            disk.full = false;
        }
        assertFalse(Files.exists(segment), "its content is placed, so it has no use");
        try (FolderBlobStore store = open()) {
            assertArrayEquals(
                    CONTENT, Objects.requireNonNull(store.read(KEY, 100)).bytes());
        }
    }

    @Test
    void whatIsDeletedBehindAFullDiskDoesNotComeBackFromTheJournal() throws IOException {
        leaveSegment();
        disk.full = true;
        try (FolderBlobStore store = open()) {
            disk.full = false;
            assertTrue(store.delete(KEY, null), "the delete must wait for the journal to place it");
            assertNull(store.read(KEY, 100));
        }
        try (FolderBlobStore store = open()) {
            assertNull(store.read(KEY, 100));
        }
    }

    @Test
    void aPutThatFindsNoRoomIsRefusedAndDoesNotComeBackFromTheJournal() {
        try (FolderBlobStore store = open()) {
            disk.full = true;
            List<BlobStore.Put> puts = List.of(new BlobStore.Put(KEY, new BlobSource.Bytes(CONTENT)));
            assertEquals(
                    ErrorCode.DISK_FULL,
                    assertThrows(SurfaceException.class, () -> store.putAllIfAbsent(puts))
                            .code());
        }
        disk.full = false;
        try (FolderBlobStore store = open()) {
            assertNull(store.read(KEY, 100));
        }
        assertFalse(Files.exists(root.resolve("surface-manifests/" + KEY.name())));
    }

    @Test
    void aDeleteThatFindsNoRoomForItsMarkerChangesNothingAndOneBehindItWorks() {
        byte[] payload = TestArtefacts.text(1, 2_000);
        ArtefactKey key = TestArtefacts.key(payload);
        ManualClock clock = new ManualClock();
        try (LayoutStore store = openLayout(clock)) {
            TestArtefacts.put(store, payload);
            disk.full = true;
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        ErrorCode.DISK_FULL,
                        assertThrows(SurfaceException.class, () -> store.delete(key))
                                .code());
                assertArrayEquals(payload, TestArtefacts.read(store, key));
                assertEquals(List.of(), store.missing(List.of(key)));
            }
        }
        // What the journal took of the refused deletes comes back as markers, which must not take the payload along.
        try (LayoutStore store = openLayout(clock)) {
            assertArrayEquals(payload, TestArtefacts.read(store, key));
            disk.full = false;
        }
        try (LayoutStore store = openLayout(clock)) {
            clock.advance(GRACE.multipliedBy(2));
            assertEquals(0, store.upkeep().sweep());
            assertArrayEquals(payload, TestArtefacts.read(store, key));
            assertTrue(store.delete(key));
            assertNull(store.manifest(key));
            clock.advance(GRACE);
            assertEquals(1, store.upkeep().sweep());
        }
    }

    private LayoutStore openLayout(ManualClock clock) {
        return new LayoutStore(
                open(),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                new LayoutSettings(GRACE, GRACE, Duration.ofSeconds(15), true),
                clock,
                Events.NONE);
    }
}
