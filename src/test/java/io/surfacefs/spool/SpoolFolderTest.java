package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.filled;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.noise;
import static io.surfacefs.store.TestArtefacts.put;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.FolderOwnedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The folder of a spool and its disk: what it holds, how much, and for whom. */
class SpoolFolderTest extends SpoolCase {
    @Test
    void aFullSpoolTakesNothingMoreAndLosesNothing() throws IOException {
        rig.spool.close();
        store = rig.open(SpoolRig.settings(20 * 4_096, 100));
        int taken = 0;
        SurfaceException full = null;
        while (full == null) {
            try {
                put(store, text(1_000 + taken, 100));
                taken++;
            } catch (SurfaceException e) {
                full = e;
            }
        }
        assertEquals(ErrorCode.OVERLOADED, full.code());
        assertTrue(full.retryAfter().toSeconds() >= 1);
        assertEquals(20, taken);
        assertTrue(rig.spool.used() <= 20 * 4_096);
        assertFalse(rig.spool.hasRoom());
        rig.deliver();
        assertEquals(20, rig.delivered.get());
        assertEquals(0, rig.spool.used());
        put(store, text(2_000, 100));
    }

    @Test
    void aSpoolWhosePartsAreLinksIsNotOpenedAndNothingBehindThemIsCleared() throws IOException {
        rig.spool.close();
        Path outside = Files.createDirectory(rig.home.resolve("outside"));
        Path victim = Files.write(outside.resolve("file"), new byte[] {1});
        Path tmp = rig.root.resolve("tmp");
        Files.delete(tmp);
        Files.createSymbolicLink(tmp, outside);
        assertThrows(IOException.class, () -> rig.open());
        assertTrue(Files.exists(victim));
        Files.delete(tmp);
        store = rig.open();
        put(store, text(1, 100));
        assertArrayEquals(text(1, 100), read(store, key(text(1, 100))));
        assertEquals(
                "rwx------ rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(tmp)) + " "
                        + PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(rig.root.resolve("entries/0000000000000001"))));
    }

    @Test
    void noMorePutsWaitThanMay() throws IOException {
        rig.spool.close();
        store = rig.open(SpoolRig.settings(SpoolRig.MIB, 3));
        for (int i = 0; i < 3; i++) {
            put(store, text(i, 40));
        }
        assertCode(ErrorCode.OVERLOADED, () -> put(store, text(3, 40)));
        assertEquals(3, rig.spool.depth());
    }

    @Test
    void aLargePayloadIsLinkedAndOutlivesItsUpload() throws IOException {
        byte[] large = noise(40, 60_000);
        Path file = rig.home.resolve("upload");
        store.commit(key(large), SpoolRig.local(file, received(large)), filled(key(large), null), INDEX);
        assertEquals(
                Files.getAttribute(file, "unix:ino"),
                Files.getAttribute(rig.root.resolve("entries/0000000000000001.payload"), "unix:ino"));
        Files.delete(file);
        assertArrayEquals(large, read(store, key(large)));
        store = rig.crash();
        assertArrayEquals(large, read(store, key(large)));
        rig.deliver();
        assertArrayEquals(large, read(store, key(large)));
        assertEquals(List.of(), rig.files("entries"));
    }

    @Test
    void aPayloadFromAnotherFileSystemIsCopied() throws IOException {
        rig.spool.close();
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        disk.links = false;
        rig.disk = disk;
        store = rig.open();
        byte[] large = noise(41, 300_000);
        Path file = rig.home.resolve("upload");
        store.commit(key(large), SpoolRig.local(file, received(large)), filled(key(large), null), INDEX);
        Files.delete(file);
        assertArrayEquals(large, read(store, key(large)));
        assertEquals(List.of(), rig.files("tmp"));
    }

    @Test
    void aFullDiskRefusesThePutAndKeepsWhatWasTaken() throws IOException {
        rig.spool.close();
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.disk = disk;
        store = rig.open();
        byte[] first = text(50, 500);
        put(store, first);
        for (int room = 0; room < 700; room += 100) {
            disk.room = room;
            assertCode(ErrorCode.DISK_FULL, () -> put(store, text(51, 5_000)));
            assertEquals(List.of(), rig.files("tmp"));
            assertEquals(1, rig.files("entries").size());
        }
        assertEquals(1, rig.spool.depth());
        disk.room = Long.MAX_VALUE;
        assertNull(store.manifest(key(text(51, 5_000))));
        store = rig.crash();
        rig.deliver();
        assertArrayEquals(first, read(rig.layout, key(first)));
        assertTrue(put(store, text(51, 5_000)).created());
    }

    @Test
    void aSecondOwnerIsRefusedAndToldWhoHasTheFolder() {
        FolderOwnedException owned =
                assertThrows(FolderOwnedException.class, () -> SpoolFolder.open(rig.real, rig.root, Gate.real()));
        assertTrue(owned.owner().contains("pid=" + ProcessHandle.current().pid()), owned.owner());
        assertTrue(owned.owner().contains("host="), owned.owner());
    }

    @Test
    void aNewerFormatIsRefusedWithItsNumber() throws IOException {
        rig.spool.close();
        Files.writeString(rig.root.resolve("format.json"), "{\"format\":2}");
        assertTrue(
                assertThrows(IOException.class, () -> rig.open()).getMessage().contains("format 2"));
        Files.writeString(rig.root.resolve("format.json"), "{\"format\":1}");
        rig.open();
    }

    @Test
    void whatACrashLeftHalfWrittenIsCleared() throws IOException {
        put(store, text(60, 600));
        rig.spool.abandon();
        Files.writeString(rig.root.resolve("tmp/1"), "torn");
        Files.writeString(rig.root.resolve("entries/00000000000000ff.payload"), "nobody's");
        store = rig.open();
        assertEquals(List.of(), rig.files("tmp"));
        assertEquals(List.of("0000000000000001"), rig.files("entries"));
        assertEquals(List.of(), rig.rejected);
    }
}
