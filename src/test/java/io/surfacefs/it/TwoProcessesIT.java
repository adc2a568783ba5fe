package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers, and the command line beside them, on one data folder: the first owns it, the others are guests. */
class TwoProcessesIT {
    private static final String KIND = "runtime.delta";
    private static final int[] SIZES = {500, 60_000, 300_000, 1_300_000};

    @TempDir
    static Path folder;

    private static SurfaceProcess first;
    private static SurfaceProcess second;
    private static Rest owner;
    private static Rest guest;

    @BeforeAll
    static void start() {
        first = server();
        second = server();
        owner = new Rest(first);
        guest = new Rest(second);
    }

    private static SurfaceProcess server() {
        return SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_RETENTION_DELETE", "any")
                // Else what the other one deletes is remembered for a while.
                .env("SURFACE_CACHE_TYPE", "none")
                .start();
    }

    @AfterAll
    static void stop() {
        owner.close();
        guest.close();
        first.close();
        second.close();
    }

    @Test
    void eachSeesWhatTheOtherPutsAndOfTwoWritersOfOneArtefactTheFirstWins() throws Exception {
        String image = "sha256:" + "2b".repeat(32);
        Set<String> put = new HashSet<>();
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                byte[] bytes = Rest.noise(SIZES[i % SIZES.length], 4_000 + i);
                put.add(Rest.digest(bytes));
                Callable<Rest.Answer> plain = () -> owner.put(KIND, bytes, "Surface-Image-Digest", image);
                Callable<Rest.Answer> encoded = () -> guest.put(
                        KIND, Zstd.compress(bytes, 7), "Surface-Image-Digest", image, "Content-Encoding", "zstd");
                List<Rest.Answer> answers = new ArrayList<>();
                for (Future<Rest.Answer> answer : both.invokeAll(List.of(plain, encoded))) {
                    answers.add(answer.get());
                }
                assertEquals(
                        401,
                        answers.stream().mapToInt(Rest.Answer::status).sum(),
                        () -> answers.getFirst().text() + answers.getLast().text());
                assertSame(bytes);
            }
        }
        assertEquals(put, owner.listed(image));
        assertEquals(put, guest.listed(image));
    }

    /** Both tell of one artefact, and it is the one that is stored. */
    private static void assertSame(byte[] bytes) throws IOException {
        String digest = Rest.digest(bytes);
        String manifest = owner.manifest(KIND, digest).text();
        assertEquals(manifest, guest.manifest(KIND, digest).text());
        byte[] stored = owner.payload(KIND, digest, "Accept-Encoding", "zstd").body();
        assertTrue(manifest.contains("\"sha256\":\"" + Rest.digest(stored)), manifest);
        assertArrayEquals(
                stored, guest.payload(KIND, digest, "Accept-Encoding", "zstd").body());
        assertArrayEquals(bytes, owner.payload(KIND, digest).body());
        assertArrayEquals(bytes, guest.payload(KIND, digest).body());
    }

    @Test
    void onlyTheOwnerDeletes() throws IOException {
        byte[] bytes = Rest.noise(20_000, 1);
        String digest = guest.stored(KIND, bytes);
        Map<String, String> before = StoreSnapshot.of(first);
        Rest.Answer refused = guest.delete(KIND, digest);
        assertEquals("503 STORE_UNAVAILABLE", refused.summary());
        assertTrue(refused.text().contains("--endpoint"), refused::text);
        assertEquals(
                "503 STORE_UNAVAILABLE",
                guest.send("POST", "/api/v1/admin/gc", null).summary());
        assertEquals(before, StoreSnapshot.of(first));
        assertSame(bytes);
        assertEquals(204, owner.delete(KIND, digest).status());
        for (Rest each : List.of(owner, guest)) {
            assertEquals(404, each.manifest(KIND, digest).status());
            assertEquals(404, each.payload(KIND, digest).status());
        }
        assertEquals(201, guest.put(KIND, bytes).status());
        assertSame(bytes);
    }

    @Test
    void theCommandLinePutsAndGetsBesideARunningServer() throws IOException {
        byte[] bytes = Rest.noise(1_500_000, 2);
        Path home = folder.resolve("home");
        SurfaceProcess.Result put =
                SurfaceProcess.run(home, Map.of(), bytes, "put", "--tenant", Rest.TENANT, "--kind", KIND, "-");
        assertEquals(0, put.exit(), put::stderr);
        assertSame(bytes);
        byte[] other = Rest.noise(3_000, 3);
        SurfaceProcess.Result get =
                SurfaceProcess.run(home, "get", "--tenant", Rest.TENANT, "--kind", KIND, owner.stored(KIND, other));
        assertEquals(0, get.exit(), get::stderr);
        assertArrayEquals(other, get.stdout());
    }

    @Test
    void theGuestGoesOnWhenTheOwnerDiesAndWhoComesNextOwnsTheFolder() throws IOException {
        List<byte[]> artefacts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            artefacts.add(Rest.noise(SIZES[i % SIZES.length], 9_000 + i));
            (i % 2 == 0 ? owner : guest).stored(KIND, artefacts.getLast());
        }
        first.kill9();
        byte[] between = Rest.noise(2_000, 5);
        String digest = guest.stored(KIND, between);
        assertEquals("503 STORE_UNAVAILABLE", guest.delete(KIND, digest).summary());

        StoreFolder store = StoreFolder.of(first);
        first.restart();
        assertEquals(2, store.runs().size(), "folders of temporary files: one each, none of the dead");
        artefacts.add(between);
        for (byte[] bytes : artefacts) {
            assertSame(bytes);
        }
        assertEquals(204, owner.delete(KIND, digest).status());

        second.kill9();
        byte[] after = Rest.noise(1_100_000, 6);
        owner.stored(KIND, after);
        second.restart();
        assertSame(after);
        assertEquals(404, guest.payload(KIND, digest).status());
        assertTrue(store.temporary().stream().noneMatch(Files::exists), () -> "" + store.temporary());
    }
}
