package io.surfacefs.store.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.DeleteManifestResponse;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.FindMissingResponse;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetManifestResponse;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** An upstream that does what a test says, on a free port on loopback of this JVM. */
final class ScriptedUpstream extends SurfaceFsGrpc.SurfaceFsImplBase implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** What calls for payloads come to. */
    volatile BiConsumer<GetPayloadRequest, ServerCallStreamObserver<GetPayloadResponse>> payload = (q, a) -> {};

    /** What calls for manifests come to; never answered when it gives null. */
    volatile Function<GetManifestRequest, Object> manifest = request -> null;

    /** Answers calls that delete. */
    volatile Consumer<StreamObserver<DeleteManifestResponse>> delete = answer -> {};

    /** What uploads come to; null leaves them alone. */
    volatile Function<ServerCallStreamObserver<PutPayloadResponse>, StreamObserver<PutPayloadRequest>> upload;

    final List<GetPayloadRequest> asked = new CopyOnWriteArrayList<>();
    final AtomicInteger cancelled = new AtomicInteger();

    /** Told of each call that its caller gave up. */
    volatile Runnable onCancel = () -> {};

    final AtomicReference<String> authorization = new AtomicReference<>();

    /** Whether the last call came with a deadline. */
    volatile boolean deadline;

    private final int port;
    private Server server;

    ScriptedUpstream() {
        server = start(0);
        port = server.getPort();
    }

    private Server start(int on) {
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), on))
                    .addService(ServerInterceptors.intercept(this, new Headers()))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Headers implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            authorization.set(headers.get(AUTHORIZATION));
            deadline = Context.current().getDeadline() != null;
            return next.startCall(call, headers);
        }
    }

    private void gone() {
        cancelled.incrementAndGet();
        onCancel.run();
    }

    URI endpoint() {
        return URI.create("grpc://127.0.0.1:" + port);
    }

    /** Ends it with all its connections. */
    void stop() throws InterruptedException {
        server.shutdownNow();
        server.awaitTermination();
    }

    /** Starts it again where it was. */
    void restart() {
        server = start(port);
    }

    /** What a Surface.FS says of a failure. */
    static StatusRuntimeException refusal(ErrorCode code) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.grpc().number())
                .setMessage("said the upstream")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(code.name())
                        .setDomain("surface-fs")
                        .build()))
                .build());
    }

    /** What is said of stored bytes. */
    static GetPayloadResponse info(String digest, byte[] stored, long rawSize) {
        return GetPayloadResponse.newBuilder()
                .setInfo(PayloadInfo.newBuilder()
                        .setDigest(digest)
                        .setEncoding(Encoding.ZSTD)
                        .setTotalSize(stored.length)
                        .setStoredSize(stored.length)
                        .setRawSize(rawSize)
                        .setContentType("application/json")
                        .setSha256(ManifestCodec.digestOf(stored).toString()))
                .build();
    }

    static GetPayloadResponse chunk(byte[] bytes, int from, int to) {
        return GetPayloadResponse.newBuilder()
                .setChunk(ByteString.copyFrom(bytes, from, to - from))
                .build();
    }

    @Override
    public void getPayload(GetPayloadRequest request, StreamObserver<GetPayloadResponse> answer) {
        ServerCallStreamObserver<GetPayloadResponse> call = (ServerCallStreamObserver<GetPayloadResponse>) answer;
        call.setOnCancelHandler(this::gone);
        asked.add(request);
        payload.accept(request, call);
    }

    @Override
    public void getManifest(GetManifestRequest request, StreamObserver<GetManifestResponse> answer) {
        ((ServerCallStreamObserver<GetManifestResponse>) answer).setOnCancelHandler(this::gone);
        switch (manifest.apply(request)) {
            case GetManifestResponse given -> {
                answer.onNext(given);
                answer.onCompleted();
            }
            case Throwable failure -> answer.onError(failure);
            case null, default -> {}
        }
    }

    @Override
    public void findMissing(FindMissingRequest request, StreamObserver<FindMissingResponse> answer) {
        if (request.getTenant().isEmpty()) {
            answer.onError(refusal(ErrorCode.TENANT_REQUIRED));
            return;
        }
        answer.onNext(FindMissingResponse.newBuilder()
                .addAllMissing(request.getKeysList())
                .build());
        answer.onCompleted();
    }

    @Override
    public void deleteManifest(DeleteManifestRequest request, StreamObserver<DeleteManifestResponse> answer) {
        delete.accept(answer);
    }

    @Override
    public StreamObserver<PutPayloadRequest> putPayload(StreamObserver<PutPayloadResponse> answer) {
        return upload.apply((ServerCallStreamObserver<PutPayloadResponse>) answer);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
