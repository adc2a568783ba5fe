package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.surfacefs.config.Finding;
import io.surfacefs.config.TestSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

class SecurityChecksTest {
    private static final String[] TLS = {
        "quarkus.tls.key-store.pem.0.cert", "tls.crt",
        "quarkus.tls.key-store.pem.0.key", "tls.key",
        "quarkus.http.insecure-requests", "disabled"
    };
    private static final String[] LOCAL = {
        "quarkus.http.host", "127.0.0.1",
        "quarkus.grpc.server.host", "localhost"
    };
    private static final String[] OIDC = {
        "surface.security.auth", "oidc",
        "quarkus.oidc.auth-server-url", "https://issuer.example/realms/r"
    };

    /** What is found with these properties, a later one over an earlier; both servers are open to all by default. */
    private static List<String> codes(String[]... parts) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String[] part : parts) {
            for (int i = 0; i < part.length; i += 2) {
                all.put(part[i], part[i + 1]);
            }
        }
        Map<String, String> ours = new LinkedHashMap<>(all);
        ours.keySet().removeIf(name -> !name.startsWith("surface."));
        Config quarkus = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build();
        List<Finding> findings = new ArrayList<>();
        SecurityChecks.run(TestSettings.of(ours), quarkus, findings);
        return findings.stream().map(Finding::code).toList();
    }

    private static String[] set(String... properties) {
        return properties;
    }

    @Test
    void theIssuerIsNamedAndItsKeysComeOverTls() {
        String url = "quarkus.oidc.auth-server-url";
        assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes(LOCAL, set("surface.security.auth", "oidc")));
        assertEquals(List.of(), codes(LOCAL, set("surface.security.auth", "oidc", "quarkus.oidc.public-key", "MIIB")));
        assertEquals(List.of(), codes(LOCAL, OIDC));
        assertEquals(List.of("SURFACE_UNSAFE"), codes(LOCAL, OIDC, set(url, "http://issuer.example/realms/r")));
        assertEquals(List.of("SURFACE_UNSAFE"), codes(LOCAL, OIDC, set(url, "no address at all")));
        assertEquals(List.of(), codes(LOCAL, OIDC, set(url, "http://127.0.0.1:8080/realms/r")));
        assertEquals(
                List.of(),
                codes(
                        LOCAL,
                        OIDC,
                        set(url, "http://issuer.example/realms/r", "surface.security.allow-plain-text", "true")));
    }

    @Test
    void tokensAreTakenBeyondLoopbackOverTlsOnlyOnEachPortUnlessTheOperatorSaysSoByName() {
        assertEquals(List.of("SURFACE_UNSAFE", "SURFACE_UNSAFE"), codes(OIDC));
        assertEquals(List.of("SURFACE_UNSAFE"), codes(OIDC, set("quarkus.http.host", "127.0.0.1")));
        assertEquals(List.of("SURFACE_UNSAFE"), codes(OIDC, set("quarkus.grpc.server.host", "[::1]")));
        assertEquals(List.of(), codes(OIDC, TLS));
        assertEquals(
                List.of("SURFACE_UNSAFE"),
                codes(OIDC, TLS, set("quarkus.http.insecure-requests", "redirect")),
                "the token has gone in the clear before the redirect comes");
        assertEquals(List.of(), codes(OIDC, set("surface.security.allow-plain-text", "true")));
    }

    @Test
    void optionsOfAStoreAreNoCertificate() {
        assertEquals(
                List.of("SURFACE_UNSAFE"),
                codes(OIDC, set("quarkus.http.insecure-requests", "disabled", "quarkus.tls.key-store.sni", "false")));
        for (String kind : List.of("pem.0.cert", "p12.path", "jks.path")) {
            assertEquals(
                    List.of(),
                    codes(
                            OIDC,
                            set("quarkus.http.insecure-requests", "disabled", "quarkus.tls.key-store." + kind, "f")));
        }
    }

    @Test
    void clientCertificatesWantTlsAndToKnowWhoseAreGoodAndNoOpenPort() {
        String[] required = set("surface.security.client-certificates", "required");
        String[] trust = set("quarkus.tls.trust-store.pem.certs", "ca.crt");
        assertEquals(List.of("SURFACE_CONFIG_INVALID", "SURFACE_UNSAFE"), codes(LOCAL, required));
        assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes(LOCAL, required, TLS));
        assertEquals(List.of(), codes(LOCAL, required, TLS, trust));
        String[] revoked = set("quarkus.tls.certificate-revocation-list", "revoked.crl");
        assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes(LOCAL, required, TLS, trust, revoked));
        assertEquals(List.of(), codes(LOCAL, TLS, revoked), "where nobody's certificate is asked for");
        assertEquals(
                List.of("SURFACE_UNSAFE"),
                codes(LOCAL, required, TLS, trust, set("quarkus.http.insecure-requests", "enabled")));
    }

    @Test
    void certificatesAloneDoNotOpenAnUnauthenticatedServiceToOthers() {
        String[] mtls =
                set("surface.security.client-certificates", "required", "quarkus.tls.trust-store.pem.certs", "ca.crt");
        assertEquals(List.of("SURFACE_UNAUTHENTICATED_REMOTE", "SURFACE_UNAUTHENTICATED_REMOTE"), codes(TLS, mtls));
        assertEquals(List.of(), codes(TLS, mtls, set("surface.security.allow-unauthenticated-remote", "true")));
        assertEquals(List.of(), codes(TLS, mtls, LOCAL));
    }
}
