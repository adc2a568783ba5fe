package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.ACME;
import static io.surfacefs.cache.CacheRig.KIB;
import static io.surfacefs.cache.CacheRig.OTHER;
import static io.surfacefs.cache.CacheRig.name;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.FolderOwnedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept, what goes, and what a start finds again. */
class CacheEngineTest {
    private static final CacheSettings MEGABYTE = CacheSettings.of(1024L * KIB);

    private CacheRig rig;

    @BeforeEach
    void makeRig() throws Exception {
        rig = new CacheRig();
    }

    @AfterEach
    void closeRig() throws Exception {
        rig.close();
    }

    private List<Integer> here(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .filter(n -> rig.isHere(name(n)))
                .boxed()
                .toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void whatWasFetchedIsGivenAgainWithoutTheStore() throws Exception {
        rig.open(MEGABYTE);
        CacheName name = rig.stored(1, 10 * KIB);
        assertNull(rig.lookup(name));
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        rig.engine().close();
        rig.open(MEGABYTE);
        try (CachedObject object = rig.engine().lookup(name)) {
            assertNotNull(object);
            assertArrayEquals(new byte[] {7, 7}, object.meta());
            assertTrue(object.whole());
            Path file = object.bytes().file();
            assertTrue(Files.size(file) > object.bytes().size(), "what it is stands behind the bytes");
        }
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        assertEquals(1, rig.store.opened.get());
    }

    @Test
    void anEmptyObjectIsAnObject() throws Exception {
        rig.open(MEGABYTE);
        CacheName name = rig.stored(1, 0);
        assertArrayEquals(new byte[0], rig.fetch(name));
        assertTrue(rig.put(name));
        assertArrayEquals(new byte[0], rig.lookup(name));
    }

    @Test
    void theOldestGoFirstAndNoMoreThanTheSoftMarkAsks() throws Exception {
        rig.open(MEGABYTE.withEviction(Eviction.FIFO));
        for (int n = 1; n <= 12; n++) {
            assertTrue(rig.put(rig.stored(n, 100 * KIB)));
            rig.isHere(name(1));
            assertTrue(rig.engine().stat().bytes() <= MEGABYTE.quota() / 10 * 9);
        }
        assertEquals(numbers(4, 12), here(1, 12));
        assertEquals(3, rig.evicted.get());
    }

    @Test
    void oneThatWasReadIsPassedOverOnceByDefault() throws Exception {
        rig.open(MEGABYTE);
        for (int n = 1; n <= 9; n++) {
            rig.put(rig.stored(n, 100 * KIB));
        }
        assertTrue(rig.isHere(name(1)));
        rig.put(rig.stored(10, 100 * KIB));
        rig.put(rig.stored(11, 100 * KIB));
        assertFalse(Files.exists(rig.file(name(2))));
        assertFalse(Files.exists(rig.file(name(3))));
        assertTrue(Files.exists(rig.file(name(1))));
    }

    @Test
    void withLruTheOneNotReadForLongestGoes() throws Exception {
        rig.open(MEGABYTE.withEviction(Eviction.LRU));
        for (int n = 1; n <= 9; n++) {
            rig.put(rig.stored(n, 100 * KIB));
        }
        for (int n : new int[] {3, 1, 2}) {
            assertTrue(rig.isHere(name(n)));
        }
        for (int n = 10; n <= 16; n++) {
            rig.put(rig.stored(n, 100 * KIB));
        }
        List<Integer> left = IntStream.rangeClosed(1, 16)
                .filter(n -> Files.exists(rig.file(name(n))))
                .boxed()
                .toList();
        assertEquals(List.of(1, 2, 10, 11, 12, 13, 14, 15, 16), left);
    }

    @Test
    void orderAndReadsSurviveAnOrderlyEnd() throws Exception {
        CacheSettings settings = MEGABYTE.withEviction(Eviction.LRU);
        rig.open(settings);
        for (int n = 1; n <= 9; n++) {
            rig.put(rig.stored(n, 100 * KIB));
        }
        assertTrue(rig.isHere(name(1)));
        rig.put(rig.stored(10, 90 * KIB));
        rig.engine().close();
        rig.open(settings);
        assertEquals(9, rig.engine().stat().entries());
        rig.put(rig.stored(11, 100 * KIB));
        assertFalse(Files.exists(rig.file(name(3))));
        assertTrue(Files.exists(rig.file(name(1))));
    }

    @Test
    void theHardMarkIsNeverPassedNotEvenForAMoment() throws Exception {
        CacheRig measured = rig;
        long[] most = new long[1];
        QuietDisk disk = new QuietDisk() {
            @Override
            protected void step(String what) {
                try {
                    most[0] = Math.max(most[0], measured.fileBytes());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        };
        rig.openOnly(CacheSettings.of(400L * KIB), disk, Waits.REAL);
        assertTrue(rig.engine().awaitRecovery(Duration.ofSeconds(30)));
        for (int n = 1; n <= 60; n++) {
            rig.fetch(rig.stored(n, (n % 7 == 0 ? 250 : 30) * KIB));
            rig.settle();
            if (n % 10 == 0) {
                rig.engine().maintain();
            }
        }
        assertTrue(most[0] > 300L * KIB, "the quota was used: " + most[0]);
        assertTrue(most[0] <= 400L * KIB, "the hard mark was passed: " + most[0]);
    }

    @Test
    void nothingGoesForAFetchThatFailsNorForWhatDoesNotExist() throws Exception {
        rig.open(MEGABYTE);
        for (int n = 1; n <= 9; n++) {
            rig.put(rig.stored(n, 99 * KIB));
        }
        rig.store.breakAt = 1;
        CacheName broken = rig.stored(10, 90 * KIB);
        rig.store.lies = true;
        assertThrows(Exception.class, () -> rig.fetch(broken));
        rig.store.breakAt = Long.MAX_VALUE;
        assertThrows(Exception.class, () -> rig.fetch(broken));
        assertNull(rig.fetch(name(11)));
        rig.settle();
        assertEquals(numbers(1, 9), here(1, 11));
        assertEquals(0, rig.evicted.get());
        assertEquals(0, rig.count("tmp"));
    }

    @Test
    void whatIsLargerThanTheCacheIsReadThroughAndNothingGoesForIt() throws Exception {
        rig.open(MEGABYTE);
        rig.put(rig.stored(1, 100 * KIB));
        CacheName large = rig.stored(2, 2000 * KIB);
        assertArrayEquals(rig.store.objects.get(large), rig.fetch(large));
        assertArrayEquals(rig.store.objects.get(large), rig.fetch(large));
        rig.settle();
        assertEquals(2, rig.store.opened.get() - 1);
        assertEquals(0, rig.store.open.get());
        assertTrue(rig.isHere(name(1)));
    }

    @Test
    void whoeverElsePutsATenantKeepsItsShare() throws Exception {
        rig.open(MEGABYTE.withTenantShare(30));
        for (int n = 1; n <= 4; n++) {
            rig.put(rig.stored(OTHER, n, 80 * KIB));
        }
        for (int n = 100; n < 140; n++) {
            assertTrue(rig.put(rig.stored(n, 50 * KIB)));
        }
        List<Integer> kept = IntStream.rangeClosed(1, 4)
                .filter(n -> rig.isHere(name(OTHER, n)))
                .boxed()
                .toList();
        assertEquals(List.of(2, 3, 4), kept);
        for (int n = 200; n < 220; n++) {
            assertTrue(rig.put(rig.stored(OTHER, n, 50 * KIB)), "its own objects go for its own");
        }
    }

    @Test
    void sharesThatPassTheWholeAreScaledDown() throws Exception {
        rig.open(MEGABYTE.withTenantShare(60));
        for (int n = 1; n <= 20; n++) {
            assertTrue(rig.put(rig.stored(n, 80 * KIB)));
            assertTrue(rig.put(rig.stored(OTHER, n, 80 * KIB)));
        }
        long mine =
                IntStream.rangeClosed(1, 20).filter(n -> rig.isHere(name(n))).count();
        long others = IntStream.rangeClosed(1, 20)
                .filter(n -> rig.isHere(name(OTHER, n)))
                .count();
        assertTrue(mine >= 5 && others >= 5, mine + " and " + others);
    }

    @Test
    void aReaderOfAnEvictedObjectFinishes() throws Exception {
        rig.open(MEGABYTE);
        CacheName name = rig.stored(1, 300 * KIB);
        rig.put(name);
        CachedObject object = rig.engine().lookup(name);
        assertEquals(1, rig.engine().evictAll(ACME).objects());
        assertFalse(Files.exists(rig.file(name)));
        assertArrayEquals(rig.store.objects.get(name), CacheRig.read(object));
        assertEquals(0, rig.engine().evictAll(null).objects());
    }

    @Test
    void whatMayBeDroppedByItsTimeIsServedUntilItIs() throws Exception {
        rig.open(MEGABYTE);
        Instant due = rig.clock.instant().plusSeconds(60);
        rig.store.expires = due.getEpochSecond();
        rig.put(rig.stored(1, KIB));
        rig.store.expires = 0;
        rig.put(rig.stored(2, KIB));
        rig.engine().maintain();
        assertEquals(List.of(1, 2), here(1, 2));
        rig.clock.advance(Duration.ofSeconds(60));
        assertEquals(List.of(1, 2), here(1, 2));
        rig.engine().maintain();
        assertEquals(List.of(2), here(1, 2));
        rig.clock.advance(Duration.ofDays(-30));
        rig.engine().maintain();
        assertEquals(List.of(2), here(1, 2));
    }

    @Test
    void anUncleanEndLosesNothingThatWasKept() throws Exception {
        rig.open(MEGABYTE);
        rig.put(rig.stored(1, KIB));
        rig.put(rig.stored(2, 2 * KIB));
        rig.engine().maintain();
        rig.put(rig.stored(3, KIB));
        rig.engine().withdraw(name(1));
        Path copy = rig.home.resolve("copy");
        copy(rig.root, copy);
        rig.engine().close();
        CacheRig.clear(rig.root);
        Files.move(copy, rig.root);
        Files.writeString(rig.root.resolve("tmp").resolve("left"), "half");
        rig.open(MEGABYTE);
        assertEquals(List.of(2, 3), here(1, 3));
        assertEquals(2, rig.engine().stat().entries());
        assertFalse(Files.exists(rig.root.resolve("tmp").resolve("left")));
    }

    @Test
    void whileNobodyKnowsHowManyBytesThereAreWhatIsThereIsServedAndNothingNewIsKept() throws Exception {
        rig.open(MEGABYTE);
        rig.put(rig.stored(1, KIB));
        rig.engine().maintain();
        Path copy = rig.home.resolve("copy");
        copy(rig.root, copy);
        rig.engine().close();
        CacheRig.clear(rig.root);
        Files.move(copy, rig.root);
        // The walk can't end: what lies there is no file, and can't be deleted.
        Path strange = rig.file(name(1)).resolveSibling("strange");
        Files.createDirectories(strange.resolve("x"));
        rig.openOnly(MEGABYTE, rig.disk, Waits.REAL);
        assertFalse(rig.engine().awaitRecovery(Duration.ofSeconds(30)));
        rig.nanos.addAndGet(Health.PAUSE.toNanos() + 1);
        assertArrayEquals(rig.store.objects.get(name(1)), rig.lookup(name(1)));
        assertFalse(rig.put(rig.stored(2, KIB)));
        assertArrayEquals(rig.store.objects.get(name(2)), rig.fetch(name(2)));
    }

    static void copy(Path from, Path to) throws Exception {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void aSnapshotThatIsTornOrGoneCostsNothingButOrder() throws Exception {
        for (boolean gone : new boolean[] {false, true}) {
            rig.open(MEGABYTE);
            for (int n = 1; n <= 5; n++) {
                rig.put(rig.stored(n, KIB));
            }
            rig.engine().close();
            Path snapshot = rig.root.resolve("index.clean");
            byte[] bytes = Files.readAllBytes(snapshot);
            if (gone) {
                Files.delete(snapshot);
            } else {
                bytes[bytes.length / 2] ^= 1;
                Files.write(snapshot, bytes);
            }
            rig.open(MEGABYTE);
            assertEquals(numbers(1, 5), here(1, 5));
            assertEquals(5, rig.engine().stat().entries());
            rig.engine().close();
        }
        rig.open(MEGABYTE);
    }

    @Test
    void aSmallerQuotaIsKeptFromTheNextStartOn() throws Exception {
        rig.open(MEGABYTE);
        for (int n = 1; n <= 8; n++) {
            rig.put(rig.stored(n, 100 * KIB));
        }
        rig.engine().close();
        rig.open(CacheSettings.of(400L * KIB));
        assertEquals(numbers(6, 8), here(1, 8));
        assertTrue(rig.fileBytes() <= 400L * KIB);
    }

    @Test
    void aSecondOwnerOfTheFolderIsRefusedAndToldWhoHasIt() throws Exception {
        rig.open(MEGABYTE);
        CacheEngine first = rig.engine();
        FolderOwnedException refused =
                assertThrows(FolderOwnedException.class, () -> rig.openOnly(MEGABYTE, rig.disk, Waits.REAL));
        assertTrue(refused.owner().contains("pid=" + ProcessHandle.current().pid() + " host="), refused.owner());
        first.close();
        rig.open(MEGABYTE);
    }

    @Test
    void aNewerFormatIsRefusedWithItsNumber() throws Exception {
        rig.open(MEGABYTE);
        rig.engine().close();
        Files.writeString(rig.root.resolve("format.json"), "{\"format\":2}");
        Exception refused = assertThrows(Exception.class, () -> rig.openOnly(MEGABYTE, rig.disk, Waits.REAL));
        assertTrue(refused.getMessage().contains("format 2"), refused.getMessage());
        Files.writeString(rig.root.resolve("format.json"), "{\"format\":1}");
        rig.open(MEGABYTE);
    }

    @Test
    void aFullDiskIsReadThroughAndUsedAgainWhenThereIsRoom() throws Exception {
        rig.open(MEGABYTE);
        CacheName name = rig.stored(1, 20 * KIB);
        rig.disk.full = true;
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        rig.settle();
        assertFalse(rig.isHere(name));
        assertTrue(rig.engine().stat().failures() > 0);
        rig.disk.full = false;
        rig.nanos.addAndGet(Health.PAUSE.toNanos() + 1);
        assertTrue(rig.put(name));
        assertEquals(0, rig.store.open.get());
    }

    @Test
    void aDiskThatFillsUpInTheMiddleOfAFetchCostsNoReaderAByte() throws Exception {
        rig.open(CacheSettings.of(100L * KIB * KIB));
        CacheName name = rig.stored(1, 5 * KIB * KIB);
        rig.disk.fullAfter = 2L * KIB * KIB;
        assertArrayEquals(rig.store.objects.get(name), rig.fetch(name));
        rig.settle();
        assertFalse(rig.isHere(name));
        assertEquals(0, rig.store.open.get());
    }

    @Test
    void manyTenantsComeAndGo() throws Exception {
        rig.open(MEGABYTE);
        List<CacheName> names = new ArrayList<>();
        for (int n = 0; n < 200; n++) {
            CacheName name = rig.stored(new io.surfacefs.model.Tenant("t" + n), n, 20 * KIB);
            assertTrue(rig.put(name), "tenant " + n);
            names.add(name);
        }
        assertTrue(rig.engine().stat().tenants() < 60);
        assertTrue(rig.isHere(names.getLast()));
    }

    @Test
    void whatCameAfterTheClockWasSetBackIsNewerAllTheSame() throws Exception {
        for (Eviction eviction : Eviction.values()) {
            rig.open(MEGABYTE.withEviction(eviction));
            List<CacheName> names = new ArrayList<>();
            for (int n = 0; n < 60; n++) {
                rig.clock.advance(
                        n == 20 ? Duration.ofHours(-7) : n == 40 ? Duration.ofHours(5) : Duration.ofMillis(1));
                CacheName name = rig.stored(n, 40 * KIB);
                assertTrue(rig.put(name), eviction + " " + n);
                names.add(name);
            }
            rig.engine().maintain();
            int gone = 0;
            while (!rig.isHere(names.get(gone))) {
                gone++;
            }
            assertTrue(gone > 30 && gone < 60 - 15, eviction + ": gone " + gone);
            for (CacheName name : names.subList(gone, names.size())) {
                assertTrue(rig.isHere(name), eviction + " " + name);
            }
            rig.engine().evictAll(null);
            rig.engine().close();
        }
    }
}
