package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM lets finish what runs, within a limit. */
class ShutdownIT {
    private static final String KIND = "layer-entry-trace";
    /** What a program that is ended by SIGTERM exits with. */
    private static final int TERMINATED = 128 + 15;

    /** What of an upload is sent at first: enough that what is not held in memory any more lies in an intake file. */
    private static final int SENT = 4_000_000;

    @TempDir
    Path folder;

    private final byte[] large = Rest.noise(16 << 20, 1);
    private final byte[] upload = Rest.noise(5_000_000, 2);
    private String digest;

    private SurfaceProcess started(String... environment) throws IOException {
        SurfaceProcess.Builder builder = SurfaceProcess.server(folder.resolve("home"));
        for (int i = 0; i < environment.length; i += 2) {
            builder.env(environment[i], environment[i + 1]);
        }
        SurfaceProcess server = builder.start();
        try (Rest rest = new Rest(server)) {
            digest = rest.stored(KIND, large);
        }
        return server;
    }

    private void awaitStopping(SurfaceProcess server) {
        Patience.until(
                () -> {
                    try (RawConnection late = new RawConnection(server, 0)) {
                        return late.request("GET", Rest.manifestPath(KIND, digest))
                                        .head()
                                        .status()
                                != 200;
                    } catch (IOException refused) {
                        return true;
                    }
                },
                () -> "the server takes new requests as if nothing had happened\n" + server.output());
    }

    @Test
    void uploadsAndDownloadsOverRestThatRunAreFinishedAndNoNewOnesBegun() throws Exception {
        try (SurfaceProcess server = started();
                RawConnection put = new RawConnection(server, 0);
                RawConnection stored = new RawConnection(server, 32_768);
                RawConnection decoded = new RawConnection(server, 32_768)) {
            put.request("POST", Rest.putPath(KIND), "Content-Length: " + upload.length);
            put.send(upload, 0, SENT);
            RawConnection.Head storedHead = stored.request(
                            "GET", Rest.payloadPath(KIND, digest), "Accept-Encoding: zstd")
                    .head();
            byte[] storedStart = stored.read(1_000_000);
            RawConnection.Head decodedHead =
                    decoded.request("GET", Rest.payloadPath(KIND, digest)).head();
            byte[] decodedStart = decoded.read(1_000_000);

            server.terminate();
            awaitStopping(server);
            assertTrue(server.isAlive(), "it did not wait for what runs\n" + server.output());

            put.send(upload, SENT, upload.length - SENT);
            assertEquals(201, put.head().status());
            assertEquals(digest, decoded.digestOfRest(decodedStart, decodedHead.length()));
            assertEquals(
                    Rest.digest(Files.readAllBytes(StoreFolder.of(server).payload(KIND, digest))),
                    stored.digestOfRest(storedStart, storedHead.length()));
            assertEquals(TERMINATED, server.awaitExit());
            assertTrue(server.output().contains("stopped"), server.output());

            assertEquals(0, StoreFolder.of(server).runs().size(), "its temporary files are gone");
            server.restart();
            try (Rest rest = new Rest(server)) {
                assertArrayEquals(
                        upload, rest.payload(KIND, Rest.digest(upload)).body());
            }
        }
    }

    @Test
    void aClientThatNeverEndsIsNotWaitedForBeyondTheLimit() throws Exception {
        try (SurfaceProcess server = started("QUARKUS_SHUTDOWN_TIMEOUT", "1s");
                RawConnection put = new RawConnection(server, 0)) {
            put.request("POST", Rest.putPath(KIND), "Content-Length: " + upload.length);
            put.send(upload, 0, SENT);
            Patience.until(
                    () -> !StoreFolder.of(server).temporary().isEmpty(), () -> "the upload has not begun to arrive");
            assertEquals(TERMINATED, server.stop());
            server.restart();
            try (Rest rest = new Rest(server)) {
                assertEquals(404, rest.payload(KIND, Rest.digest(upload)).status());
                assertEquals(200, rest.payload(KIND, digest).status());
            }
            assertEquals(1, StoreFolder.of(server).runs().size());
            assertEquals(0, StoreFolder.of(server).temporary().size());
        }
    }

    @Test
    void uploadsAndDownloadsOverGrpcThatRunAreFinished() throws Exception {
        try (SurfaceProcess server = started();
                GrpcClient client = new GrpcClient(server)) {
            CompletableFuture<PutManifestResponse> answer = new CompletableFuture<>();
            StreamObserver<PutManifestRequest> put = client.surfaceStream().putManifest(observer(answer));
            put.onNext(PutManifestRequest.newBuilder()
                    .setHeader(PutManifestHeader.newBuilder()
                            .setTenant(Rest.TENANT)
                            .setKind(KIND))
                    .build());
            put.onNext(chunk(0, SENT));
            Patience.until(
                    () -> !StoreFolder.of(server).temporary().isEmpty(), () -> "the upload has not begun to arrive");
            Iterator<GetPayloadResponse> get = client.surface()
                    .getPayload(GetPayloadRequest.newBuilder()
                            .setTenant(Rest.TENANT)
                            .setKind(KIND)
                            .setDigest(digest)
                            .setEncoding(Encoding.IDENTITY)
                            .build());
            assertEquals(large.length, get.next().getInfo().getTotalSize());

            server.terminate();
            awaitStopping(server);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            get.forEachRemaining(part -> bytes.writeBytes(part.getChunk().toByteArray()));
            assertArrayEquals(large, bytes.toByteArray());
            put.onNext(chunk(SENT, upload.length - SENT));
            put.onCompleted();
            assertTrue(answer.get(60, TimeUnit.SECONDS).getCreated());
            assertEquals(TERMINATED, server.awaitExit());
        }
    }

    private PutManifestRequest chunk(int offset, int length) {
        return PutManifestRequest.newBuilder()
                .setChunk(ByteString.copyFrom(upload, offset, length))
                .build();
    }

    private static StreamObserver<PutManifestResponse> observer(CompletableFuture<PutManifestResponse> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(PutManifestResponse value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                // the value has come
            }
        };
    }
}
