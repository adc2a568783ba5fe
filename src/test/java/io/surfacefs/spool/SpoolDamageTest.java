package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.SCAN;
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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.store.ArtefactStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Entries whose bytes are not what was put any more. */
class SpoolDamageTest extends SpoolCase {
    @Test
    void anEntryWhoseBytesAreNotWhatTheyWereIsPutAsideAndNeverDelivered() throws IOException {
        Path file = rig.home.resolve("upload");
        byte[] large = noise(30, 50_000);
        store.commit(key(large), SpoolRig.local(file, received(large)), filled(key(large), null), INDEX);
        put(store, text(31, 2_000));
        put(store, text(32, 2_000));
        rig.spool.abandon();
        flip(rig.root.resolve("entries/0000000000000001.payload"), 40_000);
        flip(rig.root.resolve("entries/0000000000000002"), -3);
        flip(rig.root.resolve("entries/0000000000000003"), 60);
        store = rig.open();
        assertEquals(List.of("? CORRUPT_OBJECT"), rig.rejected);
        assertCode(ErrorCode.CORRUPT_OBJECT, () -> read(store, key(large)));
        rig.deliver();
        assertEquals(3, rig.rejected.size());
        assertEquals(0, rig.delivered.get());
        assertEquals(
                List.of(),
                rig.store.calls.stream().filter(c -> c.startsWith("commit")).toList());
        assertEquals(7, rig.files("rejected").size());
    }

    private Path file(String name) {
        return rig.root.resolve("entries/" + name);
    }

    private void restart() throws IOException {
        store = rig.crash();
    }

    interface Damage {
        void to(Path entry, Path payload) throws IOException;
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of("a bit of the front", (Damage) (entry, payload) -> flip(entry, 60)),
                Arguments.of("a bit of the payload", (Damage) (entry, payload) -> flip(payload, 20_000)),
                Arguments.of("the payload's end", (Damage) (entry, payload) -> cut(payload, 10_000)),
                Arguments.of("the entry's end", (Damage) (entry, payload) -> cut(entry, 100)),
                Arguments.of("the payload's file", (Damage) (entry, payload) -> Files.delete(payload)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void aGoodPutTakesThePlaceOfADamagedOneThatWaits(String what, Damage damage) throws IOException {
        byte[] large = noise(33, 50_000);
        ArtefactKey key = key(large);
        for (boolean restarted : new boolean[] {false, true}) {
            rig.store.fault = outage();
            store.commit(key, SpoolRig.local(rig.home.resolve("in"), received(large)), filled(key, null), INDEX);
            int rejected = rig.rejected.size();
            String first = rig.files("entries").getFirst();
            damage.to(file(first), file(first + ".payload"));
            if (restarted) {
                restart();
            }
            store.commit(key, received(large), filled(key, null), INDEX);
            assertArrayEquals(large, read(store, key), what);
            assertEquals(received(large).facts(), ((ArtefactManifest) store.manifest(key)).payload());
            assertEquals(List.of(), store.missing(List.of(key)));
            int waiting = rig.spool.depth();
            store.commit(key, received(large), filled(key, null), INDEX);
            assertTrue(rig.spool.depth() <= waiting + 1);
            rig.store.fault = null;
            rig.advance(Duration.ofMinutes(2));
            rig.deliver();
            assertEquals(1, rig.rejected.size() - rejected);
            assertEquals(0, rig.spool.depth());
            assertArrayEquals(large, read(rig.layout, key));
            assertTrue(store.delete(key));
            rig.advance(SpoolRig.GRACE.multipliedBy(2));
            rig.layout.upkeep().sweep();
        }
    }

    @Test
    void aSoundPutThatWaitsIsNotMadeTwice() throws IOException {
        put(store, text(34, 2_000));
        put(store, text(34, 2_000));
        assertEquals(1, rig.spool.depth());
        assertEquals(List.of(), rig.damaged);
    }

    @Test
    void aStagedPayloadThatIsDamagedIsReplacedAndNeverTakenAlong() throws IOException {
        byte[] payload = text(35, 3_000);
        ArtefactKey key = key(payload);
        store.stage(key, received(payload));
        flip(file("0000000000000001"), -3);
        assertCode(ErrorCode.PAYLOAD_MISSING, () -> store.commit(key, null, filled(key, null), INDEX));
        assertTrue(store.stage(key, received(payload)));
        assertFalse(store.stage(key, received(payload)));
        assertTrue(store.commit(key, null, filled(key, null), INDEX).created());
        assertArrayEquals(payload, read(store, key));
        rig.deliver();
        assertArrayEquals(payload, read(rig.layout, key));
    }

    @Test
    void listsPassOverWhatIsDamagedAndItIsToldOnce() throws IOException {
        ArtefactKey bad = key(text(36, 100));
        for (int i = 36; i < 40; i++) {
            put(store, text(i, 100));
        }
        flip(file("0000000000000001"), 60);
        ArtefactStore.Query all = new ArtefactStore.Query(ACME, null, IMAGE, null, "", 10, Long.MAX_VALUE);
        for (int i = 0; i < 2; i++) {
            List<Manifest> listed = store.page(all).manifests();
            assertEquals(3, listed.size());
            assertTrue(listed.stream().noneMatch(m -> m.key().equals(bad)));
        }
        assertEquals(List.of(bad), rig.damaged);
        assertCode(ErrorCode.CORRUPT_OBJECT, () -> store.manifest(bad));
        put(store, text(36, 100));
        assertEquals(4, store.page(all).manifests().size());
    }

    @Test
    void aDamagedScanManifestHidesNeitherTheOthersNorANewPutOfIt() throws IOException {
        ScanManifest older = scan("2026-02-01T00:00:00Z", key(text(41, 40)));
        ScanManifest newer = scan("2026-02-02T00:00:00Z", key(text(42, 40)));
        store.putScan(older);
        store.putScan(newer);
        flip(file("0000000000000002"), 60);
        assertEquals(older, store.currentScan(ACME, SCAN));
        assertEquals(older, store.currentScanBeforePut(ACME, SCAN));
        ArtefactStore.Query byImage = new ArtefactStore.Query(ACME, null, IMAGE, null, "", 10, Long.MAX_VALUE);
        assertEquals(List.of(), store.page(byImage).manifests());
        assertEquals(List.of(newer.key()), rig.damaged);
        store.putScan(newer);
        assertEquals(newer, store.currentScan(ACME, SCAN));
        rig.deliver();
        assertEquals(newer, rig.layout.currentScan(ACME, SCAN));
        assertEquals(List.of(newer.key() + " CORRUPT_OBJECT"), rig.rejected);
    }

    @Test
    void aDamagedMemoIsAsGoodAsAbsent() throws IOException {
        store.putCacheEntry(MEMO, received(text(43, 300)));
        rig.spool.abandon();
        flip(file("0000000000000001"), -3);
        store = rig.open();
        assertNull(store.cacheEntry(MEMO));
        store.putCacheEntry(MEMO, received(text(44, 300)));
        assertArrayEquals(ManifestCodec.digestOf(text(44, 300)).bytes(), value(store.cacheEntry(MEMO)));
    }

    private static void cut(Path file, int bytes) throws IOException {
        byte[] all = Files.readAllBytes(file);
        Files.delete(file); // which an upload may be linked to
        Files.write(file, Arrays.copyOf(all, all.length - bytes));
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
        Files.write(file, bytes);
    }
}
