package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.ACME;
import static io.surfacefs.cache.CacheRig.KIB;
import static io.surfacefs.cache.CacheRig.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.CacheUpkeep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs reads, fetches, writes, deletes, evictions, damage and scrubs of a few objects against each other, in thousands
 * of orders of their single steps, each told by a seed. A read gives bytes that were current while it ran, the quota is
 * kept at every step, and in the end the books are right.
 */
class CacheInterleavingTest {
    private static final int RUNS = 12_000;
    private static final int RUNS_OF_ONE_CACHE = 400;
    private static final int QUOTA = 24 * KIB;

    private enum Act {
        FETCH,
        LOOKUP,
        WRITE,
        DELETE,
        EVICT,
        SCRUB,
        DAMAGE
    }

    /** A value, null for none, and when it was the right one: until the write that replaced it had returned. */
    private static final class Version {
        final byte[] bytes;
        final int from;
        int until = Integer.MAX_VALUE;

        Version(byte[] bytes, int from) {
            this.bytes = bytes;
            this.from = from;
        }
    }

    private final CacheSettings settings =
            CacheSettings.of(QUOTA).withTenantShare(20).withVerifySample(1);
    private final Map<CacheName, List<Version>> history = new HashMap<>();
    private final Map<Act, Integer> taken = new EnumMap<>(Act.class);
    private final List<CacheName> names =
            List.of(entry(ACME, 1), entry(ACME, 2), entry(ACME, 3), entry(OTHER, 1), entry(OTHER, 2));
    private CacheRig rig;
    private Steps steps = new Steps();
    private int now;
    private int versions;
    private int hits;
    private long most;

    private static CacheName entry(Tenant tenant, int n) {
        return new CacheName(CacheName.Group.ENTRY, tenant, "memo", "entry-" + n);
    }

    @BeforeEach
    void makeRig() throws IOException {
        rig = new CacheRig();
        rig.store.beforeOpen = Steps::step;
        rig.store.beforeRead = at -> Steps.step();
    }

    @AfterEach
    void closeRig() throws IOException {
        rig.close();
    }

    private void open() throws IOException {
        QuietDisk disk = new QuietDisk() {
            @Override
            protected void step(String what) {
                Steps.step();
            }
        };
        rig.openStepped(settings, disk, work -> steps.add(work::run));
        assertTrue(rig.engine().stat().complete());
    }

