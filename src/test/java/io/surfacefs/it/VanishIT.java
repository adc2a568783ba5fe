package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that vanish in the middle leave nothing open: no file, no socket, no place among the puts. */
class VanishIT {
    private static final String KIND = "layer.fragments";

    /** How many puts the server takes at a time: a few that leaked would be noticed. */
    private static final int PUTS = 3;

    private static final int ROUNDS = 4;
    private static final int READERS = 24;

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static StoreFolder store;
    private static String digest;
    private static long sockets;

    @BeforeAll
    static void start() throws IOException {
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_LIMITS_CONCURRENT_PUTS", Integer.toString(PUTS))
                .start();
        store = StoreFolder.of(server);
        try (Rest rest = new Rest(server)) {
            digest = rest.stored(KIND, Rest.noise(16 << 20, 1));
            rest.payload(KIND, digest);
        }
        // All connections of ours are gone: what is left is what it listens on.
        long[] before = {-1};
        Patience.until(
                () -> {
                    long last = before[0];
                    before[0] = ProcFs.sockets(server.pid());
                    return before[0] == last && open().isEmpty();
                },
                VanishIT::state);
        sockets = before[0];
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** The files of payloads and uploads that the server has open. */
    private static List<String> open() {
        return ProcFs.files(server.pid(), server.home()).stream()
                .filter(file -> file.contains("payload.json.zst") || file.contains("/in-"))
                .toList();
    }

    private static String state() {
        return ProcFs.sockets(server.pid()) + " sockets, " + sockets + " before; open files " + open()
                + "; temporary files " + store.temporary() + "\n" + server.output();
    }

    private static void awaitNothingOpen() {
        Patience.until(
                () -> ProcFs.sockets(server.pid()) <= sockets
                        && open().isEmpty()
                        && store.temporary().isEmpty(),
                VanishIT::state);
    }

    /** A client that vanishes is an everyday thing, not worth a stack trace in the log. */
    private static void assertNoTrace() {
        assertFalse(server.output().contains("\tat "), server::output);
    }

    /** As many uploads as there are places, of which none may be taken: all succeed. */
    private static void assertAllPlacesFree(int seed) throws IOException {
        byte[] upload = Rest.noise(1_200_000, seed);
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < PUTS; i++) {
            RawConnection client = new RawConnection(server, 0);
            clients.add(client);
            client.request("POST", Rest.putPath(KIND), "Content-Length: " + upload.length);
            client.send(upload, 0, upload.length - 1);
        }
        for (RawConnection client : clients) {
            client.send(upload, upload.length - 1, 1);
        }
        List<Integer> answers = new ArrayList<>();
        for (RawConnection client : clients) {
            answers.add(client.head().status() / 100);
            client.close();
        }
        assertEquals(List.of(2, 2, 2), answers, server::output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 5000000", "Transfer-Encoding: chunked"})
    void uploadersThatVanishLeaveNothingOpen(String length) throws IOException {
        boolean chunked = length.startsWith("Transfer");
        // More than what is held in memory, so that each upload has an intake file.
        byte[] part = Rest.noise(4_000_000, 3);
        byte[] size = (Integer.toHexString(part.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < ROUNDS; round++) {
            List<RawConnection> clients = new ArrayList<>();
            for (int i = 0; i < PUTS; i++) {
                RawConnection client = new RawConnection(server, 0);
                clients.add(client);
                client.request("POST", Rest.putPath(KIND), length);
                if (chunked) {
                    client.send(size, 0, size.length);
                }
                client.send(part, 0, part.length);
            }
            Patience.until(() -> store.temporary().size() == PUTS, VanishIT::state);
            for (RawConnection client : clients) {
                if (round % 2 == 0) {
                    client.vanish();
                } else {
                    client.close();
                }
            }
            awaitNothingOpen();
        }
        assertAllPlacesFree(chunked ? 21 : 20);
        awaitNothingOpen();
        assertNoTrace();
    }

    @Test
    void uploadersThatVanishBeforeTheirFirstByteOrInTheHeadLeaveNothingOpen() throws IOException {
        for (int i = 0; i < 2 * PUTS; i++) {
            try (RawConnection client = new RawConnection(server, 0)) {
                client.request("POST", Rest.putPath(KIND), "Content-Length: 5000000");
            }
            RawConnection half = new RawConnection(server, 0);
            half.send("POST /api/v1/ten".getBytes(StandardCharsets.US_ASCII), 0, 16);
            half.vanish();
        }
        awaitNothingOpen();
        assertAllPlacesFree(22);
        assertNoTrace();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept-Encoding: zstd", "Accept-Encoding: identity", "Range: bytes=1000-15000000"})
    void readersThatVanishLeaveNothingOpen(String header) throws IOException {
        List<RawConnection> clients = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            RawConnection client = new RawConnection(server, 32_768);
            clients.add(client);
            client.request("GET", Rest.payloadPath(KIND, digest), header);
        }
        for (RawConnection client : clients) {
            assertEquals(2, client.head().status() / 100);
            client.read(100_000);
        }
        Patience.until(() -> open().size() >= READERS, VanishIT::state);
        for (int i = 0; i < READERS; i++) {
            if (i % 2 == 0) {
                clients.get(i).vanish();
            } else {
                clients.get(i).close();
            }
        }
        awaitNothingOpen();
        try (Rest rest = new Rest(server)) {
            assertEquals(digest, Rest.digest(rest.payload(KIND, digest).body()));
        }
        awaitNothingOpen();
        assertNoTrace();
    }
}
