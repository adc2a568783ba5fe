package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.filled;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.noise;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.Disk;
import io.surfacefs.store.RecordingDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replays every state that a loss of power can leave, at each change of the disk: what was acknowledged is in the spool
 * or in the store, what was deleted doesn't come back, and an older value never comes behind a newer one.
 */
class SpoolLostPowerTest {
    private static final CacheKey MEMO = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);

    private SpoolRig rig;
    private RecordingDisk disk;
    private final Map<String, byte[]> payloads = new HashMap<>();
    private final List<String> values = new ArrayList<>();

    @BeforeEach
    void makeRig() throws IOException {
        rig = new SpoolRig();
        QuirkyDisk quiet = new QuirkyDisk(rig.real);
        quiet.syncs = false;
        disk = new RecordingDisk(quiet, rig.home);
        rig.disk = disk;
    }

    @AfterEach
    void closeRig() throws IOException {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource(RecordingDisk.Loss.class)
    void whatWasAcknowledgedSurvivesALossOfPowerAnywhereAndNothingOldComesBack(RecordingDisk.Loss loss)
            throws IOException {
        rig.open();
        rig.store.done = call -> disk.said("stored " + call);
        work();
        int size = disk.size();
        assertTrue(size > 150, "the recording holds the work: " + size);
        for (int n = 0; n <= size; n++) {
            check(n, loss, loss + " before change " + n);
        }
    }

    private void put(byte[] payload, ArtefactStore.Received received) {
        ArtefactKey key = key(payload);
        payloads.put(key.toString(), payload);
        rig.spooled.commit(key, received, filled(key, null), INDEX);
        disk.said("acked " + key);
    }

    private void put(int seed) {
        put(text(seed, 300), received(text(seed, 300)));
    }

    private void memo(int seed) {
        ArtefactStore.Received value = received(text(seed, 200));
        values.add(value.facts().storedDigest().toString());
        rig.spooled.putCacheEntry(MEMO, value);
        disk.said("memo " + value.facts().storedDigest());
    }

    private void once() {
        try {
            rig.spool.delivery().once();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void delete(int seed) {
        ArtefactKey key = key(text(seed, 300));
        disk.said("deleting " + key);
        rig.spooled.delete(key);
        disk.said("deleted " + key);
    }

    private void work() throws IOException {
        put(1);
        byte[] large = noise(2, 30_000);
        put(large, upload("in-1", received(large)));
        memo(10);
        rig.deliver();
        memo(11);
        put(3);
        once();
        memo(12);
        memo(13);
        byte[] staged = text(4, 300);
        rig.spooled.stage(key(staged), received(staged));
        put(staged, null);
        memo(14);
        rig.deliver();
        delete(3);
        put(5);
        delete(5);
        // The next process knows nothing of what this one removed last, and may delete it all the same.
        put(8);
        rig.deliver();
        rig.crash();
        delete(8);
        memo(15);
        memo(16);
        byte[] bad = text(6, 300);
        rig.store.refusal = call -> call.equals("commit " + key(bad))
                ? new SurfaceException(ErrorCode.QUOTA_EXCEEDED, "the test's store refuses it")
                : null;
        put(bad, upload("in-2", received(bad)));
        put(7);
        rig.deliver();
        memo(17);
    }

    private ArtefactStore.Received upload(String name, ArtefactStore.Received memory) throws IOException {
        byte[] bytes = ((BlobSource.Bytes) memory.content()).bytes();
        Path file = rig.home.resolve(name);
        try (Disk.OutFile out = disk.create(file)) {
            out.write(bytes, 0, bytes.length);
            out.sync();
        }
        return new ArtefactStore.Received(new BlobSource.LocalFile(file, bytes.length), memory.facts());
    }

    private void check(int n, RecordingDisk.Loss loss, String when) throws IOException {
        Set<String> acked = new HashSet<>();
        Set<String> stored = new HashSet<>();
        Set<String> gone = new HashSet<>();
        String memoStored = null;
        String memoAcked = null;
        for (String said : disk.saidBefore(n)) {
            String[] words = said.split(" ", -1);
            String last = words[words.length - 1];
            switch (words[0]) {
                case "acked" -> acked.add(last);
                case "memo" -> memoAcked = last;
                case "stored" -> {
                    stored.add(last);
                    memoStored = words[1].equals("putCacheEntry") ? last : memoStored;
                }
                case "deleting" -> acked.remove(last);
                default -> gone.add(last);
            }
        }
        try (SpoolRig after = new SpoolRig()) {
            disk.crash(n, loss, n, after.home);
            QuirkyDisk quiet = new QuirkyDisk(after.real);
            quiet.syncs = false;
            after.disk = quiet;
            after.knows = false;
            after.open();
            List<String> delivered = new ArrayList<>();
            after.store.done = call -> delivered.add(call.substring(call.lastIndexOf(' ') + 1));
            after.deliver();
            assertEquals(List.of(), after.rejected, when);
            assertEquals(0, after.spool.depth(), when);
            Set<String> aside = new HashSet<>();
            for (long sequence : SpoolNames.sequences(after.root.resolve("rejected"))) {
                EntryFormat.Front front = SpoolNames.front(after.root.resolve("rejected"), sequence);
                assertTrue(
                        !front.head().outside()
                                || Files.exists(SpoolNames.payload(after.root.resolve("rejected"), sequence)),
                        when);
                aside.add(front.head().key().toString());
            }
            for (String key : acked) {
                assertTrue(
                        stored.contains(key) || delivered.contains(key) || aside.contains(key),
                        () -> when + ": acknowledged and lost: " + key);
            }
            for (String key : delivered) {
                if (payloads.containsKey(key)) {
                    byte[] payload = payloads.get(key);
                    assertArrayEquals(payload, read(after.layout, key(payload)), when);
                    assertNull(gone.contains(key) ? key : null, when + ": deleted and back again");
                }
            }
            int stays = values.indexOf(memoStored);
            for (String value : delivered) {
                if (values.contains(value)) {
                    assertTrue(values.indexOf(value) >= stays, when + ": an older value behind a newer one");
                    stays = values.indexOf(value);
                }
            }
            assertTrue(stays >= values.indexOf(memoAcked), when + ": an acknowledged value lost");
            assertNotNull(after.files("entries"), when);
        }
    }
}
