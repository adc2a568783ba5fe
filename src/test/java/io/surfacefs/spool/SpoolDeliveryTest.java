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
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of what waits: delivered, tried again, or put aside. */
class SpoolDeliveryTest extends SpoolCase {
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
    void aDamagedEntryIsNoSignThatTheStoreIsBack() throws IOException {
        rig.store.fault = outage();
        put(store, text(790, 40));
        put(store, text(791, 40));
        rig.deliver();
        assertEquals(2, rig.store.calls.size());
        put(store, text(792, 40));
        rig.flip("0000000000000003", -3);
        rig.advance(Duration.ofMinutes(1));
        rig.deliver();
        assertEquals(1, rig.rejected.size());
        assertEquals(3, rig.store.calls.size(), "one probe");
        rig.store.fault = null;
        rig.advance(Duration.ofMinutes(1));
        rig.deliver();
        assertEquals(2, rig.delivered.get());
    }

    @Test
    void whatCouldNotBeRemovedGoesWithTheNextPut() throws IOException {
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.spool.close();
        rig.disk = disk;
        store = rig.open();
        AtomicInteger changes = new AtomicInteger();
        disk.before = () -> {
            if (changes.incrementAndGet() >= 6) {
                throw new IOException("Input/output error");
            }
        };
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> put(store, text(793, 40)));
        assertEquals(List.of("0000000000000001"), rig.files("entries"));
        disk.before = () -> {};
        put(store, text(794, 40));
        assertEquals(List.of("0000000000000002"), rig.files("entries"));
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
        assertEquals(List.of(key(bad) + " STORE_UNAVAILABLE"), rig.delayed, "told of once, by its name");
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

    private void assertStored(byte[] value) {
        assertArrayEquals(ManifestCodec.digestOf(value).bytes(), value(rig.layout.cacheEntry(MEMO)));
    }

    /** As a crash between delivery and removal leaves it: the value is in the store, and the entry still there. */
    private void deliverAndCrash(byte[] value) throws IOException {
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.spool.close();
        rig.disk = disk;
        store = rig.open();
        store.putCacheEntry(MEMO, received(value));
        disk.before = () -> {
            throw new IOException("the process is no more");
        };
        rig.deliver();
        assertStored(value);
        disk.before = () -> {};
        store = rig.crash();
        assertEquals(1, rig.spool.depth());
    }

    @Test
    void aCacheEntryThatIsDeliveredAgainLeavesANewerOneOfAnotherReplicaAlone() throws IOException {
        deliverAndCrash(text(60, 100));
        rig.advance(Duration.ofSeconds(1));
        rig.layout.putCacheEntry(MEMO, received(text(61, 100)));
        rig.deliver();
        assertStored(text(61, 100));
        assertEquals(0, rig.spool.depth());
        assertEquals(List.of(), rig.rejected);
    }

    @Test
    void aCacheEntryThatIsDeliveredAgainReplacesAnOlderOneAndFillsAnEmptyPlace() throws IOException {
        rig.layout.putCacheEntry(MEMO, received(text(62, 100)));
        rig.advance(Duration.ofSeconds(1));
        store.putCacheEntry(MEMO, received(text(63, 100)));
        store = rig.crash();
        rig.deliver();
        assertStored(text(63, 100));
        rig.layout.deleteCacheEntry(MEMO);
        store.putCacheEntry(MEMO, received(text(64, 100)));
        store = rig.crash();
        rig.deliver();
        assertStored(text(64, 100));
    }

    @Test
    void aCacheEntryThatWaitedForTheStoreLeavesANewerOneOfAnotherReplicaAlone() {
        rig.store.fault = outage();
        store.putCacheEntry(MEMO, received(text(65, 100)));
        rig.deliver();
        rig.advance(Duration.ofMinutes(2));
        rig.layout.putCacheEntry(MEMO, received(text(66, 100)));
        rig.store.fault = null;
        rig.deliver();
        assertStored(text(66, 100));
        // One that is delivered at once is the last word, whatever the store's clock says.
        rig.clock.advance(Duration.ofSeconds(-30));
        store.putCacheEntry(MEMO, received(text(67, 100)));
        rig.deliver();
        assertStored(text(67, 100));
    }

