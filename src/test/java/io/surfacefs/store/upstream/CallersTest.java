package io.surfacefs.store.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.surfacefs.grpc.InJvmServer;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetManifestResponse;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.ops.Events;
import io.surfacefs.store.TestArtefacts;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who calls an instance over gRPC, and what becomes of what that instance asks of its upstream for him. */
class CallersTest {
    private static final GetManifestRequest QUESTION = GetManifestRequest.newBuilder()
            .setTenant("acme")
            .setKind("sbom.fragment")
            .setDigest("sha256:" + "1".repeat(64))
            .build();

    @TempDir
    Path folder;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
    private ScriptedUpstream upstream;
    private UpstreamStore store;
    private InJvmServer instance;
    private ManagedChannel caller;

    @BeforeEach
    void start() {
        upstream = new ScriptedUpstream();
        upstream.manifest = request -> {
            asked.countDown();
            return null;
        };
        upstream.onCancel = () -> cancelled.complete(null);
        Duration ever = Duration.ofMinutes(10);
        store = new UpstreamStore(
                new UpstreamSettings(
                        upstream.endpoint(), null, null, null, true, new UpstreamSettings.Limits(ever, ever, ever)),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                Events.NONE);
        instance = InJvmServer.start(store, folder, Clock.systemUTC());
        caller = NettyChannelBuilder.forAddress(
                        instance.endpoint().getHost(), instance.endpoint().getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        caller.shutdownNow();
        instance.close();
        store.close();
        upstream.close();
    }

    @Test
    void oneWhoGoesAwayEndsTheUpstreamsCall() throws Exception {
        CompletableFuture<ClientCallStreamObserver<GetManifestRequest>> call = new CompletableFuture<>();
        SurfaceFsGrpc.newStub(caller)
                .getManifest(QUESTION, new ClientResponseObserver<GetManifestRequest, GetManifestResponse>() {
                    @Override
                    public void beforeStart(ClientCallStreamObserver<GetManifestRequest> started) {
                        call.complete(started);
                    }

                    @Override
                    public void onNext(GetManifestResponse answer) {}

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onCompleted() {}
                });
        assertTrue(asked.await(20, TimeUnit.SECONDS));
        assertFalse(cancelled.isDone());
        call.join().cancel("gone", null);
        cancelled.get(10, TimeUnit.SECONDS);
    }

    @Test
    void oneWhoWaitsOnlySoLongLetsTheUpstreamWorkOnlySoLong() throws Exception {
        StatusRuntimeException late = assertThrows(
                StatusRuntimeException.class,
                () -> SurfaceFsGrpc.newBlockingStub(caller)
                        .withDeadlineAfter(1, TimeUnit.SECONDS)
                        .getManifest(QUESTION));
        assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
        cancelled.get(10, TimeUnit.SECONDS);
    }
}
