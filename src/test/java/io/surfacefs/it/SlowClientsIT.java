package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that hold a place by sending next to nothing are given up; those that are only slow are served. */
class SlowClientsIT {
    private static final String LIST = "/api/v1/tenants/acme/manifests";

    /** What the server is told to wait; the lawful clients here take several times that. */
    private static final long LIMIT_MILLIS = 1000;

    private static final int PIECES = 40;

    @TempDir
    static Path folder;

    private static SurfaceProcess server;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_LIMITS_HEADER_TIMEOUT", LIMIT_MILLIS + "ms")
                .env("SURFACE_LIMITS_BODY_TIMEOUT", LIMIT_MILLIS + "ms")
                .env("SURFACE_LIMITS_BODY_RATE", "2000")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void pause(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        Patience.until(() -> System.nanoTime() - end >= 0, () -> "time stands still");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads what still comes, up to the server's close. */
    private static void assertClosed(RawConnection client) {
        assertThrows(IOException.class, () -> client.read(100_000));
    }

    @Test
    void aConnectionThatNeverSendsIsClosed() throws IOException {
        try (RawConnection client = new RawConnection(server, 0)) {
            assertClosed(client);
        }
    }

    @Test
    void aHeadThatComesByteByByteIsNotWaitedFor() throws IOException {
        try (RawConnection client = new RawConnection(server, 0)) {
            byte[] head = ascii("GET " + LIST + " HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x".repeat(15_000));
            assertThrows(SocketException.class, () -> {
                for (int at = 0; ; at++) {
                    client.send(head, at, 1);
                    pause(5);
                }
            });
        }
    }

    @Test
    void aConnectionIsKeptForAWhileAndNotForEver() throws IOException {
        try (RawConnection client = new RawConnection(server, 0)) {
            for (int i = 0; i < 5; i++) {
                RawConnection.Head head = client.request("GET", LIST).head();
                assertEquals(200, head.status());
                client.read((int) head.length());
                pause(LIMIT_MILLIS / 4);
            }
            assertClosed(client);
        }
    }

    @Test
    void aConnectionOfHttp2WithoutARequestIsClosedAndSoIsOneWhoseHeaderNeverEnds() throws IOException {
        try (RawHttp2 idle = RawHttp2.open(server.httpPort());
                RawHttp2 endless = RawHttp2.open(server.httpPort());
                RawHttp2 silent = RawHttp2.silent(server.httpPort())) {
            byte[] block = endless.header("GET", LIST);
            endless.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, endless.stream(), Arrays.copyOf(block, 3));
            assertNull(idle.await(frame -> false));
            assertNull(endless.await(frame -> false));
            assertNull(silent.await(frame -> false));
        }
    }

    @Test
    void aRequestThatIsAnsweredAndNeverEndsIsEnded() throws IOException {
        try (RawHttp2 client = RawHttp2.open(server.httpPort())) {
            int stream = client.request(true, "GET", LIST);
            RawHttp2.Answer answer = client.answer(stream, true);
            assertEquals(200, answer.status());
            assertTrue(answer.whole());
            assertEquals(RawHttp2.NO_ERROR, answer.reset());
        }
    }

