package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.SCAN;
import static io.surfacefs.store.TestArtefacts.filled;
import static io.surfacefs.store.TestArtefacts.key;
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
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What a spool promises whoever puts, reads and deletes. */
class SpoolStoreTest extends SpoolCase {
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
    void aPutThatRefusesWhatItFindsIsNotTaken() {
        byte[] payload = text(5, 400);
        ArtefactKey key = key(payload);
        Timestamp early = new Timestamp("2030-01-01T00:00:00Z");
        store.commit(key, received(payload), filled(key, early), INDEX);
        ArtefactStore.Maker later = filled(key, new Timestamp("2031-01-01T00:00:00Z"));
        ArtefactStore.Maker refusing = new ArtefactStore.Maker() {
            @Override
            public ArtefactManifest make(StoredPayload facts) {
                return later.make(facts);
            }

            @Override
            public void found(ArtefactManifest stored) {
                assertEquals(early, stored.expiresAt());
                throw new SurfaceException(ErrorCode.SIGNATURE_INVALID, "nobody signed it");
            }
        };
        rig.deliver();
        assertCode(ErrorCode.SIGNATURE_INVALID, () -> store.commit(key, null, refusing, INDEX));
        assertEquals(0, rig.spool.depth());
        rig.deliver();
        assertEquals(early, rig.layout.manifest(key).expiresAt());
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
    void whoHasItDeliveredIsNotWhomTheStoreHearsOf() {
        byte[] payload = text(21, 700);
        put(store, payload);
        Map<String, String> names = new ConcurrentHashMap<>();
        rig.store.refusal = call -> {
            names.put(
                    call.substring(0, call.indexOf(' ')),
                    OnBehalf.authorization().orElse("nobody"));
            return null;
        };
        OnBehalf.of("who deletes");
        try {
            assertTrue(store.delete(key(payload)));
        } finally {
            OnBehalf.of(null);
        }
        assertEquals("nobody", names.get("commit"));
        assertEquals("who deletes", names.get("delete"));
    }

    @Test
    void aDeleteWhileTheStoreIsOutIsRefusedAlsoWhereNothingWaits() {
        rig.store.fault = outage();
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.delete(key(text(9, 40))));
        assertCode(ErrorCode.STORE_UNAVAILABLE, () -> store.deleteCacheEntry(MEMO));
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
}