    @Test
    void whoRemembersWhatIsPutAsideIsToldToForgetItOnceItIsNotReadFromHereAnyMore() {
        byte[] bad = text(70, 100);
        byte[] good = text(71, 100);
        List<ArtefactKey> forgotten = new ArrayList<>();
        rig.forgotten = key -> {
            forgotten.add(key);
            assertNull(store.manifest(key));
        };
        rig.store.refusal = call -> call.equals("commit " + key(bad))
                ? new SurfaceException(ErrorCode.PERMISSION_DENIED, "not for you")
                : null;
        put(store, bad);
        put(store, good);
        rig.deliver();
        assertEquals(List.of(key(bad)), forgotten);
    }

    /** Looks at an artefact before each change that a delivery makes to the disk. */
    private void deliverWhileLooking(QuirkyDisk disk, Runnable look) throws IOException {
        byte[] large = noise(72, 50_000);
        store.commit(
                key(large), SpoolRig.local(rig.home.resolve("in"), received(large)), filled(key(large), null), INDEX);
        disk.before = look::run;
        rig.deliver();
        disk.before = () -> {};
    }

    @Test
    void whatIsDeliveredOrPutAsideIsReadableOrCleanlyAbsentAtEveryStepOfTheDisk() throws IOException {
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.spool.close();
        rig.disk = disk;
        store = rig.open();
        byte[] large = noise(72, 50_000);
        AtomicInteger looks = new AtomicInteger();
        deliverWhileLooking(disk, () -> {
            looks.incrementAndGet();
            assertNotNull(store.manifest(key(large)));
            assertArrayEquals(large, read(store, key(large)));
        });
        assertTrue(looks.get() >= 3, "name, folder, payload: " + looks);
        assertTrue(store.delete(key(large)));

        rig.advance(SpoolRig.GRACE.multipliedBy(2));
        rig.layout.upkeep().sweep();
        rig.store.refusal =
                call -> call.startsWith("commit") ? new SurfaceException(ErrorCode.QUOTA_EXCEEDED, "no more") : null;
        boolean[] absent = {false};
        deliverWhileLooking(disk, () -> {
            Manifest manifest = store.manifest(key(large));
            byte[] payload = read(store, key(large));
            assertEquals(manifest == null, payload == null);
            assertFalse(absent[0] && manifest != null, "gone and back");
            absent[0] = manifest == null;
        });
        assertTrue(absent[0]);
        assertEquals(1, rig.rejected.size());
    }

    @Test
    void whatIsInTheStoreStaysReadableAndDeletableWhenItsFilesCantBeRemoved() throws IOException {
        for (int failing = 1; failing <= 3; failing++) {
            QuirkyDisk disk = new QuirkyDisk(rig.real);
            rig.spool.close();
            rig.disk = disk;
            store = rig.open();
            byte[] large = noise(72 + failing, 50_000);
            ArtefactKey key = key(large);
            store.commit(key, SpoolRig.local(rig.home.resolve("in"), received(large)), filled(key, null), INDEX);
            AtomicInteger changes = new AtomicInteger();
            int first = failing;
            disk.before = () -> {
                if (changes.incrementAndGet() >= first) {
                    throw new IOException("Input/output error");
                }
            };
            rig.deliver();
            assertArrayEquals(large, read(store, key));
            assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.delete(key));
            assertNotNull(rig.layout.manifest(key), "refused, so nothing was deleted");
            disk.before = () -> {};
            assertTrue(store.delete(key));
            store = rig.crash();
            rig.deliver();
            assertNull(rig.layout.manifest(key), "deleted, and back again");
        }
    }

    @Test
    void aPutThatFailedAndCouldNotBeRemovedDoesNotComeBackBehindADelete() throws IOException {
        QuirkyDisk disk = new QuirkyDisk(rig.real);
        rig.spool.close();
        rig.disk = disk;
        store = rig.open();
        byte[] payload = text(80, 100);
        put(rig.layout, payload);
        AtomicInteger changes = new AtomicInteger();
        disk.before = () -> {
            if (changes.incrementAndGet() >= 6) {
                throw new IOException("Input/output error");
            }
        };
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> put(store, payload));
        assertEquals(1, rig.files("entries").size());
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.delete(key(payload)));
        disk.before = () -> {};
        assertTrue(store.delete(key(payload)));
        store = rig.crash();
        rig.deliver();
        assertNull(rig.layout.manifest(key(payload)), "deleted, and back again");
    }
}
