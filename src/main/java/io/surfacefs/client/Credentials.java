package io.surfacefs.client;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.tls.ClientTls;
import io.surfacefs.tls.Pin;
import io.surfacefs.tls.StoreFile;
import io.surfacefs.wire.BearerToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client shows a service, and by what it knows the service: files that somebody else renews. Each may be null.
 *
 * @param tokenFile the bearer token, read for each call
 * @param caFile PEM certificates that are trusted instead of the system's, read when a client is opened
 * @param certFile the client's own certificate with its chain, PEM; goes with {@code keyFile}
 * @param keyFile its key, PEM, not encrypted
 * @param pins of which the service must have one, on top of being trusted; empty for none
 */
public record Credentials(
        @Nullable Path tokenFile,
        @Nullable Path caFile,
        @Nullable Path certFile,
        @Nullable Path keyFile,
        List<Pin> pins) {
    /** Nothing to show, and the system's trust. */
    public static final Credentials NONE = new Credentials(null, null, null, null, List.of());

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
        if (caFile == null && certFile == null && pins.isEmpty()) {
            return Optional.empty();
        }
        try {
            ClientTls tls = ClientTls.open(new ClientTls.Settings(
                    "what is given",
                    caFile == null ? null : new StoreFile.PemCertificates(List.of(caFile)),
                    certFile == null || keyFile == null
                            ? null
                            : new StoreFile.PemPairs(List.of(certFile), List.of(keyFile)),
                    null,
                    List.of(),
                    List.of(),
                    pins));
            SslContextBuilder builder =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(tls.trust());
            tls.identity().ifPresent(builder::keyManager);
            return Optional.of(builder);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** What became of a context that could not be made. */
    static SurfaceException unusable(Exception e) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "the certificates can't be used: " + e.getMessage(),
                "PEM files; the key without a password",
                e);
    }
}
