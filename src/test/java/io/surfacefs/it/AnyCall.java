package io.surfacefs.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/** Any call of the proto by its name, with a request whose fields are filled by their names. Thread-safe. */
final class AnyCall implements AutoCloseable {
    private static final Map<String, MethodDescriptor<?, ?>> METHODS = new TreeMap<>();

    static {
        Stream.of(SurfaceFsGrpc.getServiceDescriptor(), SurfaceCacheGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .forEach(method -> METHODS.put(method.getFullMethodName(), method));
    }

    private final ManagedChannel channel;

    AnyCall(SurfaceProcess server) {
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                .usePlaintext()
                .build();
    }

    /** All calls of both services. */
    static Set<String> names() {
        return METHODS.keySet();
    }

    /**
     * Makes a call and waits for its end.
     *
     * @param token null for none
     * @return {@code OK}, or the code of DESIGN's table and the gRPC status
     */
    String call(String name, String tenant, String digest, String token) {
        return typed(METHODS.get(name), tenant, digest, token);
    }

    private <Q, R> String typed(MethodDescriptor<Q, R> method, String tenant, String digest, String token) {
        @SuppressWarnings("unchecked") // every request of ours is a message
        Q request = (Q) filled(
                (Message) ((PrototypeMarshaller<Q>) method.getRequestMarshaller()).getMessagePrototype(),
                tenant,
                digest);
        return outcome(answer -> {
            var call = channel(token).newCall(method, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
            StreamObserver<Q> stream = ClientCalls.asyncBidiStreamingCall(call, AnyCall.<R>observer(answer));
            stream.onNext(request);
            stream.onCompleted();
            return answer;
        });
    }

    /** Asks for the list of services. */
    String reflection(String token) {
        return outcome(answer -> {
            StreamObserver<ServerReflectionRequest> stream = ServerReflectionGrpc.newStub(channel(token))
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .serverReflectionInfo(observer(answer));
            stream.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("").build());
            stream.onCompleted();
            return answer;
        });
    }

    /** Asks for the health of the server, without a token. */
    String health() {
        return HealthGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(60, TimeUnit.SECONDS)
                                .check(HealthCheckRequest.getDefaultInstance())
                                .getStatusValue()
                        > 0
                ? "OK"
                : "?";
    }

    private Channel channel(String token) {
        if (token == null) {
            return channel;
        }
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static String outcome(Function<CompletableFuture<String>, CompletableFuture<String>> call) {
        try {
            return call.apply(new CompletableFuture<>()).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StatusRuntimeException status) {
                return GrpcClient.code(status);
            }
            throw e;
        }
    }

    private static <R> StreamObserver<R> observer(CompletableFuture<String> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(R value) {}

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                answer.complete("OK");
            }
        };
    }

    /** A message whose text fields of known names have lawful values, also in the messages within it. */
    private static Message filled(Message prototype, String tenant, String digest) {
        Message.Builder builder = prototype.newBuilderForType();
        for (FieldDescriptor field : prototype.getDescriptorForType().getFields()) {
            if (field.getType() == FieldDescriptor.Type.MESSAGE
                    && !field.isMapField()
                    && (field.getName().equals("header") || field.getName().equals("keys"))) {
                Message inner = filled(builder.newBuilderForField(field).build(), tenant, digest);
                if (field.isRepeated()) {
                    builder.addRepeatedField(field, inner);
                } else {
                    builder.setField(field, inner);
                }
            } else if (!field.isRepeated()) {
                Object value = value(field, tenant, digest);
                if (value != null) {
                    builder.setField(field, value);
                }
            }
        }
        return builder.build();
    }

    private static Object value(FieldDescriptor field, String tenant, String digest) {
        return switch (field.getName()) {
            case "tenant" -> tenant;
            case "kind" -> "sbom.fragment";
            case "digest" -> digest;
            case "scan_id" -> "scan-1";
            case "namespace" -> "entrytrace.graph";
            case "sha256" -> digest.substring("sha256:".length());
            case "manifest" ->
                field.getType() == FieldDescriptor.Type.STRING
                        ? "{\"artifacts\":[]}"
                        : field.getType() == FieldDescriptor.Type.BYTES
                                ? ByteString.copyFromUtf8("{\"artifacts\":[]}")
                                : null;
            default -> null;
        };
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