    @Test
    void readsAreRightAndTheQuotaIsKeptInEveryOrderOfSteps() throws Exception {
        for (int seed = 0; seed < RUNS; seed++) {
            if (seed % RUNS_OF_ONE_CACHE == 0) {
                if (seed > 0) {
                    rig.engine().close();
                }
                open();
            }
            try {
                run(new Random(seed));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertEquals(Act.values().length, taken.size());
        assertTrue(hits > RUNS / 4, "reads that hit are among them: " + hits);
        assertTrue(rig.evicted.get() > RUNS / 4, "evictions are among them: " + rig.evicted.get());
        assertTrue(rig.quarantined.get() > RUNS / 20, "damage is among them: " + rig.quarantined.get());
        assertTrue(most > QUOTA * 3L / 4, "the quota was nearly used: " + most);
    }

    private void run(Random random) throws Exception {
        steps = new Steps();
        now = 0;
        history.clear();
        for (CacheName name : names) {
            history.put(name, new ArrayList<>(List.of(new Version(rig.store.objects.get(name), 0))));
        }
        int actors = 2 + random.nextInt(4);
        for (int i = 0; i < actors; i++) {
            Act act = Act.values()[random.nextInt(Act.values().length)];
            CacheName name = names.get(random.nextInt(names.size()));
            int size = 1 + random.nextInt(9 * KIB);
            taken.merge(act, 1, Integer::sum);
            steps.add(() -> act(act, name, size));
        }
        steps.run(random, () -> {
            now++;
            checkQuota();
        });
        checkEnd();
        rig.nanos.addAndGet(random.nextInt(4) * 400_000_000L);
    }

    private void act(Act act, CacheName name, int size) throws Exception {
        switch (act) {
            case FETCH -> read(name, true);
            case LOOKUP -> read(name, false);
            case WRITE -> write(name, size);
            case DELETE -> {
                change(name, null);
            }
            case EVICT -> rig.engine().evictAll(name.tenant());
            case SCRUB -> rig.engine().scrub(Long.MAX_VALUE, read -> {});
            case DAMAGE -> damage(name);
        }
    }

    private void read(CacheName name, boolean fetch) throws IOException {
        int from = now;
        byte[] bytes;
        try {
            bytes = fetch ? rig.fetch(name) : rig.lookup(name);
        } catch (SurfaceException e) {
            // Its bytes changed in the store between two of its looks at them.
            assertEquals(ErrorCode.STORE_UNAVAILABLE, e.code());
            return;
        }
        hits += bytes != null ? 1 : 0;
        if (bytes == null && !fetch) {
            return;
        }
        int to = now;
        boolean lawful = history.get(name).stream()
                .anyMatch(v -> v.from <= to && v.until >= from && Arrays.equals(v.bytes, bytes));
        assertTrue(lawful, () -> name + " read in steps " + from + " to " + to + " was never that");
    }

    private long change(CacheName name, byte[] bytes) {
        List<Version> of = history.get(name);
        if (bytes == null) {
            rig.store.objects.remove(name);
        } else {
            rig.store.objects.put(name, bytes);
        }
        Version before = of.getLast();
        of.add(new Version(bytes, now));
        long epoch = rig.engine().withdraw(name);
        before.until = Math.min(before.until, now);
        return epoch;
    }

    private void write(CacheName name, int size) {
        byte[] bytes =
                ByteBuffer.allocate(size + Integer.BYTES).putInt(++versions).array();
        long before = rig.engine().epoch(name);
        long epoch = change(name, bytes);
        if (epoch == before + 1) {
            Source source = FakeStore.source(bytes);
            rig.engine().put(name, source, epoch, rig.engine().tick());
        }
    }

    private void damage(CacheName name) throws IOException {
        if (!Files.exists(rig.file(name))) {
            return;
        }
        try (FileChannel file = FileChannel.open(rig.file(name), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            long at = file.size() / 2;
            file.read(one, at);
            file.write(one.flip().put(0, (byte) (one.get(0) ^ 1)), at);
        }
    }

    private void checkQuota() {
        try {
            long bytes = CacheRig.fileBytes(rig.root);
            most = Math.max(most, bytes);
            assertTrue(bytes <= QUOTA, "the hard mark is passed: " + bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Nobody runs: what is here is what the store has, and the books say what lies there. */
    private void checkEnd() throws IOException {
        long expected = Ledger.FIXED;
        int entries = 0;
        List<Tenant> tenants = new ArrayList<>();
        for (CacheName name : names) {
            byte[] stored = rig.store.objects.get(name);
            byte[] here = rig.lookup(name);
            if (here != null) {
                assertTrue(Arrays.equals(stored, here), () -> name + " is not what the store has");
                expected += Files.size(rig.file(name)) + Ledger.ENTRY_CHARGE;
                entries++;
                if (!tenants.contains(name.tenant())) {
                    tenants.add(name.tenant());
                }
            } else {
                assertTrue(!Files.exists(rig.file(name)), () -> name + " has a file that nobody knows");
            }
        }
        expected += CacheRig.fileBytes(rig.root.resolve("quarantine")) + (long) tenants.size() * Ledger.TENANT_CHARGE;
        CacheUpkeep.Stat stat = rig.engine().stat();
        assertEquals(entries, stat.entries());
        assertEquals(expected, stat.bytes());
        assertEquals(0, stat.fetches());
        assertEquals(0, stat.failures());
        assertEquals(0, rig.store.open.get());
        assertEquals(0, CacheRig.fileBytes(rig.root.resolve("tmp")));
    }
}
