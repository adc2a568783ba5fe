package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads and downloads as clients really are: early, late, waiting for leave, gone. */
class RestUploadIT {
    private static final int LARGE = 24 << 20;

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static Rest rest;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.start(folder.resolve("home"));
        rest = new Rest(server);
    }

    @AfterAll
    static void stop() {
        rest.close();
        server.close();
        assertFalse(server.output().contains("Exception"), server.output());
    }

    private static RawConnection put(String tenant, String digest, String... headers) throws IOException {
        return new RawConnection(server, 0)
                .request("PUT", "/api/v1/tenants/" + tenant + "/payloads/up/" + digest, headers);
    }

    @Test
    void aClientThatAsksForLeaveGetsItAndThenSends() throws IOException {
        byte[] body = Rest.noise(100_000, 1);
        try (RawConnection client = put("acme", Rest.digest(body), "Expect: 100-continue", "Content-Length: 100000")) {
            assertEquals(100, client.head().status());
            client.send(body, 0, body.length);
            assertEquals(201, client.head().status());
        }
    }

    @Test
    void aClientThatAsksForLeaveInVainNeedNotSend() throws IOException {
        try (RawConnection client =
                put("ACME", Rest.digest(new byte[0]), "Expect: 100-continue", "Content-Length: 100000000000")) {
            RawConnection.Head head = client.head();
            assertEquals(400, head.status());
            assertTrue(
                    new String(client.read((int) head.length()), StandardCharsets.UTF_8).contains("INVALID_ARGUMENT"));
            assertThrows(EOFException.class, client::head);
        }
    }

    @Test
    void aRefusedClientThatGoesOnSendingStillReadsWhy() throws IOException {
        byte[] piece = new byte[1 << 20];
        try (RawConnection client = put("ACME", Rest.digest(piece), "Content-Length: " + LARGE)) {
            for (int sent = 0; sent < LARGE; sent += piece.length) {
                client.send(piece, 0, piece.length);
            }
            RawConnection.Head head = client.head();
            assertEquals(400, head.status());
            assertTrue(
                    new String(client.read((int) head.length()), StandardCharsets.UTF_8).contains("not a tenant name"));
            assertThrows(EOFException.class, client::head);
        }
    }

    @Test
    void aConnectionOutlivesASmallRefusedBody() throws IOException {
        byte[] body = new byte[10_000];
        try (RawConnection client = put("ACME", Rest.digest(body), "Content-Length: 10000")) {
            RawConnection.Head refused = client.head();
            assertEquals(400, refused.status());
            client.read((int) refused.length());
            client.send(body, 0, body.length);
            client.request("PUT", Rest.payloadPath("up", Rest.digest(body)), "Content-Length: 10000");
            client.send(body, 0, body.length);
            assertEquals(201, client.head().status());
        }
    }

    @Test
    void aClientThatVanishesInTheMiddleLeavesNothing() throws IOException {
        byte[] body = Rest.noise(LARGE, 3);
        Map<String, String> before = StoreSnapshot.of(server);
        RawConnection client = put("acme", Rest.digest(body), "Content-Length: " + LARGE);
        client.send(body, 0, LARGE / 2);
        client.vanish();
        StoreFolder store = StoreFolder.of(server);
        Patience.until(() -> store.temporary().isEmpty(), () -> "temporary files: " + store.temporary());
        assertEquals(before, StoreSnapshot.of(server));
        assertEquals(404, rest.payload("up", Rest.digest(body)).status());
    }

    @Test
    void chunksOfAnySizeMakeOneBody() throws IOException {
        byte[] body = Rest.noise(300_000, 4);
        try (RawConnection client = put("acme", Rest.digest(body), "Transfer-Encoding: chunked")) {
            int at = 0;
            for (int size = 1; at < body.length; size = size * 3 + 1) {
                int n = Math.min(size, body.length - at);
                byte[] head = (Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                client.send(head, 0, head.length);
                client.send(body, at, n);
                client.send(new byte[] {'\r', '\n'}, 0, 2);
                at += n;
            }
            client.send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 0, 5);
            assertEquals(201, client.head().status());
        }
        assertEquals(
                Rest.digest(body),
                Rest.digest(rest.payload("up", Rest.digest(body)).body()));
    }

    /**
     * More of them than may hold decoded blocks at a time, so that a further one is served only when they give theirs
     * up.
     */
    @Test
    void readersWhoStopKeepNobodyFromReadingAndGetEveryByteWhenTheyGoOn() throws IOException {
        byte[] body = Rest.noise(LARGE, 5);
        String digest = rest.stored("slow", body);
        String stored = Rest.digest(
                rest.payload("slow", digest, "Accept-Encoding", "zstd").body());
        int readers = 10 * Runtime.getRuntime().availableProcessors();
        List<RawConnection> stopped = new ArrayList<>();
        List<RawConnection.Head> heads = new ArrayList<>();
        try {
            for (int i = 0; i < readers; i++) {
                RawConnection client = new RawConnection(server, 32 * 1024);
                stopped.add(client);
                client.request("GET", Rest.payloadPath("slow", digest), "Accept-Encoding: " + encoding(i));
                heads.add(client.head());
            }
            assertEquals(digest, Rest.digest(rest.payload("slow", digest).body()));
            for (int i = 0; i < readers; i++) {
                String found =
                        stopped.get(i).digestOfRest(new byte[0], heads.get(i).length());
                assertEquals(encoding(i).equals("zstd") ? stored : digest, found);
            }
        } finally {
            for (RawConnection client : stopped) {
                client.close();
            }
        }
    }

    private static String encoding(int reader) {
        return reader % 10 == 0 ? "zstd" : "identity";
    }

    @Test
    void readersWhoVanishLeaveNothingOpen() throws IOException {
        byte[] body = Rest.noise(LARGE, 6);
        String digest = rest.stored("gone", body);
        long sockets = ProcFs.sockets(server.pid());
        for (int i = 0; i < 20; i++) {
            RawConnection client = new RawConnection(server, 32 * 1024);
            client.request(
                    "GET", Rest.payloadPath("gone", digest), "Accept-Encoding: " + (i % 2 == 0 ? "identity" : "zstd"));
            client.head();
            client.read(1000);
            client.vanish();
        }
        Path bucket = server.home().resolve("store/surface-cache");
        Patience.until(
                () -> ProcFs.files(server.pid(), bucket).isEmpty() && ProcFs.sockets(server.pid()) <= sockets,
                () -> ProcFs.files(server.pid(), bucket) + " and sockets: " + ProcFs.sockets(server.pid()));
        assertEquals(200, rest.payload("gone", digest).status());
    }
}
