package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.surfacefs.cli.LocalEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EffectiveSettingsTest {
    @TempDir
    Path folder;

    private static List<LocalEngine.Setting> settings(String... properties) {
        ChecksRig rig = ChecksRig.of(properties);
        return EffectiveSettings.of(rig.config(), rig.quarkus());
    }

    private static LocalEngine.Setting one(String name, String... properties) {
        return settings(properties).stream()
                .filter(setting -> setting.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void valuesOfQuarkusThatAreSecretsAreMaskedAndNamesOfFilesAreNot() {
        for (String secret : List.of(
                "quarkus.tls.key-store.p12.password",
                "quarkus.tls.issuer.trust-store.jks.password",
                "quarkus.tls.key-store.p12.alias-password",
                "quarkus.oidc.credentials.secret",
                "quarkus.oidc.credentials.client-secret.value",
                "quarkus.oidc.credentials.jwt.secret",
                "quarkus.oidc.credentials.jwt.key",
                "quarkus.s3.aws.credentials.static-provider.access-key-id",
                "quarkus.s3.aws.credentials.static-provider.secret-access-key",
                "quarkus.otel.exporter.otlp.headers",
                "quarkus.proxy.password",
                "QUARKUS_OIDC_CREDENTIALS_SECRET")) {
            assertEquals("***", one(secret, secret, "canary").value(), secret);
        }
        for (String open : List.of(
                "quarkus.tls.key-store.pem.0.key",
                "quarkus.tls.key-store.p12.path",
                "quarkus.oidc.credentials.jwt.key-file",
                "quarkus.oidc.token.audience",
                "quarkus.oidc.public-key",
                "quarkus.http.port")) {
            assertEquals("shown", one(open, open, "shown").value(), open);
        }
    }

    @Test
    void whoAndHowInAnAddressIsMaskedWhateverTheNameAlsoWhereItCannotBeRight() {
        String wrong = "https://user:canary@s3.local";
        assertEquals(
                "https://***@s3.local",
                one("surface.store.endpoint", "surface.store.endpoint", wrong).value());
        assertEquals(
                "https://***@proxy:3128/x",
                one("quarkus.any.proxy", "quarkus.any.proxy", "https://u:canary@proxy:3128/x")
                        .value());
        assertEquals(
                "https://s3.local/@",
                one("quarkus.any.url", "quarkus.any.url", "https://s3.local/@").value());
        assertFalse(settings("surface.store.endpoint", wrong).toString().contains("canary"));
    }

    @Test
    void defaultsThatFollowFromOthersAreToldAndSecretsByTheirFiles() throws IOException {
        String[] upstream = {
            "surface.home",
            folder.toString(),
            "surface.store.type",
            "upstream",
            "surface.store.endpoint",
            "https://up:9000",
            "surface.secrets.dir",
            folder.toString()
        };
        assertEquals("disk", one("surface.cache.type", upstream).value());
        assertEquals(
                folder.resolve("cache").toString(),
                one("surface.cache.root", upstream).value());
        assertNull(one("surface.cache.root", upstream).source());
        assertNull(one("surface.upstream.token-file", upstream).value());
        Path token = Files.writeString(folder.resolve("upstream-token"), "canary");
        assertEquals(
                token.toString(), one("surface.upstream.token-file", upstream).value());
        assertEquals(
                "surface.secrets.dir",
                one("surface.upstream.token-file", upstream).source());
        assertEquals("test", one("surface.store.type", upstream).source());
        assertFalse(settings(upstream).toString().contains("canary"));
        assertEquals("memory", one("surface.cache.type").value());
    }
}
