package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.KIB;
import static io.surfacefs.cache.CacheRig.name;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.CacheUpkeep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that are not what they should be: put aside, counted, fetched again. */
class DamageTest {
    private static final CacheSettings SETTINGS = CacheSettings.of(64L * KIB * KIB);

    /** What may become of a file. */
    enum Damage {
        FLIPPED_AT_THE_START,
        FLIPPED_IN_THE_TRAILER,
        CUT,
        EMPTIED,
        GROWN,
        SWAPPED,
        GONE
    }

    private CacheRig rig;

    @BeforeEach
    void openCache() throws Exception {
        rig = new CacheRig();
        rig.open(SETTINGS);
    }

    @AfterEach
    void closeCache() throws Exception {
        rig.close();
    }

    private void damage(Damage damage, CacheName name, CacheName other) throws Exception {
        Path file = rig.file(name);
        byte[] bytes = Files.readAllBytes(file);
        switch (damage) {
            case FLIPPED_AT_THE_START -> bytes[0] ^= 1;
            case FLIPPED_IN_THE_TRAILER -> bytes[bytes.length - 20] ^= 1;
            case CUT -> bytes = Arrays.copyOf(bytes, bytes.length / 2);
            case EMPTIED -> bytes = new byte[0];
            case GROWN -> bytes = Arrays.copyOf(bytes, bytes.length + 1);
            case SWAPPED -> bytes = Files.readAllBytes(rig.file(other));
            case GONE -> {
                Files.delete(file);
                return;
            }
        }
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void aSmallObjectDamagedWhileWeWereAwayIsFetchedAgain(Damage damage) throws Exception {
        CacheName name = rig.stored(1, 10 * KIB);
        rig.put(name);
        rig.put(rig.stored(2, 10 * KIB));
        rig.engine().close();
        damage(damage, name, name(2));
        rig.open(SETTINGS);
        checkFetchedAgain(damage, name);
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void aLargeObjectDamagedUnderUsIsSeenByASampledRead(Damage damage) throws Exception {
        rig.engine().close();
        rig.open(SETTINGS.withVerifySample(1));
        CacheName name = rig.stored(1, 3 * KIB * KIB);
        rig.put(name);
        rig.put(rig.stored(2, 10 * KIB));
        damage(damage, name, name(2));
        checkFetchedAgain(damage, name);
    }

    private void checkFetchedAgain(Damage damage, CacheName name) throws Exception {
        int asked = rig.store.opened.get();
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        rig.settle();
        assertEquals(asked + 1, rig.store.opened.get());
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        assertEquals(asked + 1, rig.store.opened.get());
        assertEquals(damage == Damage.GONE ? 0 : 1, rig.quarantined.get());
        assertEquals(damage == Damage.GONE ? 0 : 1, rig.count("quarantine"));
        assertEquals(2, rig.engine().stat().entries());
    }

    @Test
    void theScrubberFindsWhatNobodyReads() throws Exception {
        for (int n = 1; n <= 20; n++) {
            rig.put(rig.stored(n, 20 * KIB));
        }
        damage(Damage.FLIPPED_AT_THE_START, name(3), name(4));
        damage(Damage.CUT, name(5), name(4));
        damage(Damage.SWAPPED, name(7), name(4));
        CacheUpkeep.Scrubbed scrubbed = rig.engine().scrub(Long.MAX_VALUE, read -> {});
        assertEquals(20, scrubbed.objects());
        assertEquals(3, scrubbed.damaged());
        assertEquals(17, rig.engine().stat().entries());
        assertTrue(rig.engine().stat().quarantinedBytes() > 40 * KIB);
        assertEquals(0, rig.engine().scrub(Long.MAX_VALUE, read -> {}).damaged());
    }

    @Test
    void quarantineHasABoundAndCounts() throws Exception {
        rig.engine().close();
        rig.open(CacheSettings.of(1024L * KIB).withVerifySample(1));
        for (int n = 1; n <= 10; n++) {
            CacheName name = rig.stored(n, 20 * KIB);
            rig.put(name);
            damage(Damage.FLIPPED_AT_THE_START, name, name);
            rig.fetch(name);
            rig.settle();
        }
        assertEquals(10, rig.quarantined.get());
        long aside = rig.engine().stat().quarantinedBytes();
        assertEquals(CacheRig.fileBytes(rig.root.resolve("quarantine")), aside);
        assertTrue(aside > 0 && aside <= 1024 * KIB / 20, "aside: " + aside);
        rig.engine().close();
        rig.open(CacheSettings.of(1024L * KIB));
        assertEquals(aside, rig.engine().stat().quarantinedBytes());
    }
}
