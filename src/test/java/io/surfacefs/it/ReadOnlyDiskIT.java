package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar whose cache lies on a disk, a tmpfs that the test mounts, which becomes read-only under it. */
class ReadOnlyDiskIT {
    private static final String KIND = "runtime.delta";

    /** Sizes that take different ways through the cache. */
    private static final int[] SIZES = {3_000, 150_000, 1_500_000};

    @TempDir
    Path folder;

    private Path disk;
    private SurfaceProcess service;
    private SurfaceProcess sidecar;

    @BeforeEach
    void start() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
        Path cache = Files.createDirectory(disk.resolve("cache"));
        // What is held open for writing can't be made read-only; a disk that breaks doesn't ask.
        Path lock = Files.createFile(folder.resolve("owner.lock"));
        Path mounted = Files.createFile(cache.resolve("owner.lock"));
        run("mount", "--bind", lock.toString(), mounted.toString());
        service = SurfaceProcess.server(folder.resolve("service"))
                .env("SURFACE_RETENTION_DELETE", "any")
                .jvm("-Xmx128m")
                .start();
        sidecar = SurfaceProcess.server(folder.resolve("sidecar"))
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                .env("SURFACE_CACHE_ROOT", cache.toString())
                .env("SURFACE_CACHE_QUOTA", "32M")
                .env("SURFACE_CACHE_MEMORY_QUOTA", "0")
                .env("SURFACE_CACHE_MANIFEST_MAX_AGE", "1s")
                .env("SURFACE_RETENTION_DELETE", "any")
                .jvm("-Xmx128m")
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        if (sidecar != null) {
            sidecar.close();
        }
        if (service != null) {
            service.close();
        }
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

    private static Map<String, byte[]> put(Rest rest, int seed) throws IOException {
        Map<String, byte[]> put = new LinkedHashMap<>();
        for (int size : SIZES) {
            byte[] bytes = Rest.noise(size, seed + size);
            assertEquals(201, rest.put(KIND, bytes).status());
            put.put(Rest.digest(bytes), bytes);
        }
        return put;
    }

    private static void assertServed(Rest rest, Map<String, byte[]> all) {
        all.forEach((digest, bytes) -> {
            try {
                assertArrayEquals(bytes, rest.payload(KIND, digest).body());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private long objects() {
        try (Stream<Path> walk = Files.walk(disk.resolve("cache/data"))) {
            return walk.filter(Files::isRegularFile).count();
        } catch (IOException | UncheckedIOException e) {
            return 0; // one went while it was looked at
        }
    }

    @Test
    void aCacheWhoseDiskBecomesReadOnlyIsReadThroughAndUsedAgainOnceItTakesWrites() throws Exception {
        try (Rest here = new Rest(sidecar);
                Rest there = new Rest(service)) {
            Map<String, byte[]> before = put(there, 1);
            assertServed(here, before);
            Patience.until(() -> objects() >= SIZES.length, () -> "nothing is kept");

            run("mount", "-o", "remount,ro", disk.toString());
            Map<String, byte[]> during = put(there, 2);
            assertServed(here, during);
            assertServed(here, before);
            Map<String, byte[]> through = put(here, 3);
            assertServed(here, through);
            String gone = before.keySet().iterator().next();
            before.remove(gone);
            assertEquals(204, here.delete(KIND, gone).status());
            assertEquals("404 NOT_FOUND", here.payload(KIND, gone).summary());
            assertEquals("404 NOT_FOUND", here.manifest(KIND, gone).summary());

            run("mount", "-o", "remount,rw", disk.toString());
            long files = objects();
            Patience.until(
                    () -> {
                        assertServed(here, during);
                        return objects() >= files + SIZES.length;
                    },
                    () -> "the disk is not used again: " + sidecar.output());
            assertServed(here, before);
            assertServed(here, through);
            assertEquals("404 NOT_FOUND", here.payload(KIND, gone).summary());
        }
        assertFalse(sidecar.output().contains("code=INTERNAL"), sidecar::output);
    }
}
