package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.grpc.v1.PrefetchRequest;
import io.surfacefs.grpc.v1.PrefetchResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with its local cache before the buckets of a real S3 server, by way of a wire that counts; what is in the
 * buckets is put there by a second server, which has no cache.
 */
@Tag("versitygw")
class CachedS3IT {
    private static final String KIND = "runtime.delta";
    private static final String PREFETCH = "/api/v1/tenants/" + Rest.TENANT + "/artefacts:prefetch";
    private static final long QUOTA = 24L << 20;
    private static final int ROUNDS = 6;

    @TempDir
    static Path folder;

    private static Versitygw s3;
    private static Relay wire;
    private static SurfaceProcess server;
    private static SurfaceProcess putter;
    private static Rest rest;
    private static Rest store;

    @BeforeAll
    static void start() {
        s3 = Versitygw.start(folder.resolve("s3"));
        s3.makeBucket("surface-cache");
        s3.makeBucket("surface-manifests");
        wire = new Relay(s3.endpoint());
        Map<String, String> plain = environment(s3.endpoint().toString());
        plain.put("SURFACE_CACHE_TYPE", "none");
        SurfaceProcess.Builder second = SurfaceProcess.server(folder.resolve("putter"));
        plain.forEach(second::env);
        putter = second.start();
        server = cached("cached");
        rest = new Rest(server);
        store = new Rest(putter);
    }

    private static Map<String, String> environment(String endpoint) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SURFACE_STORE_TYPE", "s3");
        environment.put("SURFACE_STORE_ENDPOINT", endpoint);
        environment.put("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY);
        return environment;
    }

    /** Nothing is kept in memory, so that what is read comes from the disk or the store. */
    private static Map<String, String> cachedEnvironment() {
        Map<String, String> environment = environment(wire.endpoint().toString());
        environment.put("SURFACE_CACHE_QUOTA", Long.toString(QUOTA));
        environment.put("SURFACE_CACHE_MEMORY_QUOTA", "0");
        environment.put("SURFACE_CACHE_MANIFEST_MAX_AGE", "10m");
        environment.put("SURFACE_CACHE_VERIFY_SAMPLE", "1.0");
        return environment;
    }