    @Test
    void aBodyThatTricklesIsRefused() throws IOException {
        try (RawConnection client = new RawConnection(server, 0)) {
            client.request("POST", Rest.putPath("slow"), "Content-Length: 5000000");
            CompletableFuture<RawConnection.Head> answer = new CompletableFuture<>();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(client.head());
                } catch (IOException e) {
                    answer.completeExceptionally(e);
                }
            });
            while (reader.isAlive()) {
                client.send(new byte[1], 0, 1);
                pause(20);
            }
            assertEquals(400, answer.join().status());
            assertTrue(new String(client.read((int) answer.join().length()), StandardCharsets.UTF_8)
                    .contains("too slowly"));
        }
    }

    @Test
    void aBodyThatIsSlowButGoesOnIsTaken() throws IOException {
        byte[] body = Rest.noise(PIECES * 2000, 1);
        try (RawConnection client = new RawConnection(server, 0)) {
            client.request("POST", Rest.putPath("slow"), "Content-Length: " + body.length);
            for (int i = 0; i < PIECES; i++) {
                pause(3 * LIMIT_MILLIS / PIECES);
                client.send(body, i * 2000, 2000);
            }
            assertEquals(201, client.head().status());
        }
    }

    @Test
    void aSlowReaderGetsEveryByte() throws IOException {
        byte[] body = Rest.noise(16 << 20, 2);
        try (Rest rest = new Rest(server)) {
            rest.stored("slow", body);
        }
        String digest = Rest.digest(body);
        try (RawConnection client = new RawConnection(server, 32_768)) {
            RawConnection.Head head = client.request("GET", Rest.payloadPath("slow", digest), "Accept-Encoding: zstd")
                    .head();
            pause(3 * LIMIT_MILLIS);
            byte[] first = client.read(100_000);
            pause(2 * LIMIT_MILLIS);
            assertNotNull(client.digestOfRest(first, head.length()));
        }
    }

    @Test
    void overGrpcTooABodyThatTricklesIsRefusedAndOneThatIsSlowIsTaken() {
        try (GrpcClient client = new GrpcClient(server)) {
            byte[] body = Rest.noise(PIECES * 2000, 3);
            Status trickled = upload(client, body, 1, 20);
            assertEquals(Status.Code.INVALID_ARGUMENT, trickled.getCode());
            assertTrue(trickled.getDescription().contains("too slowly"), trickled::getDescription);
            assertEquals(
                    Status.Code.OK,
                    upload(client, body, 2000, 3 * LIMIT_MILLIS / PIECES).getCode());
        }
    }

    /** A message of gRPC as it stands in DATA frames. */
    private static byte[] message(MessageLite message) {
        byte[] bytes = message.toByteArray();
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static int call(RawHttp2 client, String method) throws IOException {
        return client.request(true, "POST", "/" + method, "content-type", "application/grpc", "te", "trailers");
    }

    private static String ended(RawHttp2 client, int stream) throws IOException {
        RawHttp2.Answer answer = client.answer(stream);
        return answer.status() + " " + answer.grpc();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "surfacefs.v1.SurfaceFs/GetManifest",
                "surfacefs.v1.SurfaceFs/GetPayload",
                "surfacefs.v1.SurfaceFs/PutPayload",
                "surfacefs.v1.SurfaceCache/Put",
                "grpc.health.v1.Health/Check",
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
            })
    void aCallWhoseRequestNeverComesIsEndedAndItsNeighbourGoesOn(String method) throws IOException {
        byte[] begun = message(FindMissingRequest.newBuilder()
                .setTenant(Rest.TENANT)
                .addKeys(Key.newBuilder().setKind("slow").setDigest("x".repeat(5000)))
                .build());
        try (RawHttp2 client = RawHttp2.open(server.grpcPort())) {
            int silent = call(client, method);
            assertEquals("200 " + Status.Code.INVALID_ARGUMENT.value(), ended(client, silent));
            int broken = call(client, method);
            client.frame(RawHttp2.DATA, 0, broken, Arrays.copyOf(begun, 100));
            assertEquals("200 " + Status.Code.INVALID_ARGUMENT.value(), ended(client, broken));
            int lawful = call(client, "grpc.health.v1.Health/Check");
            client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, lawful, new byte[5]);
            assertEquals("200 0", ended(client, lawful));
        }
    }

    @Test
    void aCallThatTheClientNeverEndsIsEndedThoughItsOneRequestIsWhole() throws IOException {
        byte[] list =
                message(ListManifestsRequest.newBuilder().setTenant(Rest.TENANT).build());
        try (RawHttp2 client = RawHttp2.open(server.grpcPort())) {
            int open = call(client, "surfacefs.v1.SurfaceFs/ListManifests");
            client.frame(RawHttp2.DATA, 0, open, list);
            assertEquals("200 " + Status.Code.INVALID_ARGUMENT.value(), ended(client, open));
            int lawful = call(client, "surfacefs.v1.SurfaceFs/ListManifests");
            client.frame(RawHttp2.DATA, 0, lawful, list);
            client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, lawful, new byte[0]);
            assertEquals("200 0", ended(client, lawful));
        }
    }

    @Test
    void aRequestThatComesByteByByteIsNotWaitedForAndOneThatIsOnlySlowIs() throws IOException {
        FindMissingRequest.Builder keys = FindMissingRequest.newBuilder().setTenant(Rest.TENANT);
        for (int i = 0; i < 500; i++) { // whose answer fits the window that a client has at first
            keys.addKeys(Key.newBuilder().setKind("slow").setDigest(Rest.digest(Rest.noise(10, i))));
        }
        byte[] request = message(keys.build());
        assertEquals("200 " + Status.Code.INVALID_ARGUMENT.value(), sent("FindMissing", request, 1, 20));
        assertEquals("200 0", sent("FindMissing", request, 1250, 3 * LIMIT_MILLIS / PIECES));
    }

    @Test
    void anUploadOfOneLargeChunkThatIsSlowButGoesOnIsTaken() throws IOException {
        byte[] body = Rest.noise(PIECES * 2000, 4);
        byte[] header = message(PutPayloadRequest.newBuilder()
                .setHeader(PutPayloadHeader.newBuilder()
                        .setTenant(Rest.TENANT)
                        .setKind("slow")
                        .setDigest(Rest.digest(body)))
                .build());
        byte[] chunk = message(PutPayloadRequest.newBuilder()
                .setChunk(ByteString.copyFrom(body))
                .build());
        byte[] upload = Arrays.copyOf(header, header.length + chunk.length);
        System.arraycopy(chunk, 0, upload, header.length, chunk.length);
        assertEquals("200 0", sent("PutPayload", upload, 2000, 3 * LIMIT_MILLIS / PIECES));
    }

    /** Sends a request piece by piece, with a pause behind each, until it is whole or the call is over. */
    private static String sent(String method, byte[] request, int piece, long pause) throws IOException {
        try (RawHttp2 client = RawHttp2.open(server.grpcPort())) {
            int stream = call(client, "surfacefs.v1.SurfaceFs/" + method);
            CompletableFuture<String> end = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    end.complete(ended(client, stream));
                } catch (IOException e) {
                    end.completeExceptionally(e);
                }
            });
            for (int at = 0; at < request.length && !end.isDone(); at += piece) {
                int to = Math.min(request.length, at + piece);
                int flags = to == request.length ? RawHttp2.END_STREAM : 0;
                client.frame(RawHttp2.DATA, flags, stream, Arrays.copyOfRange(request, at, to));
                pause(pause);
            }
            return end.join();
        }
    }

    /** Sends an upload piece by piece, with a pause before each, until it is whole, refused, or late. */
    private static Status upload(GrpcClient client, byte[] body, int piece, long pause) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        StreamObserver<PutPayloadRequest> out = client.surfaceStream().putPayload(new StreamObserver<>() {
            @Override
            public void onNext(PutPayloadResponse value) {}

            @Override
            public void onError(Throwable t) {
                end.complete(Status.fromThrowable(t));
            }

            @Override
            public void onCompleted() {
                end.complete(Status.OK);
            }
        });
        out.onNext(PutPayloadRequest.newBuilder()
                .setHeader(PutPayloadHeader.newBuilder()
                        .setTenant(Rest.TENANT)
                        .setKind("slow")
                        .setDigest(Rest.digest(body))
                        .setEncoding(Encoding.IDENTITY))
                .build());
        for (int at = 0; at < body.length && !end.isDone(); at += piece) {
            pause(pause);
            out.onNext(PutPayloadRequest.newBuilder()
                    .setChunk(ByteString.copyFrom(body, at, piece))
                    .build());
        }
        if (!end.isDone()) {
            out.onCompleted();
        }
        return end.join();
    }
}
