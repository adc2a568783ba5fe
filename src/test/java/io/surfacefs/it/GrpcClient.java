package io.surfacefs.it;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.grpc.v1.PutRequest;
import io.surfacefs.grpc.v1.PutResponse;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A gRPC client of a server under test, in the words of the tests. Thread-safe. */
final class GrpcClient implements AutoCloseable {
    /** How long any call may take. */
    private static final long DEADLINE_SECONDS = 60;

    private static final int CHUNK = 100_000;

    private final ManagedChannel channel;

    GrpcClient(SurfaceProcess server) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                .usePlaintext()
                .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    SurfaceFsGrpc.SurfaceFsBlockingStub surface() {
        return SurfaceFsGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    SurfaceFsGrpc.SurfaceFsStub surfaceStream() {
        return SurfaceFsGrpc.newStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    SurfaceCacheGrpc.SurfaceCacheBlockingStub cache() {
        return SurfaceCacheGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    SurfaceCacheGrpc.SurfaceCacheStub cacheStream() {
        return SurfaceCacheGrpc.newStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** Puts an artefact with its payload. */
    PutManifestResponse put(PutManifestHeader header, byte[] payload) {
        PutManifestRequest[] messages = new PutManifestRequest[1 + Math.max(1, chunks(payload))];
        messages[0] = PutManifestRequest.newBuilder().setHeader(header).build();
        for (int i = 1; i < messages.length; i++) {
            messages[i] = PutManifestRequest.newBuilder()
                    .setChunk(chunk(payload, i - 1))
                    .build();
        }
        return putMessages(messages);
    }

    /** Puts an artefact whose payload is stored. */
    PutManifestResponse put(PutManifestHeader header) {
        return putMessages(PutManifestRequest.newBuilder().setHeader(header).build());
    }

    /** Sends exactly these messages. */
    PutManifestResponse putMessages(PutManifestRequest... messages) {
        return send(answer -> surfaceStream().putManifest(answer), messages);
    }

    PutPayloadResponse putPayload(PutPayloadHeader header, byte[] payload) {
        PutPayloadRequest[] messages = new PutPayloadRequest[1 + chunks(payload)];
        messages[0] = PutPayloadRequest.newBuilder().setHeader(header).build();
        for (int i = 1; i < messages.length; i++) {
            messages[i] = PutPayloadRequest.newBuilder()
                    .setChunk(chunk(payload, i - 1))
                    .build();
        }
        return send(answer -> surfaceStream().putPayload(answer), messages);
    }

    PutResponse putEntry(CachePutHeader header, byte[] value) {
        PutRequest[] messages = new PutRequest[1 + chunks(value)];
        messages[0] = PutRequest.newBuilder().setHeader(header).build();
        for (int i = 1; i < messages.length; i++) {
            messages[i] = PutRequest.newBuilder().setChunk(chunk(value, i - 1)).build();
        }
        return send(answer -> cacheStream().put(answer), messages);
    }

    /** Sends messages on an upload stream and waits for the answer. */
    @SafeVarargs
    static <M, R> R send(Function<StreamObserver<R>, StreamObserver<M>> call, M... messages) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        StreamObserver<M> stream = call.apply(new StreamObserver<>() {
            @Override
            public void onNext(R value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(new IllegalStateException("no answer"));
            }
        });
        for (M message : messages) {
            stream.onNext(message);
        }
        stream.onCompleted();
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StatusRuntimeException status) {
                throw status;
            }
            throw e;
        }
    }

    /** What a download came to. */
    record Download(PayloadInfo info, byte[] bytes) {}

    Download get(GetPayloadRequest request) {
        return download(surface().getPayload(request), GetPayloadResponse::getInfo, GetPayloadResponse::getChunk);
    }

    /** Reads a download stream to its end; the first message must be the info. */
    static <R> Download download(Iterator<R> stream, Function<R, PayloadInfo> info, Function<R, ByteString> chunk) {
        PayloadInfo first = info.apply(stream.next());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (stream.hasNext()) {
            bytes.writeBytes(chunk.apply(stream.next()).toByteArray());
        }
        return new Download(first, bytes.toByteArray());
    }

    /** The code of DESIGN's table that an error carries, and the gRPC status: {@code NOT_FOUND NOT_FOUND}. */
    static String code(StatusRuntimeException error) {
        return info(error).getReason() + " " + error.getStatus().getCode();
    }

    /** The {@code ErrorInfo} of an error. */
    static ErrorInfo info(StatusRuntimeException error) {
        return detail(error, ErrorInfo.class, ErrorInfo.getDefaultInstance());
    }

    /** A detail of an error, or the default where it has none of that type. */
    static <T extends Message> T detail(StatusRuntimeException error, Class<T> type, T otherwise) {
        Status status = StatusProto.fromThrowable(error);
        if (status != null) {
            for (Any any : status.getDetailsList()) {
                if (any.is(type)) {
                    try {
                        return any.unpack(type);
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        }
        return otherwise;
    }

    /** {@code sha256:} and the hex digest. */
    static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int chunks(byte[] payload) {
        return (payload.length + CHUNK - 1) / CHUNK;
    }

    private static ByteString chunk(byte[] payload, int index) {
        int from = Math.min(payload.length, index * CHUNK);
        return ByteString.copyFrom(payload, from, Math.min(CHUNK, payload.length - from));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
