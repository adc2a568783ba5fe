package io.surfacefs.app;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * TLS of both servers, by the default configuration of Quarkus' registry ({@code quarkus.tls.*}). The REST server takes
 * it from there itself; to the gRPC server, which is another one, certificate and trust are given here, and given again
 * whenever the registry has read renewed files. Whether clients must show a certificate is one rule for both.
 */
@Singleton
public class ServerTls implements ServerBuilderCustomizer<VertxServerBuilder>, HttpServerOptionsCustomizer {
    private static final Logger LOG = Logger.getLogger(ServerTls.class);
    private static final String KEY_STORE = "quarkus.tls.key-store.";
    private static final String TRUST_STORE = "quarkus.tls.trust-store.";
    private static final List<String> KINDS = List.of("pem.", "p12.", "jks.");
    private static final String DEFAULT = "<default>";
    private static final List<String> KEY_TYPES = List.of("EC", "RSA", "EdDSA", "Ed25519", "RSASSA-PSS");

    private final SurfaceConfig config;
    private final TlsConfigurationRegistry registry;
    private final Vertx vertx;
    private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager trust;

    ServerTls(SurfaceConfig config, TlsConfigurationRegistry registry, Vertx vertx) throws GeneralSecurityException {
        this.config = config;
        this.registry = registry;
        this.vertx = vertx;
        this.trust = AdvancedTlsX509TrustManager.newBuilder()
                // A client's certificate names no host.
                .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
                .build();
    }

    /** Whether a certificate is given, which both servers then show. */
    static boolean configured(Config quarkus) {
        return named(quarkus, KEY_STORE);
    }

    /** Whether it is said whose client certificates are good. */
    static boolean trustConfigured(Config quarkus) {
        return named(quarkus, TRUST_STORE);
    }

    /** Whether the management port has a certificate, which is one of its own. */
    static boolean managementConfigured(Config quarkus) {
        return named(quarkus, "quarkus.tls.management.key-store.");
    }

    /** Whether a store of some kind is given; options of a store are always there, with their defaults. */
    private static boolean named(Config quarkus, String prefix) {
        return StreamSupport.stream(quarkus.getPropertyNames().spliterator(), false)
                .filter(name -> KINDS.stream().anyMatch(kind -> name.startsWith(prefix + kind)))
                .anyMatch(name -> quarkus.getConfigValue(name).getValue() != null);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        options.setClientAuth(
                switch (config.get(Settings.CLIENT_CERTIFICATES)) {
                    case NONE -> io.vertx.core.http.ClientAuth.NONE;
                    case REQUEST -> io.vertx.core.http.ClientAuth.REQUEST;
                    case REQUIRED -> io.vertx.core.http.ClientAuth.REQUIRED;
                });
    }

    @Override
    public void customize(GrpcServerConfiguration configuration, VertxServerBuilder builder) {
        TlsConfiguration tls = registry.getDefault().orElse(null);
        boolean shown = tls != null && tls.getKeyStoreOptions() != null;
        boolean trusts = tls != null && tls.getTrustStore() != null;
        if ((!shown && configured(ConfigProvider.getConfig()))
                || (!trusts && config.get(Settings.CLIENT_CERTIFICATES) != Settings.ClientCertificates.NONE)) {
            // Half a configuration must not open the port without what the other half was meant to give.
            throw new IllegalStateException(
                    "quarkus.tls.key-store or quarkus.tls.trust-store is set in part: give certificate and key, and whom to trust");
        }
        if (tls != null && shown) {
            try {
                update(tls);
                builder.nettyBuilder().sslContext(context(tls));
            } catch (Exception e) { // what Vert.x' key store options may throw
                throw new IllegalStateException("the certificate for the gRPC server can't be used", e);
            }
        }
    }

    void renewed(@Observes CertificateUpdatedEvent event) {
        if (event.name().equals(DEFAULT)) {
            try {
                update(event.tlsConfiguration());
                LogLine.begin(LogKey.TLS, "renewed").with(LogKey.SERVER, "grpc").info(LOG);
            } catch (Exception e) { // the old certificate goes on
                LogLine.begin(LogKey.TLS, "kept")
                        .with(LogKey.SERVER, "grpc")
                        .with(LogKey.MESSAGE, "the renewed certificate can't be used: " + e.getMessage())
                        .error(LOG);
            }
        }
    }

    private SslContext context(TlsConfiguration tls) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forServer(identity)
                .protocols(tls.getSSLOptions().getEnabledSecureTransportProtocols())
                .clientAuth(
                        switch (config.get(Settings.CLIENT_CERTIFICATES)) {
                            case NONE -> ClientAuth.NONE;
                            case REQUEST -> ClientAuth.OPTIONAL;
                            case REQUIRED -> ClientAuth.REQUIRE;
                        });
        if (!tls.getSSLOptions().getEnabledCipherSuites().isEmpty()) {
            builder.ciphers(tls.getSSLOptions().getEnabledCipherSuites());
        }
        if (tls.getTrustStore() != null) {
            builder.trustManager(trust);
        }
        return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    }

    private void update(TlsConfiguration tls) throws Exception {
        for (KeyManager manager :
                tls.getKeyStoreOptions().getKeyManagerFactory(vertx).getKeyManagers()) {
            if (manager instanceof X509KeyManager keys) {
                String alias = alias(keys);
                PrivateKey key = alias == null ? null : keys.getPrivateKey(alias);
                if (key != null) {
                    identity.updateIdentityCredentials(keys.getCertificateChain(alias), key);
                    break;
                }
            }
        }
        if (tls.getTrustStore() != null) {
            trust.updateTrustCredentials(certificates(tls.getTrustStore()));
        }
    }

    private static @Nullable String alias(X509KeyManager keys) {
        for (String type : KEY_TYPES) {
            String[] aliases = keys.getServerAliases(type, null);
            if (aliases != null && aliases.length > 0) {
                return aliases[0];
            }
        }
        return null;
    }

    private static X509Certificate[] certificates(KeyStore store) throws GeneralSecurityException {
        List<X509Certificate> all = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                all.add(certificate);
            }
        }
        return all.toArray(new X509Certificate[0]);
    }
}
