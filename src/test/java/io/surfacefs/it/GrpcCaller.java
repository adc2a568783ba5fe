package io.surfacefs.it;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Any call with any messages and metadata, and all that it was answered. Thread-safe. */
final class GrpcCaller implements AutoCloseable {
    private static final Map<String, MethodDescriptor<?, ?>> METHODS = new TreeMap<>();

    static {
        Stream.of(SurfaceFsGrpc.getServiceDescriptor(), SurfaceCacheGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .forEach(method -> METHODS.put(method.getFullMethodName(), method));
    }

    private final ManagedChannel channel;

    GrpcCaller(SurfaceProcess server) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                .usePlaintext()
                .build();
    }

    /**
     * What a call came to.
     *
     * @param code {@code OK}, or the code of the contract and the gRPC status
     * @param text all messages and words of the answer
     */
    record Outcome(String code, String text) {
        boolean isOk() {
            return code.equals("OK");
        }

        /** Whether the service refused for a reason of the contract, not for a fault of its own. */
        boolean isRefusal() {
            return !isOk()
                    && !code.endsWith("INTERNAL")
                    && !code.endsWith("UNKNOWN")
                    && !code.endsWith("DATA_LOSS")
                    && !code.endsWith("UNAVAILABLE")
                    && !code.endsWith("DEADLINE_EXCEEDED")
                    && !code.startsWith(" ");
        }
    }

    Outcome call(GrpcTries.Call call) {
        return typed(METHODS.get(call.name()), call);
    }

    private <Q, R> Outcome typed(MethodDescriptor<Q, R> method, GrpcTries.Call what) {
        Metadata headers = new Metadata();
        for (int i = 0; i < what.metadata().size(); i += 2) {
            headers.put(
                    Metadata.Key.of(what.metadata().get(i), Metadata.ASCII_STRING_MARSHALLER),
                    what.metadata().get(i + 1));
        }
        Answers<R> answers = new Answers<>();
        StreamObserver<Q> stream = ClientCalls.asyncBidiStreamingCall(
                MetadataUtils.newAttachHeadersInterceptor(headers)
                        .interceptCall(method, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS), channel),
                answers);
        for (Message message : what.messages()) {
            @SuppressWarnings("unchecked") // whoever made the call knows its messages
            Q typed = (Q) message;
            stream.onNext(typed);
        }
        stream.onCompleted();
        return answers.outcome.join();
    }

    private static final class Answers<R> implements StreamObserver<R> {
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        private final List<String> texts = new ArrayList<>();

        @Override
        public void onNext(R value) {
            texts.add(((Message) value).toByteString().toString(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void onError(Throwable failure) {
            StatusRuntimeException status =
                    Status.fromThrowable(failure).asRuntimeException(Status.trailersFromThrowable(failure));
            texts.add(String.valueOf(status.getStatus().getDescription()));
            texts.add(GrpcClient.info(status).toString());
            outcome.complete(new Outcome(GrpcClient.code(status), String.join("\n", texts)));
        }

        @Override
        public void onCompleted() {
            outcome.complete(new Outcome("OK", String.join("\n", texts)));
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
