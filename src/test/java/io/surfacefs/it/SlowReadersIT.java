package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many readers that have asked for much and take nothing: they cost little, and nobody else waits for them. */
class SlowReadersIT {
    private static final String KIND = "entrytrace.graph";
    private static final int READERS = 60;

    /** Far above what a reader may cost, far below the 16 MiB that each has asked for. */
    private static final long BYTES_EACH = 2 << 20;

    @TempDir
    Path folder;

    private record Reader(RawConnection connection, boolean stored, long length, byte[] start) {}

    @Test
    void readersThatStallCostLittleKeepNobodyWaitingAndGetTheirBytesInTheEnd() throws Exception {
        // A heap that is there from the beginning, so that what grows is what readers cost, and that is too small for
        // all
        // they asked for.
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("home"))
                        .env("SURFACE_CACHE_MEMORY_QUOTA", "16M")
                        .jvm("-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch")
                        .start();
                Rest rest = new Rest(server)) {
            String digest = rest.stored(KIND, Rest.noise(16 << 20, 1));
            byte[] small = Rest.noise(1_000, 2);
            String hot = rest.stored(KIND, small);
            for (int i = 0; i < 3; i++) {
                assertEquals(200, rest.payload(KIND, digest).status());
                assertEquals(
                        200,
                        rest.payload(KIND, digest, "Accept-Encoding", "zstd").status());
            }
            String storedDigest =
                    Rest.digest(Files.readAllBytes(StoreFolder.of(server).payload(KIND, digest)));

            long before = ProcFs.resident(server.pid());
            List<Reader> readers = new ArrayList<>();
            try {
                for (int i = 0; i < READERS; i++) {
                    readers.add(stalled(server, digest, i % 2 == 0));
                }
                assertArrayEquals(small, rest.payload(KIND, hot).body());
                for (int size : new int[] {2_000, 2_000_000}) {
                    byte[] bytes = Rest.noise(size, 3);
                    assertArrayEquals(
                            bytes, rest.payload(KIND, rest.stored(KIND, bytes)).body());
                }
                long grown = ProcFs.resident(server.pid()) - before;
                assertTrue(grown < READERS * BYTES_EACH, () -> grown / READERS + " bytes for each reader");

                for (Reader reader : readers.subList(0, 8)) {
                    assertEquals(
                            reader.stored() ? storedDigest : digest,
                            reader.connection().digestOfRest(reader.start(), reader.length()));
                }
            } finally {
                for (Reader reader : readers) {
                    reader.connection().vanish();
                }
            }
            assertTrue(server.isAlive());
        }
    }

    private static Reader stalled(SurfaceProcess server, String digest, boolean stored) throws Exception {
        RawConnection connection = new RawConnection(server, 32_768);
        connection.request("GET", Rest.payloadPath(KIND, digest), "Accept-Encoding: " + (stored ? "zstd" : "identity"));
        RawConnection.Head head = connection.head();
        assertEquals(200, head.status());
        return new Reader(connection, stored, head.length(), connection.read(64_000));
    }
}
