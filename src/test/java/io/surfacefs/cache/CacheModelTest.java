package io.surfacefs.cache;

import static io.surfacefs.cache.CacheRig.KIB;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.Tenant;
import io.surfacefs.store.CacheUpkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Drives the cache and a simple model through the same random histories, with orderly ends and crashes, and compares
 * what is there after every step, to the byte.
 */
class CacheModelTest {
    private static final int HISTORIES = 120;
    private static final int LENGTH = 80;
    private static final List<Tenant> TENANTS = List.of(new Tenant("a"), new Tenant("b"), new Tenant("c"));

    private CacheRig rig;
    private CacheModel model;
    private CacheSettings settings;

    private static CacheName name(Random random) {
        Tenant tenant = TENANTS.get(random.nextInt(TENANTS.size()));
        return new CacheName(CacheName.Group.ENTRY, tenant, "memo", "entry-" + random.nextInt(12));
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void whatIsThereIsWhatTheModelSays(Eviction eviction) throws Exception {
        for (int seed = 0; seed < HISTORIES; seed++) {
            Random random = new Random(seed);
            settings = CacheSettings.of((100 + random.nextInt(200)) * (long) KIB)
                    .withEviction(eviction)
                    .withTenantShare(random.nextInt(60));
            model = new CacheModel(settings);
            try (CacheRig fresh = new CacheRig()) {
                rig = fresh;
                rig.open(settings);
                for (int i = 0; i < LENGTH; i++) {
                    rig.clock.advance(Duration.ofMillis(1));
                    String did = step(random);
                    compare("seed " + seed + " step " + i + " " + did);
                    if (did.equals("crash") && eviction != Eviction.FIFO) {
                        break; // the order of reads is lost with a crash, and nothing else
                    }
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private String step(Random random) throws Exception {
        CacheName name = name(random);
        return switch (random.nextInt(20)) {
            case 0 -> {
                rig.engine().withdraw(name);
                model.remove(name);
                yield "withdraw";
            }
            case 1 -> {
                rig.engine().evictAll(name.tenant());
                model.removeAll(name.tenant());
                yield "evict";
            }
            case 2 -> {
                rig.clock.advance(Duration.ofSeconds(random.nextInt(100)));
                rig.engine().maintain();
                model.expire(rig.clock.instant().getEpochSecond());
                yield "maintain";
            }
            case 3 -> {
                rig.engine().close();
                rig.open(settings);
                model.reopened();
                yield "reopen";
            }
            case 4 -> {
                crash();
                model.reopened();
                yield "crash";
            }
            case 5, 6, 7, 8, 9, 10 -> {
                byte[] here = rig.lookup(name);
                assertEquals(model.read(name), here != null, "lookup of " + name);
                if (here != null) {
                    assertArrayEquals(rig.store.objects.get(name), here);
                }
                yield "lookup";
            }
            default -> {
                byte[] bytes = CacheRig.noise(random.nextInt(), random.nextInt(10) == 0 ? 90 * KIB : 20 * KIB);
                rig.store.objects.put(name, bytes);
                rig.store.expires =
                        random.nextInt(3) == 0 ? rig.clock.instant().getEpochSecond() + random.nextInt(300) : 0;
                rig.engine().withdraw(name);
                model.remove(name);
                rig.put(name);
                model.put(name, bytes, rig.store.expires, rig.clock.millis());
                yield "put";
            }
        };
    }

    /** The process dies: what lies in the folder stays as it is. */
    private void crash() throws Exception {
        Path copy = rig.home.resolve("copy");
        CacheEngineTest.copy(rig.root, copy);
        Files.writeString(copy.resolve("tmp").resolve("half"), "half an object");
        rig.engine().close();
        CacheRig.clear(rig.root);
        Files.move(copy, rig.root);
        rig.open(settings);
    }

    private void compare(String when) throws IOException {
        Set<String> there = new TreeSet<>();
        try (Stream<Path> files = Files.walk(rig.root.resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                there.add(file.getFileName().toString());
            }
        }
        Set<String> expected = new TreeSet<>();
        for (String text : model.names()) {
            String[] part = text.split("/", -1);
            expected.add(new CacheName(CacheName.Group.ENTRY, new Tenant(part[1]), part[2], part[3])
                    .hash()
                    .fileName());
        }
        assertEquals(expected, there, when);
        CacheUpkeep.Stat stat = rig.engine().stat();
        assertEquals(model.used(), stat.bytes(), when);
        assertTrue(rig.fileBytes() <= settings.quota(), when);
    }
}
