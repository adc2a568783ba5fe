package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.KIB;
import static io.surfacefs.cache.CacheRig.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.RecordingDisk;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Replays every state that a loss of power can leave, at each change of the disk: the cache opens, gives nothing torn,
 * still has what it had kept, and never what was withdrawn.
 */
class CacheLostPowerTest {
    private static final CacheSettings SETTINGS =
            CacheSettings.of(400L * KIB).withVerifySample(0).withEviction(Eviction.FIFO);
    private static final int OBJECTS = 14;

    private CacheRig rig;

    @BeforeEach
    void makeRig() throws Exception {
        rig = new CacheRig();
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource(RecordingDisk.Loss.class)
    void nothingTornIsGivenAfterALossOfPowerAnywhere(RecordingDisk.Loss loss) throws Exception {
        Files.createDirectory(rig.root);
        RecordingDisk disk = new RecordingDisk(rig.disk, rig.root);
        work(disk);
        rig.engine().close();
        int size = disk.size();
        assertTrue(size > 100, "the recording holds the work: " + size);
        for (int n = 0; n <= size; n++) {
            CacheRig.clear(rig.root);
            Files.createDirectory(rig.root);
            disk.crash(n, loss, n, rig.root);
            check(disk.saidBefore(n), loss + " before change " + n);
        }
    }

    private void work(RecordingDisk disk) throws Exception {
        rig.openOnly(SETTINGS, disk, Waits.REAL);
        assertTrue(rig.engine().awaitRecovery(Duration.ofSeconds(30)));
        for (int n = 1; n <= OBJECTS; n++) {
            rig.clock.advance(Duration.ofMillis(5));
            rig.stored(n, n % 3 == 0 ? 60 * KIB : 20 * KIB);
            rig.put(name(n));
            disk.said("kept " + n);
            if (n == 5 || n == 11) {
                disk.said("going " + n);
                rig.engine().withdraw(name(n));
                disk.said("gone " + n);
            }
            if (n == 7) {
                rig.engine().maintain();
            }
            if (n == 9) {
                rig.engine().close();
                rig.openOnly(SETTINGS, disk, Waits.REAL);
                assertTrue(rig.engine().awaitRecovery(Duration.ofSeconds(30)));
            }
        }
        disk.said("evicted 0");
        rig.engine().evictAll(null);
    }

    private void check(List<String> said, String when) throws Exception {
        Map<Integer, String> last = new TreeMap<>();
        boolean evicted = false;
        for (String line : said) {
            String[] words = line.split(" ", -1);
            last.put(Integer.parseInt(words[1]), words[0]);
            evicted |= words[0].equals("evicted");
        }
        // Without the quarantine's help: a torn file must not even have got its name.
        rig.quarantined.set(0);
        rig.openOnly(SETTINGS, rig.disk, Waits.REAL);
        try {
            assertTrue(rig.engine().awaitRecovery(Duration.ofSeconds(30)), when);
            int newest = last.keySet().stream().reduce(0, Math::max);
            for (int n = 1; n <= OBJECTS; n++) {
                byte[] here = rig.lookup(name(n));
                assertTrue(here == null || Arrays.equals(rig.store.objects.get(name(n)), here), when);
                String state = last.getOrDefault(n, "");
                if (state.equals("gone")) {
                    assertEquals(null, here, when + ": withdrawn, and back again: " + n);
                }
                // The newest is the last to be evicted, whatever is being done to others.
                if (state.equals("kept") && n == newest && n < OBJECTS && !evicted) {
                    assertTrue(here != null, when + ": kept, and lost: " + n);
                }
            }
            assertEquals(0, rig.quarantined.get(), when);
            assertTrue(rig.fileBytes() <= SETTINGS.quota(), when);
        } finally {
            rig.engine().close();
        }
    }
}
