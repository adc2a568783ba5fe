package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose disk, a small tmpfs that the test mounts, runs full. */
class FullDiskIT {
    private static final String KIND = "layer.fragments";
    private static final String IMAGE = "sha256:" + "fd".repeat(32);

    /** Sizes that take different ways to the disk. */
    private static final int[] SIZES = {3_000, 150_000, 400_000, 1_500_000};

    /** How often each client is refused before it stops. */
    private static final int REFUSALS = 5;

    @TempDir
    Path folder;

    private Path disk;

    /** What was sent by digest, and how it was answered. */
    private final Map<String, byte[]> acknowledged = new ConcurrentHashMap<>();

    private final Map<String, byte[]> refused = new ConcurrentHashMap<>();
    private final Set<String> answers = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", disk.toString());
    }

    private static void run(String... line) throws Exception {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> String.join(" ", line) + " hangs");
        assertEquals(
                0,
                process.exitValue(),
                () -> "this test mounts a tmpfs, for which it must be root: " + String.join(" ", line) + ": " + said);
    }

    @Test
    void aFullDiskRefusesPutsLosesNothingServesOnAndTakesPutsAgainOnceThereIsRoom() throws Exception {
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_STORE_ROOT", disk.toString())
                .start()) {
            try (Rest rest = new Rest(server)) {
                fill(rest);
                assertEquals(Set.of("201", "507 DISK_FULL"), answers, server::output);
                check(rest);
            }
            server.kill9();
            server.restart();
            try (Rest rest = new Rest(server)) {
                check(rest);
                run("mount", "-o", "remount,size=100m", disk.toString());
                for (byte[] bytes : refused.values()) {
                    rest.stored(KIND, bytes, "Surface-Image-Digest", IMAGE);
                }
                acknowledged.putAll(refused);
                check(rest);
            }
            StoreFolder store = new StoreFolder(disk);
            Patience.until(() -> store.temporary().isEmpty(), () -> "temporary files: " + store.temporary());
            assertFalse(server.output().contains("code=INTERNAL"), server::output);
        }
    }

    @Test
    void aDeleteOnAFullDiskSucceedsOrIsRefusedNeverHalfAndIsTakenOnceThereIsRoom() throws Exception {
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_STORE_ROOT", disk.toString())
                .env("SURFACE_RETENTION_DELETE", "any")
                .start()) {
            Map<String, byte[]> deleted = new TreeMap<>();
            try (Rest rest = new Rest(server)) {
                fill(rest);
                Set<String> outcomes = new TreeSet<>();
                for (String digest : new TreeSet<>(acknowledged.keySet())) {
                    Rest.Answer answer = rest.delete(KIND, digest);
                    outcomes.add(answer.summary());
                    if (answer.status() == 204) {
                        deleted.put(digest, acknowledged.remove(digest));
                    }
                }
                outcomes.removeAll(Set.of("204", "507 DISK_FULL"));
                assertEquals(Set.of(), outcomes, server::output);
                check(rest);
                assertGone(rest, deleted.keySet());
            }
            server.kill9();
            server.restart();
            try (Rest rest = new Rest(server)) {
                check(rest);
                assertGone(rest, deleted.keySet());
                run("mount", "-o", "remount,size=100m", disk.toString());
                for (String digest : acknowledged.keySet()) {
                    assertEquals(204, rest.delete(KIND, digest).status());
                }
                assertGone(rest, acknowledged.keySet());
                for (byte[] bytes : deleted.values()) {
                    assertEquals(
                            201,
                            rest.put(KIND, bytes, "Surface-Image-Digest", IMAGE).status());
                }
                acknowledged.clear();
                acknowledged.putAll(deleted);
                check(rest);
            }
            assertFalse(server.output().contains("code=INTERNAL"), server::output);
        }
    }

    private static void assertGone(Rest rest, Set<String> digests) throws IOException {
        Set<String> listed = rest.listed(IMAGE);
        for (String digest : digests) {
            assertEquals("404 NOT_FOUND", rest.manifest(KIND, digest).summary());
            assertEquals("404 NOT_FOUND", rest.payload(KIND, digest).summary());
            assertFalse(listed.contains(digest), digest);
        }
    }

    /** Several clients put until each was refused some times. */
    private void fill(Rest rest) throws Exception {
        List<Thread> clients = new ArrayList<>();
        for (int size : SIZES) {
            clients.add(Thread.ofVirtual().start(() -> put(rest, size)));
        }
        for (Thread client : clients) {
            client.join();
        }
    }

    private void put(Rest rest, int size) {
        try {
            int refusals = 0;
            for (int i = 0; refusals < REFUSALS; i++) {
                byte[] bytes = Rest.noise(size, 1_000L * size + i);
                Rest.Answer answer = rest.put(KIND, bytes, "Surface-Image-Digest", IMAGE);
                answers.add(answer.summary());
                (answer.status() == 201 ? acknowledged : refused).put(Rest.digest(bytes), bytes);
                refusals += answer.status() == 201 ? 0 : 1;
            }
        } catch (IOException e) {
            answers.add(e.toString());
        }
    }

    private void check(Rest rest) throws IOException {
        Set<String> listed = rest.listed(IMAGE);
        for (Map.Entry<String, byte[]> sent : acknowledged.entrySet()) {
            assertTrue(listed.contains(sent.getKey()), "not listed: " + sent.getKey());
            assertEquals(200, rest.manifest(KIND, sent.getKey()).status());
            assertArrayEquals(sent.getValue(), rest.payload(KIND, sent.getKey()).body());
        }
        for (Map.Entry<String, byte[]> sent : refused.entrySet()) {
            Rest.Answer payload = rest.payload(KIND, sent.getKey());
            if (payload.status() == 200) {
                assertArrayEquals(sent.getValue(), payload.body());
            } else {
                assertEquals("404 NOT_FOUND", payload.summary());
                assertFalse(listed.contains(sent.getKey()) && !acknowledged.containsKey(sent.getKey()));
            }
        }
    }
}
