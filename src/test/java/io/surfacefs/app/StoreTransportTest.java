package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.surfacefs.config.Finding;
import io.surfacefs.config.TestSettings;
import io.surfacefs.it.Authority;
import io.surfacefs.tls.ClientTls;
import io.surfacefs.tls.StoreFile;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of TLS towards a store: what can't be right is found, and what can be is read as it is meant. */
class StoreTransportTest {
    private static final String PIN = "sha256/" + "A".repeat(43) + "=";
    private static final String NAME = "surface.upstream.tls-configuration-name";
    private static final String PINS = "surface.upstream.pins";
    private static final String CERTS = "quarkus.tls.up.trust-store.pem.certs";
    private static final String INVALID = "SURFACE_CONFIG_INVALID";

    @TempDir
    static Path folder;

    private static Authority authority;
    private static Authority.Issued client;

    @BeforeAll
    static void issue() {
        authority = new Authority(folder, "ours");
        client = authority.issue("client");
    }

    private static Map<String, String> upstream(String... more) {
        Map<String, String> all = new LinkedHashMap<>(
                Map.of("surface.store.type", "upstream", "surface.store.endpoint", "grpcs://up:9000"));
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private static Config quarkus(Map<String, String> all) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build();
    }

    private static List<Finding> findings(Map<String, String> all) {
        Map<String, String> ours = new LinkedHashMap<>(all);
        ours.keySet().removeIf(name -> !name.startsWith("surface."));
        List<Finding> findings = new ArrayList<>();
        StoreTransport.check(TestSettings.of(ours), quarkus(all), findings);
        return findings;
    }

    private static List<String> codes(Map<String, String> all) {
        return findings(all).stream().map(Finding::code).toList();
    }

    private static String ca() {
        return authority.certificate().toString();
    }

    @Test
    void pinsAndCertificatesAreForConnectionsOverTls() {
        assertEquals(List.of(), codes(upstream(PINS, PIN)));
        assertEquals(List.of(), codes(upstream(PINS, PIN, NAME, "up", CERTS, ca())));
        for (String plain : List.of("grpc://up:9000", "http://up:9000")) {
            assertEquals(List.of(INVALID), codes(upstream(PINS, PIN, "surface.store.endpoint", plain)));
            assertEquals(List.of(INVALID), codes(upstream(NAME, "up", CERTS, ca(), "surface.store.endpoint", plain)));
            assertEquals(List.of(), codes(upstream("surface.store.endpoint", plain)));
        }
        String[] bucket = {"surface.store.type", "s3", "surface.store.endpoint", "https://s3:443"};
        assertEquals(List.of(INVALID), codes(with(upstream(bucket), PINS, PIN)));
        assertEquals(List.of(), codes(with(upstream(bucket), "surface.store.pins", PIN)));
        assertEquals(List.of(INVALID), codes(upstream("surface.store.pins", PIN)));
        assertEquals(List.of(INVALID), codes(Map.of(PINS, PIN)));
    }

    private static Map<String, String> with(Map<String, String> all, String name, String value) {
        all.put(name, value);
        return all;
    }

    @Test
    void anUnknownConfigurationIsRefusedAndTheHintSaysWhatToSet() {
        List<Finding> findings = findings(upstream(NAME, "up"));
        assertEquals(1, findings.size());
        assertEquals(INVALID, findings.getFirst().code());
        assertTrue(findings.getFirst().message().contains("quarkus.tls.up"));
        assertTrue(findings.getFirst().hint().contains(CERTS));
        assertEquals(List.of(INVALID), codes(upstream(NAME, "up", CERTS.replace("up", "upper"), ca())));
        assertEquals(List.of(), codes(upstream(NAME, "up", "quarkus.tls.\"up\".trust-store.pem.certs", ca())));
    }

    @Test
    void oneThatTrustsAnybodyOrSaysWhatIsNotHeededIsRefused() {
        assertEquals(List.of("SURFACE_UNSAFE"), codes(upstream(NAME, "up", "quarkus.tls.up.trust-all", "true")));
        assertEquals(
                List.of("SURFACE_UNSAFE"),
                codes(upstream(NAME, "up", CERTS, ca(), "quarkus.tls.up.hostname-verification-algorithm", "NONE")));
        assertEquals(
                List.of(),
                codes(upstream(NAME, "up", CERTS, ca(), "quarkus.tls.up.hostname-verification-algorithm", "HTTPS")));
        assertEquals(
                List.of(INVALID),
                codes(upstream(NAME, "up", CERTS, ca(), "quarkus.tls.up.certificate-revocation-list", "crl.pem")));
        assertEquals(List.of(INVALID), codes(upstream(NAME, "up", CERTS, ca(), "surface.store.ca-file", ca())));
        assertEquals(List.of(), codes(upstream("surface.store.ca-file", ca())));
    }

