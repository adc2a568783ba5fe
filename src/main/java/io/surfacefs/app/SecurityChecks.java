package io.surfacefs.app;

import io.surfacefs.access.Loopback;
import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** Whether a server would be open by accident. */
final class SecurityChecks {
    private static final String REVOKED = "quarkus.tls.certificate-revocation-list";
    private static final String ISSUER = "quarkus.oidc.auth-server-url";

    private SecurityChecks() {}

    static void run(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        if (config.get(Settings.AUTH) == Settings.Auth.NONE) {
            checkLoopback(config, quarkus, findings);
        } else {
            checkIssuer(config, quarkus, findings);
            checkTransport(config, quarkus, findings);
        }
        checkClientCertificates(config, quarkus, findings);
    }

    private static void checkClientCertificates(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        if (config.get(Settings.CLIENT_CERTIFICATES) == Settings.ClientCertificates.NONE) {
            return;
        }
        if (!ServerTls.configured(quarkus) || !ServerTls.trustConfigured(quarkus)) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.security.client-certificates wants TLS, and to know whose certificates are good",
                    "set quarkus.tls.key-store.pem.0.cert and .key, and quarkus.tls.trust-store.pem.certs"));
        }
        if (quarkus.getOptionalValue(REVOKED, String.class).isPresent()) {
            findings.add(
                    Finding.error(
                            "SURFACE_CONFIG_INVALID",
                            REVOKED + " would hold for REST, and gRPC knows of no revoked certificates",
                            "let certificates live shortly, or keep the revoked ones out by a CA of their own in the trust store"));
        }
        if (!restIsClosed(quarkus)) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    "client certificates are asked for, and REST is open without TLS on quarkus.http.port, too",
                    "set quarkus.http.insecure-requests=disabled"));
        }
    }

    /** Whether REST is served over TLS only; a redirect comes when a token has been sent in the clear. */
    static boolean restIsClosed(Config quarkus) {
        return quarkus.getOptionalValue("quarkus.http.insecure-requests", String.class)
                .orElse("enabled")
                .equalsIgnoreCase("disabled");
    }

    private static void checkLoopback(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        if (config.get(Settings.ALLOW_REMOTE)) {
            return;
        }
        for (String property : List.of("quarkus.http.host", "quarkus.grpc.server.host")) {
            String host = host(quarkus, property);
            if (!Loopback.isHost(host)) {
                findings.add(Finding.error(
                        "SURFACE_UNAUTHENTICATED_REMOTE",
                        property + "=" + host + " would serve beyond loopback, and nobody is authenticated",
                        "set surface.security.auth=oidc, bind to 127.0.0.1, or set"
                                + " surface.security.allow-unauthenticated-remote=true"));
            }
        }
    }

    private static void checkIssuer(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        Optional<String> issuer = quarkus.getOptionalValue(ISSUER, String.class);
        if (issuer.isEmpty()) {
            if (quarkus.getOptionalValue("quarkus.oidc.public-key", String.class)
                    .isEmpty()) {
                findings.add(Finding.error(
                        "SURFACE_CONFIG_INVALID",
                        "surface.security.auth=oidc, and no issuer of tokens is named",
                        "set " + ISSUER + " (QUARKUS_OIDC_AUTH_SERVER_URL), like https://keycloak.example/realms/R"));
            }
        } else if (!isSafe(issuer.get()) && !config.get(Settings.ALLOW_PLAIN)) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    "the keys by which tokens are verified would be fetched without TLS: " + ISSUER,
                    "use https, or set surface.security.allow-plain-text=true"));
        }
    }

    private static boolean isSafe(String url) {
        try {
            URI uri = URI.create(url);
            return "https".equals(uri.getScheme()) || Loopback.isHost(uri.getHost());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void checkTransport(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        checkPlain("quarkus.http.host", restIsClosed(quarkus), config, quarkus, findings);
        checkPlain("quarkus.grpc.server.host", ServerTls.configured(quarkus), config, quarkus, findings);
    }

    private static void checkPlain(
            String property, boolean tls, SurfaceConfig config, Config quarkus, List<Finding> findings) {
        String host = host(quarkus, property);
        if (!tls && !Loopback.isHost(host) && !config.get(Settings.ALLOW_PLAIN)) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    property + "=" + host + " would take tokens without TLS beyond loopback",
                    "set quarkus.tls.key-store.pem.0.cert and .key, quarkus.http.insecure-requests=disabled; or, where"
                            + " something in front ends TLS, surface.security.allow-plain-text=true"));
        }
    }

    private static String host(Config quarkus, String property) {
        return quarkus.getOptionalValue(property, String.class).orElse("0.0.0.0");
    }
}
