package io.surfacefs.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.surfacefs.access.Access;
import io.surfacefs.access.Callers;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.service.ClientPace;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Uploads over real connections to a server that reads each only when it is told to. */
@Timeout(120)
class HeldBackTest {
    private static final long SECONDS = 60;

    /** One upload as both sides know it. */
    private static final class Put implements StreamObserver<PutPayloadResponse> {
        final CountDownLatch mayBeRead = new CountDownLatch(1);
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch ended = new CountDownLatch(1);
        volatile @Nullable HeldBack connection;
        volatile @Nullable Throwable failure;

        @Nullable StreamObserver<PutPayloadRequest> request;

        void send(int bytes) {
            request.onNext(PutPayloadRequest.newBuilder()
                    .setChunk(ByteString.copyFrom(new byte[bytes]))
                    .build());
        }

        @Override
        public void onNext(PutPayloadResponse response) {}

        @Override
        public void onError(Throwable error) {
            failure = error;
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }
    }

    private final Map<String, Put> puts = new ConcurrentHashMap<>();
    private Calls calls;
    private Server server;
    private ManagedChannel one;
    private ManagedChannel other;

    @BeforeEach
    void open() throws IOException {
        calls = new Calls(new Access(null), new ClientPace(Duration.ofMinutes(1), Duration.ofSeconds(1), 1));
        SurfaceFsGrpc.SurfaceFsImplBase service = new SurfaceFsGrpc.SurfaceFsImplBase() {
            @Override
            public StreamObserver<PutPayloadRequest> putPayload(StreamObserver<PutPayloadResponse> answer) {
                return calls.receive(
                        answer,
                        SurfaceFsEndpoint.PUT_PAYLOAD,
                        (who, header, body) -> read(puts.get(header.getKind()), body));
            }
        };
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addStreamTracerFactory(WireBytes.perCall())
                .addTransportFilter(HeldBack.perConnection())
                .addService(ServerInterceptors.intercept(service, new TenantHeaders(), new CallIdentity(Callers.LOCAL)))
                .build()
                .start();
        one = channel();
        other = channel();
    }

    private ManagedChannel channel() {
        return NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() throws InterruptedException {
        puts.values().forEach(put -> put.mayBeRead.countDown());
        one.shutdownNow();
        other.shutdownNow();
        server.shutdownNow().awaitTermination(SECONDS, TimeUnit.SECONDS);
        calls.close();
    }

    private static PutPayloadResponse read(Put put, UploadBody body) throws IOException {
        put.connection = WireBytes.current().connection();
        put.begun.countDown();
        try {
            assertTrue(put.mayBeRead.await(SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
        body.skip(Long.MAX_VALUE);
        return PutPayloadResponse.getDefaultInstance();
    }

    private Put begin(String name, ManagedChannel channel) throws InterruptedException {
        Put put = new Put();
        puts.put(name, put);
        put.request = SurfaceFsGrpc.newStub(channel).putPayload(put);
        put.request.onNext(PutPayloadRequest.newBuilder()
                .setHeader(PutPayloadHeader.newBuilder().setKind(name))
                .build());
        assertTrue(put.begun.await(SECONDS, TimeUnit.SECONDS));
        return put;
    }

    @Test
    void anUploadOfWhichNothingComesIsLeftAloneWhileWeDoNotReadAnotherOfItsConnectionAndEndedBehindThat()
            throws InterruptedException {
        Put silent = begin("silent", one);
        Put unread = begin("unread", one);
        Put elsewhere = begin("elsewhere", other);
        assertSame(silent.connection, unread.connection);
        assertNotSame(silent.connection, elsewhere.connection);
        for (int i = 0; i < 64; i++) {
            unread.send(64 << 10);
        }
        while (unread.connection.nanos() == 0) {
            Thread.onSpinWait();
        }
        silent.mayBeRead.countDown();
        elsewhere.mayBeRead.countDown();
        assertTooSlow(elsewhere);
        // One that begins only now has the same patience once more.
        Put later = begin("later", other);
        later.mayBeRead.countDown();
        assertTooSlow(later);
        assertEquals(1, silent.ended.getCount(), () -> String.valueOf(silent.failure));
        unread.request.onCompleted();
        unread.mayBeRead.countDown();
        assertTrue(unread.ended.await(SECONDS, TimeUnit.SECONDS));
        assertNull(unread.failure);
        assertTooSlow(silent);
    }

    private static void assertTooSlow(Put put) throws InterruptedException {
        assertTrue(put.ended.await(SECONDS, TimeUnit.SECONDS));
        assertEquals(
                Status.Code.INVALID_ARGUMENT, Status.fromThrowable(put.failure).getCode());
    }
}