    @Test
    void filesThatCanNotBeUsedAreFoundBeforeAnythingConnects() {
        String cert = "quarkus.tls.up.key-store.pem.0.cert";
        String key = "quarkus.tls.up.key-store.pem.0.key";
        assertEquals(
                List.of(),
                codes(upstream(
                        NAME,
                        "up",
                        cert,
                        client.certificate().toString(),
                        key,
                        client.key().toString())));
        assertEquals(
                List.of(INVALID),
                codes(upstream(NAME, "up", cert, client.certificate().toString())));
        assertEquals(
                List.of(INVALID),
                codes(upstream(NAME, "up", cert, client.certificate().toString(), key, ca())));
        assertEquals(
                List.of(INVALID),
                codes(upstream(NAME, "up", CERTS, folder.resolve("none.pem").toString())));
        assertEquals(
                List.of(INVALID),
                codes(upstream("surface.store.ca-file", client.key().toString())));
    }

    @Test
    void propertiesAndVariablesAreReadAsTheRegistryReadsThem() {
        Map<String, String> variables = Map.of(
                "QUARKUS_TLS_UP_KEY_STORE_PEM_0_CERT", "tls.crt",
                "QUARKUS_TLS_UP_KEY_STORE_PEM__0__KEY", "tls.key",
                "QUARKUS_TLS_UP_TRUST_STORE_PEM_CERTS", "a.crt,b.crt",
                "QUARKUS_TLS_UP_RELOAD_PERIOD", "30");
        Config quarkus = new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(variables, 300))
                .build();
        ClientTls.Settings settings = StoreTransport.settings(TestSettings.of(upstream(NAME, "up", PINS, PIN)), quarkus)
                .orElseThrow();
        assertEquals(new StoreFile.PemPairs(List.of(Path.of("tls.crt")), List.of(Path.of("tls.key"))), settings.own());
        assertEquals(new StoreFile.PemCertificates(List.of(Path.of("a.crt"), Path.of("b.crt"))), settings.trusted());
        assertEquals(Duration.ofSeconds(30), settings.reload());
        assertEquals(List.of("TLSv1.3", "TLSv1.2"), settings.protocols());
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.tls.up.key-store.p12.path", "own.p12");
        properties.put("quarkus.tls.up.key-store.p12.password", "secret");
        properties.put("quarkus.tls.up.trust-store.jks.path", "trust.jks");
        properties.put("quarkus.tls.up.protocols", "TLSv1.3");
        ClientTls.Settings stores = StoreTransport.settings(TestSettings.of(upstream(NAME, "up")), quarkus(properties))
                .orElseThrow();
        assertEquals(new StoreFile.KeyStoreFile(Path.of("own.p12"), "PKCS12", "secret", null, null), stores.own());
        assertEquals(new StoreFile.KeyStoreFile(Path.of("trust.jks"), "JKS", null, null, null), stores.trusted());
        assertEquals(List.of("TLSv1.3"), stores.protocols());
    }

    @Test
    void aCertificateIsAWarningFromFourteenDaysBeforeItsEndOnAndThenAnError() throws Exception {
        X509Certificate certificate = new StoreFile.PemCertificates(List.of(client.certificate()))
                .holders()
                .getFirst();
        Instant end = certificate.getNotAfter().toInstant();
        assertEquals(
                Finding.Severity.OK,
                at(certificate, end.minus(Duration.ofDays(14)).minusSeconds(1)));
        assertEquals(Finding.Severity.WARNING, at(certificate, end.minus(Duration.ofDays(14))));
        assertEquals(Finding.Severity.WARNING, at(certificate, end.minusSeconds(1)));
        assertEquals(Finding.Severity.ERROR, at(certificate, end.plusSeconds(1)));
        assertEquals(
                Finding.Severity.ERROR,
                at(certificate, certificate.getNotBefore().toInstant().minusSeconds(1)));
    }

    private static Finding.Severity at(X509Certificate certificate, Instant now) {
        return CertificateChecks.finding("it", certificate, "renew it", now).severity();
    }
}
