package io.surfacefs.client;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.wire.BearerToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client shows a service, and by what it knows the service: files that somebody else renews. Each may be null.
 *
 * @param tokenFile the bearer token, read for each call
 * @param caFile PEM certificates that are trusted instead of the system's, read when a client is opened
 * @param certFile the client's own certificate with its chain, PEM; goes with {@code keyFile}
 * @param keyFile its key, PEM, PKCS 8, not encrypted
 */
public record Credentials(
        @Nullable Path tokenFile,
        @Nullable Path caFile,
        @Nullable Path certFile,
        @Nullable Path keyFile) {
    /** Nothing to show, and the system's trust. */
    public static final Credentials NONE = new Credentials(null, null, null, null);

    /** @throws SurfaceException {@code INVALID_ARGUMENT} for a certificate without a key, or the other way round */
    public Credentials {
        if ((certFile == null) != (keyFile == null)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "a client's certificate and its key go together", "give both files");
        }
    }

    /** The value of the {@code Authorization} header, read anew each time. */
    Optional<String> authorization() {
        if (tokenFile == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(BearerToken.authorization(tokenFile));
        } catch (IOException e) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the token file " + tokenFile + " " + e.getMessage(),
                    "one line, the token and nothing else");
        }
    }

    /** TLS by these files, where one of them is given; else the system's own is right. */
    Optional<SslContextBuilder> tls() {
        if (caFile == null && certFile == null) {
            return Optional.empty();
        }
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        try {
            if (caFile != null) {
                try (InputStream in = Files.newInputStream(caFile)) {
                    builder.trustManager(in);
                }
            }
            if (certFile != null && keyFile != null) {
                try (InputStream chain = Files.newInputStream(certFile);
                        InputStream key = Files.newInputStream(keyFile)) {
                    builder.keyManager(chain, key);
                }
            }
            return Optional.of(builder);
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    /** What became of a context that could not be made. */
    static SurfaceException unusable(Exception e) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "the certificates can't be used: " + e.getMessage(),
                "PEM files; the key is PKCS 8 without a password",
                e);
    }
}