    private static SurfaceProcess cached(String home) {
        SurfaceProcess.Builder server =
                SurfaceProcess.server(folder.resolve(home)).jvm("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        cachedEnvironment().forEach(server::env);
        return server.start();
    }

    @AfterAll
    static void stop() {
        rest.close();
        store.close();
        server.close();
        putter.close();
        wire.close();
        s3.close();
    }

    private static String keys(List<String> digests) {
        StringBuilder json = new StringBuilder("{\"keys\":[");
        for (String digest : digests) {
            json.append(json.length() > 10 ? "," : "")
                    .append("{\"kind\":\"" + KIND + "\",\"digest\":\"")
                    .append(digest)
                    .append("\"}");
        }
        return json.append("]}").toString();
    }

    private static Rest.Answer prefetch(List<String> digests) throws IOException {
        return rest.send("POST", PREFETCH, keys(digests).getBytes(StandardCharsets.UTF_8));
    }

    private static long number(Rest.Answer answer, String name) {
        Matcher m = Pattern.compile("\"" + name + "\":([0-9]+)").matcher(answer.text());
        assertTrue(m.find(), answer::text);
        return Long.parseLong(m.group(1));
    }

    private static void evictAll() throws IOException {
        Rest.Answer answer = rest.send("POST", "/api/v1/admin/cache:evict", new byte[0]);
        assertEquals(200, answer.status(), answer::text);
    }

    /** The cache's files of objects that have at least so many bytes. */
    private static List<Path> objects(Path home, long least) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(home.resolve("cache/data"))) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                if (Files.size(file) >= least) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    @Test
    void whatWasPrefetchedIsReadFromHereAndThePrefetchTellsWhatItDid() throws IOException {
        evictAll();
        List<String> digests = new ArrayList<>();
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            payloads.add(Rest.noise(i % 4 == 0 ? 300_000 : 5_000, 100 + i));
            digests.add(store.stored(KIND, payloads.getLast()));
        }
        List<String> asked = new ArrayList<>(digests);
        asked.add(Rest.digest(Rest.noise(9, 9)));
        assertEquals(
                "{\"present\":0,\"fetched\":20,\"missing\":1}", prefetch(asked).text());
        assertEquals(
                "{\"present\":20,\"fetched\":0,\"missing\":1}", prefetch(asked).text());
        long received = wire.received();
        for (int i = 0; i < digests.size(); i++) {
            assertArrayEquals(
                    payloads.get(i), rest.payload(KIND, digests.get(i)).body());
        }
        assertEquals(received, wire.received(), "bytes came from the store");
        Rest.Answer stat = rest.send("GET", "/api/v1/admin/cache", null);
        assertEquals(200, stat.status(), stat::text);
        assertTrue(number(stat, "entries") >= 20, stat::text);
        assertEquals(QUOTA, number(stat, "quotaBytes"));
        assertTrue(number(stat, "bytes") > 5 * 300_000, stat::text);
    }

    @Test
    void grpcPrefetchesToo() throws IOException {
        String digest = store.stored(KIND, Rest.noise(2_000, 201));
        try (GrpcClient grpc = new GrpcClient(server)) {
            PrefetchRequest.Builder request = PrefetchRequest.newBuilder().setTenant(Rest.TENANT);
            request.addKeysBuilder().setKind(KIND).setDigest(digest);
            PrefetchResponse first = grpc.surface().prefetch(request.build());
            assertEquals(List.of(0, 1, 0), List.of(first.getPresent(), first.getFetched(), first.getMissing()));
            PrefetchResponse second = grpc.surface().prefetch(request.build());
            assertEquals(List.of(1, 0, 0), List.of(second.getPresent(), second.getFetched(), second.getMissing()));
        }
    }

    @Test
    void twoHundredWhoMissOneObjectFetchItOnce() throws Exception {
        byte[] bytes = Rest.noise(1_500_000, 300);
        String digest = store.stored(KIND, bytes);
        long before = wire.received();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<byte[]> read = () -> rest.payload(KIND, digest).body();
            List<Future<byte[]>> bodies = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                bodies.add(readers.submit(read));
            }
            for (Future<byte[]> body : bodies) {
                assertArrayEquals(bytes, body.get());
            }
        }
        long fetched = wire.received() - before;
        assertTrue(fetched >= bytes.length && fetched < 2L * bytes.length, fetched + " bytes came from the store");
    }

    @Test
    void anObjectThatWasDamagedHereIsPutAsideAndFetchedAgain() throws IOException {
        evictAll();
        byte[] bytes = Rest.noise(400_000, 400);
        String digest = store.stored(KIND, bytes);
        prefetch(List.of(digest));
        damageOnly();
        assertArrayEquals(bytes, rest.payload(KIND, digest).body());
        assertTrue(
                number(rest.send("GET", "/api/v1/admin/cache", null), "quarantinedBytes") >= bytes.length,
                "what is damaged is put aside");
        prefetch(List.of(digest));
        damageOnly();
        Rest.Answer scrub = rest.send("POST", "/api/v1/admin/cache:scrub", new byte[0]);
        assertEquals(1, number(scrub, "damaged"));
        assertEquals(0, number(rest.send("POST", "/api/v1/admin/cache:scrub", new byte[0]), "damaged"));
        long before = wire.received();
        assertArrayEquals(bytes, rest.payload(KIND, digest).body());
        assertTrue(wire.received() - before >= bytes.length, "it was fetched again");
    }

    private static void damageOnly() throws IOException {
        List<Path> files = objects(folder.resolve("cached"), 400_000);
        assertEquals(1, files.size());
        byte[] content = Files.readAllBytes(files.getFirst());
        content[200_000] ^= 4;
        Files.write(files.getFirst(), content);
    }

    @Test
    void evictionGoesByTenantAndLosesNothing() throws IOException {
        evictAll();
        byte[] bytes = Rest.noise(10_000, 500);
        String digest = store.stored(KIND, bytes);
        prefetch(List.of(digest));
        String evict = "/api/v1/admin/cache:evict?tenant=";
        assertEquals(0, number(rest.send("POST", evict + "other", new byte[0]), "objects"));
        assertEquals(
                "400 INVALID_ARGUMENT",
                rest.send("POST", evict + "No!", new byte[0]).summary());
        assertEquals(2, number(rest.send("POST", evict + Rest.TENANT, new byte[0]), "objects"));
        assertEquals(List.of(), objects(folder.resolve("cached"), 1));
        assertArrayEquals(bytes, rest.payload(KIND, digest).body());
        assertEquals(
                "404 NOT_FOUND", store.send("GET", "/api/v1/admin/cache", null).summary());
        assertEquals(
                "404 NOT_FOUND",
                store.send("POST", "/api/v1/admin/cache:evict", new byte[0]).summary());
    }

    private static SurfaceProcess.Result cli(Path home, String... line) {
        return SurfaceProcess.run(home, cachedEnvironment(), new byte[0], line);
    }

    @Test
    void theCommandLineWorksOnTheServersCacheByItsAddressAndOnOneThatNobodyHas() throws IOException {
        String digest = store.stored(KIND, Rest.noise(20_000, 600));
        prefetch(List.of(digest));
        String endpoint = server.http("").toString();
        Path home = folder.resolve("cached");
        SurfaceProcess.Result far = cli(home, "cache", "stat", "--endpoint", endpoint, "--output", "json");
        assertEquals(0, far.exit(), far::stderr);
        assertTrue(far.out().contains("\"quotaBytes\":" + QUOTA), far::out);
        SurfaceProcess.Result owned = cli(home, "cache", "stat");
        assertEquals(11, owned.exit(), owned::out);
        assertTrue(owned.stderr().contains("SURFACE_CACHE_OWNED"), owned::stderr);
        assertTrue(owned.stderr().contains("pid=" + server.pid()), owned::stderr);
        assertEquals(1, cli(folder.resolve("nowhere"), "cache", "stat").exit());
        SurfaceProcess other = cached("other");
        try (Rest there = new Rest(other)) {
            assertEquals(200, there.payload(KIND, digest).status());
        }
        other.close();
        wire.cutAll(); // the store is not asked
        Path closed = folder.resolve("other");
        assertTrue(cli(closed, "cache", "stat").out().contains(" in 2 entries of 1 tenants"));
        assertTrue(cli(closed, "cache", "scrub").out().contains("checked 2 objects"));
        SurfaceProcess.Result evicted = cli(closed, "cache", "evict", "--output", "json");
        assertTrue(evicted.out().contains("\"objects\":2"), evicted::out);
        assertEquals(List.of(), objects(closed, 1));
    }

    @Test
    void aServerKilledWhileItFillsAndEvictsServesRightBytesAndKeepsItsBound() throws Exception {
        Map<String, byte[]> artefacts = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            byte[] bytes = Rest.noise(i % 5 == 0 ? 2_500_000 : 400_000, 700 + i);
            artefacts.put(store.stored(KIND, bytes), bytes);
        }
        List<String> digests = List.copyOf(artefacts.keySet());
        Random random = new Random(7);
        int partly = 0;
        try (SurfaceProcess killed = cached("killed")) {
            for (int round = 0; round < ROUNDS; round++) {
                readUntilKilled(killed, artefacts, digests, random.nextInt(10, 60), round);
                partly += temporary(killed.home());
                assertTrue(bytesBelow(killed.home()) <= QUOTA, "more than the quota lies there after a kill");
                killed.restart();
                try (Rest there = new Rest(killed)) {
                    String digest = digests.get(random.nextInt(digests.size()));
                    assertArrayEquals(
                            artefacts.get(digest), there.payload(KIND, digest).body());
                }
            }
            try (Rest there = new Rest(killed)) {
                Rest.Answer scrub = there.send("POST", "/api/v1/admin/cache:scrub", new byte[0]);
                assertEquals(0, number(scrub, "damaged"), "no kill left a torn object under a name");
                for (Map.Entry<String, byte[]> artefact : artefacts.entrySet()) {
                    assertArrayEquals(
                            artefact.getValue(),
                            there.payload(KIND, artefact.getKey()).body());
                }
                assertTrue(number(there.send("GET", "/api/v1/admin/cache", null), "bytes") <= QUOTA);
            }
            assertFalse(killed.output().contains("Exception"), killed::output);
        }
        assertTrue(partly > 0, "no kill met a fill");
    }

    private static void readUntilKilled(
            SurfaceProcess killed, Map<String, byte[]> artefacts, List<String> digests, int after, int round)
            throws Exception {
        CountDownLatch enough = new CountDownLatch(after);
        List<Throwable> wrong = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        try (Rest there = new Rest(killed)) {
            for (int i = 0; i < 6; i++) {
                Random random = new Random(100L * round + i);
                readers.add(Thread.ofVirtual().start(() -> {
                    try {
                        while (true) {
                            String digest = digests.get(random.nextInt(digests.size()));
                            assertArrayEquals(
                                    artefacts.get(digest),
                                    there.payload(KIND, digest).body());
                            enough.countDown();
                        }
                    } catch (IOException gone) {
                        // killed
                    } catch (AssertionError e) {
                        synchronized (wrong) {
                            wrong.add(e);
                        }
                    }
                }));
            }
            boolean reached = enough.await(60, TimeUnit.SECONDS);
            killed.kill9();
            for (Thread reader : readers) {
                reader.join();
            }
            assertTrue(reached, killed::output);
            assertEquals(List.of(), wrong);
        }
    }

    private static int temporary(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("cache/tmp"))) {
            return (int) files.count();
        }
    }

    private static long bytesBelow(Path home) throws IOException {
        long sum = 0;
        try (Stream<Path> walk = Files.walk(home.resolve("cache"))) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                try {
                    sum += Files.size(file);
                } catch (NoSuchFileException e) {
                    throw new IllegalStateException("nobody runs on it", e);
                }
            }
        }
        return sum;
    }
}
