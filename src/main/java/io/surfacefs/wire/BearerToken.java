package io.surfacefs.wire;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** A bearer token in a file that somebody else renews. Its value never reaches a message or a log. */
public final class BearerToken {
    private static final long MAX_BYTES = 64 * 1024;

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private BearerToken() {}

    /**
     * The value of an {@code Authorization} header, read from the file.
     *
     * @throws IOException whose message ends a sentence that begins with the file: "can't be read"
     */
    public static String authorization(Path file) throws IOException {
        String token;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("is too long");
            }
            token = Files.readString(file).strip();
        } catch (java.nio.file.FileSystemException | java.nio.charset.CharacterCodingException e) {
            throw new IOException("can't be read", e);
        }
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= 0x20 || c >= 0x7f)) {
            throw new IOException("holds no bearer token");
        }
        return "Bearer " + token;
    }

    /**
     * Sends the header with each call.
     *
     * @param authorization asked on the thread that makes the call, whose call fails with what it throws
     */
    public static ClientInterceptor with(Supplier<Optional<String>> authorization) {
        return new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(
                    MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<A> listener, Metadata headers) {
                        authorization.get().ifPresent(value -> headers.put(AUTHORIZATION, value));
                        super.start(listener, headers);
                    }
                };
            }
        };
    }
}
