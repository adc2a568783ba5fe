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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a spool promises, one promise after the other. */
class SpoolStoreTest {
    private static final CacheKey MEMO = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);

    private SpoolRig rig;
    private SpoolStore store;

    @BeforeEach
    void open() throws IOException {
        rig = new SpoolRig();
        store = rig.open();
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    private static SurfaceException outage() {
        return new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the store is out");
    }

    private static void assertCode(ErrorCode code, Runnable work) {
        assertEquals(code, assertThrows(SurfaceException.class, work::run).code());
    }

    private static ScanManifest scan(String generatedAt, ArtefactKey listed) {
        byte[] json = ("{\"imageDigest\":\"" + IMAGE + "\",\"generatedAt\":\"" + generatedAt
                        + "\",\"artifacts\":[{\"kind\":\"" + listed.kind() + "\",\"digest\":\"" + listed.digest()
                        + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        return TestArtefacts.CODEC
                .fillScan(TestArtefacts.CODEC.parse(json), ACME, SCAN, Instant.parse("2026-01-01T00:00:00Z"))
                .manifest();
    }

    private static byte[] value(ArtefactStore.OpenEntry entry) {
        try (entry) {
            return entry.raw().bytes();
        }
    }

    @Test
    void aManifestIsAsOldAsTheStoreSaysUnlessItsPutWaitsHere() {
        rig.store.age = Duration.ofMinutes(10);
        byte[] payload = text(40, 500);
        assertEquals(Duration.ofMinutes(10), store.age(key(payload)));
        put(store, payload);
        assertEquals(Duration.ZERO, store.age(key(payload)));
        rig.deliver();
        assertEquals(Duration.ofMinutes(10), store.age(key(payload)));
    }

    @Test
    void whileTheStoreIsOutPutsAreTakenAndReadAndThenDelivered() {
        rig.knows = false;
        rig.store.fault = outage();
        byte[] payload = text(1, 5_000);
        ArtefactStore.Committed<?> committed = put(store, payload);
        ScanManifest scan = scan("2026-02-01T00:00:00Z", key(payload));
        assertNull(store.currentScanBeforePut(ACME, SCAN));
        assertTrue(store.putScan(scan).created());
        store.putCacheEntry(MEMO, received(text(2, 300)));
        rig.deliver();
        assertEquals(0, rig.delivered.get());

        assertTrue(committed.created());
        assertEquals(committed.manifest(), store.manifest(key(payload)));
        assertArrayEquals(payload, read(store, key(payload)));
        assertEquals(5_000, store.facts(key(payload)).rawSize());
        assertEquals(List.of(), store.missing(List.of(key(payload), scan.key())));
        assertEquals(scan, store.currentScan(ACME, SCAN));
        assertEquals(scan, store.currentScanBeforePut(ACME, SCAN));
        assertArrayEquals(ManifestCodec.digestOf(text(2, 300)).bytes(), value(store.cacheEntry(MEMO)));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.manifest(key(text(3, 40))));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.missing(List.of(key(text(3, 40)))));

        rig.store.fault = null;
        rig.advance(Duration.ofMinutes(2));
        rig.deliver();
        assertEquals(3, rig.delivered.get());
        assertEquals(0, rig.spool.depth());
        assertArrayEquals(payload, read(rig.layout, key(payload)));
        assertEquals(scan, rig.layout.currentScan(ACME, SCAN));
        assertEquals(committed.manifest(), store.manifest(key(payload)));
    }

    @Test
    void whatWaitsIsListedInKeyOrderWithWhatTheStoreHas() {
        List<ArtefactKey> keys = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            put(store, text(100 + i, 50));
            keys.add(key(text(100 + i, 50)));
            if (i == 9) {
                rig.deliver();
            }
        }
        keys.sort((a, b) -> a.digest().compareTo(b.digest()));
        for (int limit : new int[] {1, 3, 7, 19, 20, 21}) {
            List<ArtefactKey> listed = new ArrayList<>();
            String after = "";
            while (after != null) {
                ArtefactStore.Page page =
                        store.page(new ArtefactStore.Query(ACME, null, IMAGE, null, after, limit, Long.MAX_VALUE));
                assertTrue(page.manifests().size() <= limit);
                page.manifests().forEach(m -> listed.add(m.key()));
                after = page.next();
            }
            assertEquals(keys, listed, "pages of " + limit);
        }
    }

    @Test
    void aSecondPutOfWhatWaitsMakesNothingNewAndALaterExpiryCounts() {
        byte[] payload = text(4, 400);
        Timestamp early = new Timestamp("2030-01-01T00:00:00Z");
        Timestamp late = new Timestamp("2031-01-01T00:00:00Z");
        ArtefactKey key = key(payload);
        assertTrue(
                store.commit(key, received(payload), filled(key, early), INDEX).created());
        assertFalse(
                store.commit(key, received(payload), filled(key, early), INDEX).created());
        assertEquals(1, rig.spool.depth());
        ArtefactStore.Committed<?> second = store.commit(key, received(payload), filled(key, late), INDEX);
        assertFalse(second.created());
        assertEquals(late, second.manifest().expiresAt());
        assertEquals(late, store.manifest(key).expiresAt());
        rig.deliver();
        assertEquals(late, rig.layout.manifest(key).expiresAt());
        ArtefactStore.Committed<?> third = store.commit(key, received(payload), filled(key, early), INDEX);
        assertFalse(third.created());
        assertEquals(late, third.manifest().expiresAt());
    }

    @Test
    void ofACacheEntryOnlyTheLastValueThatWaitsIsDelivered() throws IOException {
        for (int i = 0; i < 5; i++) {
            store.putCacheEntry(MEMO, received(text(10 + i, 300)));
        }
        assertEquals(1, rig.spool.depth());
        assertEquals(1, rig.files("entries").size());
        rig.deliver();
        assertEquals(List.of("putCacheEntry " + MEMO), rig.store.calls);
        assertArrayEquals(ManifestCodec.digestOf(text(14, 300)).bytes(), value(rig.layout.cacheEntry(MEMO)));
    }

    @Test
    void aManifestTakesThePayloadThatWasStagedAlongAndIsDeliveredAsOne() throws IOException {
        byte[] payload = text(5, 500);
        ArtefactKey key = key(payload);
        assertTrue(store.stage(key, received(payload)));
        assertFalse(store.stage(key, received(payload)));
        assertNull(store.manifest(key));
        assertEquals(List.of(key), store.missing(List.of(key)));
        assertArrayEquals(payload, read(store, key));
        assertTrue(store.commit(key, null, filled(key, null), INDEX).created());
        assertEquals(1, rig.files("entries").size());
        rig.deliver();
        assertArrayEquals(payload, read(rig.layout, key));
    }

    @Test
    void aManifestWithoutItsPayloadIsRefusedOrAskedForAndNeverGuessed() {
        ArtefactKey key = key(text(6, 60));
        assertCode(ErrorCode.PAYLOAD_MISSING, () -> store.commit(key, null, filled(key, null), INDEX));
        rig.store.fault = outage();
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.commit(key, null, filled(key, null), INDEX));
        assertEquals(0, rig.spool.depth());
        assertEquals(0, rig.spool.used());
    }

    @Test
    void aDeleteGoesBehindWhatWaitsOfItsKeyAndNothingComesBack() throws IOException {
        byte[] payload = text(7, 700);
        put(store, payload);
        rig.store.fault = outage();
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.delete(key(payload)));
        assertNotNull(store.manifest(key(payload)));
        rig.store.fault = null;
        assertTrue(store.delete(key(payload)));
        assertNull(store.manifest(key(payload)));
        assertNull(rig.layout.manifest(key(payload)));
        assertEquals(List.of(), rig.files("entries"));
        store = rig.crash();
        rig.deliver();
        assertNull(store.manifest(key(payload)));
        assertTrue(put(store, payload).created());
        store.putCacheEntry(MEMO, received(text(8, 80)));
        assertTrue(store.deleteCacheEntry(MEMO));
        assertFalse(store.deleteCacheEntry(MEMO));
        assertNull(store.cacheEntry(MEMO));
    }

    @Test
    void aDeleteWhileTheStoreIsOutIsRefusedAlsoWhereNothingWaits() {
        rig.store.fault = outage();
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.delete(key(text(9, 40))));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.deleteCacheEntry(MEMO));
    }

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
    void whatTheStoreRefusesForGoodIsPutAsideAndTheNextGoesOn() throws IOException {
        byte[] bad = text(20, 200);
        byte[] good = text(21, 200);
        rig.store.refusal = call -> call.equals("commit " + key(bad))
                ? new SurfaceException(ErrorCode.QUOTA_EXCEEDED, "the tenant's quota is used up")
                : null;
        put(store, bad);
        put(store, good);
        long used = rig.spool.used();
        rig.deliver();
        assertEquals(List.of(key(bad) + " QUOTA_EXCEEDED"), rig.rejected);
        assertEquals(1, rig.delivered.get());
        assertArrayEquals(good, read(rig.layout, key(good)));
        assertEquals(List.of("0000000000000001", "0000000000000001.why"), rig.files("rejected"));
        assertEquals(List.of(), rig.files("entries"));
        assertEquals(used / 2, rig.spool.used(), "what was put aside takes room");
        assertNull(store.manifest(key(bad)));
        store = rig.crash();
        assertEquals(used / 2, rig.spool.used());
        put(store, text(22, 40));
        assertEquals(List.of("0000000000000002"), rig.files("entries"), "no number of what lies there is given again");
    }

    @Test
    void everyCodeIsEitherWaitedForOrPutAside() {
        List<ErrorCode> waits = List.of(
                ErrorCode.STORE_UNAVAILABLE,
                ErrorCode.STORE_TIMEOUT,
                ErrorCode.OVERLOADED,
                ErrorCode.DISK_FULL,
                ErrorCode.UNAUTHENTICATED,
                ErrorCode.INTERNAL);
        Map<String, ErrorCode> codes = new HashMap<>();
        List<ErrorCode> all = List.of(ErrorCode.values());
        for (ErrorCode code : all) {
            codes.put("commit " + key(text(300 + all.indexOf(code), 40)), code);
        }
        rig.store.refusal = call -> codes.containsKey(call) ? new SurfaceException(codes.get(call), "no") : null;
        for (ErrorCode code : all) {
            int rejected = rig.rejected.size();
            put(store, text(300 + all.indexOf(code), 40));
            for (int i = 0; i < 10; i++) {
                rig.advance(Duration.ofMinutes(2));
                rig.deliver();
            }
            assertEquals(waits.contains(code) ? 0 : 1, rig.rejected.size() - rejected, code.name());
        }
        assertEquals(waits.size(), rig.spool.depth());
    }

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
        assertEquals(List.of(), rig.store.calls);
        assertEquals(7, rig.files("rejected").size());
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
        Files.write(file, bytes);
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

    @Test
    void anOutageIsProbedByOneAtATimeAndRarelyAndTheFirstSuccessBringsAllBack() {
        rig.store.fault = outage();
        for (int i = 0; i < 50; i++) {
            put(store, text(700 + i, 40));
        }
        rig.deliver();
        assertEquals(2, rig.store.calls.size(), "two different ones fail, then all wait");
        int asked = 2;
        for (int second = 0; second < 600; second++) {
            rig.advance(Duration.ofSeconds(1));
            rig.deliver();
            assertTrue(rig.store.calls.size() - asked <= 1, "one probe at a time");
            asked = rig.store.calls.size();
        }
        assertTrue(asked <= 20, "probes in ten minutes: " + asked);
        assertEquals(Duration.ofSeconds(1), rig.pauses.getFirst());
        assertEquals(Duration.ofSeconds(2), rig.pauses.get(1));
        assertEquals(Duration.ofSeconds(60), rig.pauses.getLast());
        rig.store.fault = null;
        rig.advance(Duration.ofSeconds(60));
        rig.deliver();
        assertEquals(50, rig.delivered.get());
    }

    @Test
    void onePutThatFailsAgainAndAgainKeepsNoOtherWaiting() {
        byte[] bad = text(800, 10);
        rig.store.refusal = call -> call.equals("commit " + key(bad)) ? outage() : null;
        put(store, bad);
        rig.deliver();
        for (int i = 0; i < 10; i++) {
            put(store, text(801 + i, 40));
            rig.deliver();
            assertEquals(i + 1, rig.delivered.get());
            rig.advance(Duration.ofSeconds(3));
            rig.deliver();
        }
        assertEquals(List.of(), rig.pauses);
        assertEquals(1, rig.spool.depth());
    }

    @Test
    void aStoreThatAsksForLessIsLeftAloneForAsLongAsItSays() {
        rig.store.fault = new SurfaceException(ErrorCode.OVERLOADED, "busy", null, null, Duration.ofSeconds(30));
        put(store, text(900, 40));
        put(store, text(901, 40));
        rig.deliver();
        assertEquals(1, rig.store.calls.size());
        rig.store.fault = null;
        rig.advance(Duration.ofSeconds(29));
        rig.deliver();
        assertEquals(0, rig.delivered.get());
        rig.advance(Duration.ofSeconds(1));
        rig.deliver();
        assertEquals(2, rig.delivered.get());
    }

    @Test
    void depthAndAgeAreThoseOfWhatWaitsAlsoAfterARestart() throws IOException {
        assertEquals(Duration.ZERO, rig.spool.age());
        put(store, text(910, 40));
        rig.advance(Duration.ofSeconds(90));
        put(store, text(911, 40));
        assertEquals(Duration.ofSeconds(90), rig.spool.age());
        store = rig.crash();
        assertEquals(2, rig.spool.depth());
        assertEquals(Duration.ofSeconds(90), rig.spool.age());
        rig.deliver();
        assertEquals(Duration.ZERO, rig.spool.age());
    }

    @Test
    void whatIsKnownToTheStoreIsShownAsTheStoreHasIt() throws IOException {
        byte[] payload = text(920, 900);
        Manifest stored = put(rig.layout, payload).manifest();
        ArtefactStore.Committed<?> again = store.commit(
                key(payload), TestArtefacts.receivedEncodedElsewhere(payload), filled(key(payload), null), INDEX);
        assertFalse(again.created());
        assertEquals(stored, again.manifest());
        assertEquals(stored, store.manifest(key(payload)));
        rig.store.fault = outage();
        assertNotNull(store.manifest(key(payload)), "in an outage what waits is as good");
        assertArrayEquals(payload, read(store, key(payload)));
        rig.store.fault = null;
        store = rig.crash();
        assertEquals(stored, store.manifest(key(payload)));
    }

    @Test
    void theEndDeliversWhatItCanAndTellsWhatIsLeft() throws Exception {
        rig.spool.close();
        rig.deliversItself = true;
        store = rig.open(new SpoolSettings(
                SpoolRig.MIB, 10, 2, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(20)));
        put(store, text(930, 40));
        rig.spool.close();
        assertEquals(List.of(), rig.left);
        assertEquals(1, rig.delivered.get());
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> put(store, text(931, 40)));

        store = rig.open(new SpoolSettings(
                SpoolRig.MIB, 10, 2, Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofMillis(10)));
        rig.store.fault = outage();
        put(store, text(932, 40));
        rig.spool.close();
        assertEquals(List.of(key(text(932, 40)).toString()), rig.left);
    }
}
