package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import io.surfacefs.grpc.v1.StatPayloadRequest;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What streams do when the other side is slow, breaks off or goes away. */
@Timeout(300)
class GrpcStreamsIT {
    private static final int SIZE = 64 << 20;
    private static final int READERS = 40;

    /** Held by a stalled reader: one message, its buffers, and the connection. */
    private static final long BYTES_PER_READER = 3 << 20;

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static GrpcClient client;
    private static byte[] content;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.start(folder.resolve("home"));
        client = new GrpcClient(server);
        content = new byte[SIZE];
        new Random(1).nextBytes(content); // does not shrink, so that both encodings are long
        client.put(header(), content);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static PutManifestHeader header() {
        return PutManifestHeader.newBuilder().setTenant("acme").setKind("k").build();
    }

    private static GetPayloadRequest request(Encoding encoding) {
        return GetPayloadRequest.newBuilder()
                .setTenant("acme")
                .setKind("k")
                .setDigest(GrpcClient.digest(content))
                .setEncoding(encoding)
                .build();
    }

    /** A reader that takes a few messages and then no more until it is told to. */
    private static final class StalledReader
            implements ClientResponseObserver<GetPayloadRequest, GetPayloadResponse>, AutoCloseable {
        private final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                .usePlaintext()
                .flowControlWindow(1 << 20)
                .build();
        private final CompletableFuture<Void> began = new CompletableFuture<>();
        private final CompletableFuture<Long> ended = new CompletableFuture<>();
        private ClientCallStreamObserver<GetPayloadRequest> call;
        private long received;

        StalledReader(Encoding encoding) {
            SurfaceFsGrpc.newStub(channel)
                    .withDeadlineAfter(200, TimeUnit.SECONDS)
                    .getPayload(request(encoding), this);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<GetPayloadRequest> stream) {
            call = stream;
            stream.disableAutoRequestWithInitial(2);
        }

        @Override
        public void onNext(GetPayloadResponse message) {
            received += message.getChunk().size();
            if (message.hasChunk()) {
                began.complete(null);
            }
        }

        @Override
        public void onError(Throwable failure) {
            began.completeExceptionally(failure);
            ended.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            ended.complete(received);
        }

        @Override
        public void close() {
            call.cancel("done", null);
            channel.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"IDENTITY", "ZSTD"})
    void stalledReadersCostLittleStopNobodyAndGetTheRestWhenTheyWake(Encoding encoding) throws Exception {
        long before = residentBytes();
        List<StalledReader> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                readers.add(new StalledReader(encoding));
            }
            for (StalledReader reader : readers) {
                reader.began.get(100, TimeUnit.SECONDS);
            }
            byte[] small = new byte[300_000];
            client.put(header(), small);
            assertArrayEquals(
                    small,
                    client.get(request(Encoding.IDENTITY).toBuilder()
                                    .setDigest(GrpcClient.digest(small))
                                    .build())
                            .bytes());
            long growth = residentBytes() - before;
            assertTrue(growth < 256_000_000 + READERS * BYTES_PER_READER, "grew by " + growth);
            StalledReader woken = readers.get(READERS / 2);
            woken.call.request(Integer.MAX_VALUE);
            assertTrue(woken.ended.get(100, TimeUnit.SECONDS) >= SIZE);
        } finally {
            readers.forEach(StalledReader::close);
        }
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IllegalStateException("no VmRSS");
    }

    @Test
    void aReaderThatBreaksOffEndsItsCall() {
        for (int i = 0; i < 20; i++) {
            StalledReader reader = new StalledReader(Encoding.IDENTITY);
            reader.began.join();
            reader.close();
            assertThrows(Exception.class, reader.ended::join);
        }
        assertEquals(SIZE, client.get(request(Encoding.IDENTITY)).bytes().length);
    }

    @Test
    void anUploadThatBreaksOffLeavesNothing() throws Exception {
        byte[] part = new byte[500_000];
        new Random(2).nextBytes(part);
        for (boolean rudely : new boolean[] {false, true}) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                    .usePlaintext()
                    .build();
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            StreamObserver<PutManifestRequest> upload = SurfaceFsGrpc.newStub(channel)
                    .putManifest(new StreamObserver<>() {
                        @Override
                        public void onNext(PutManifestResponse answer) {
                            ended.complete(new AssertionError("answered " + answer));
                        }

                        @Override
                        public void onError(Throwable failure) {
                            ended.complete(failure);
                        }

                        @Override
                        public void onCompleted() {}
                    });
            upload.onNext(PutManifestRequest.newBuilder().setHeader(header()).build());
            for (int i = 0; i < 8; i++) {
                upload.onNext(PutManifestRequest.newBuilder()
                        .setChunk(ByteString.copyFrom(part))
                        .build());
            }
            if (rudely) {
                channel.shutdownNow();
            } else {
                upload.onError(Status.CANCELLED.asRuntimeException());
            }
            assertEquals(
                    StatusRuntimeException.class,
                    ended.get(60, TimeUnit.SECONDS).getClass());
            channel.shutdownNow();
        }
        byte[] sent = new byte[8 * part.length];
        for (int i = 0; i < 8; i++) {
            System.arraycopy(part, 0, sent, i * part.length, part.length);
        }
        StatPayloadRequest stat = StatPayloadRequest.newBuilder()
                .setTenant("acme")
                .setKind("k")
                .setDigest(GrpcClient.digest(sent))
                .build();
        StatusRuntimeException error = assertThrows(
                StatusRuntimeException.class, () -> client.surface().statPayload(stat));
        assertEquals("NOT_FOUND NOT_FOUND", GrpcClient.code(error));
        awaitNoTemporaryFiles();
    }

    @Test
    void whatRunsWhenTheServerIsToldToStopComesToItsEnd() throws Exception {
        StalledReader reader = new StalledReader(Encoding.IDENTITY);
        reader.began.get(100, TimeUnit.SECONDS);
        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(server::stop);
        StatPayloadRequest stat = StatPayloadRequest.newBuilder()
                .setTenant("acme")
                .setKind("k")
                .setDigest(GrpcClient.digest(content))
                .build();
        StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> {
            while (!exit.isDone()) {
                client.surface().statPayload(stat);
            }
        });
        assertEquals("OVERLOADED UNAVAILABLE", GrpcClient.code(refused));
        reader.call.request(Integer.MAX_VALUE);
        assertEquals(SIZE, reader.ended.get(100, TimeUnit.SECONDS));
        exit.get(60, TimeUnit.SECONDS);
        reader.close();
        server.restart();
    }

    /**
     * The server notices a vanished client on its own time; every look asks it for something, so it is no busy loop.
     */
    private static void awaitNoTemporaryFiles() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            client.get(request(Encoding.ZSTD));
            try (var files = Files.walk(server.home().resolve("store/tmp"))) {
                // Lock files stay, and are short.
                List<Path> left = files.filter(Files::isRegularFile)
                        .filter(file -> file.toFile().length() > 4096)
                        .toList();
                if (left.isEmpty()) {
                    return;
                }
                assertTrue(System.nanoTime() < deadline, left.toString());
            }
        }
    }
}
