package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.config.Finding;
import io.surfacefs.config.TestSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamChecksTest {
    @TempDir
    Path folder;

    private static List<String> codes(String... settings) {
        Map<String, String> values = new HashMap<>(Map.of("surface.store.type", "upstream"));
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        List<Finding> findings = new ArrayList<>();
        UpstreamChecks.run(TestSettings.of(values), findings);
        return findings.stream().map(Finding::code).toList();
    }

    private String token() throws IOException {
        return Files.writeString(folder.resolve("token"), "abc\n").toString();
    }

    @Test
    void anUpstreamNeedsAnAddressAndNothingElse() {
        assertEquals(List.of("SURFACE_ENV_MISSING_ENDPOINT"), codes());
        for (String endpoint : List.of("http://up", "https://up:9000/", "grpc://[::1]:9000", "grpcs://10.0.0.1")) {
            assertEquals(List.of(), codes("surface.store.endpoint", endpoint));
        }
        assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes("surface.store.endpoint", "https://up:9000/api"));
        assertEquals(
                List.of("SURFACE_CONFIG_INVALID"),
                codes("surface.store.type", "s3", "surface.store.endpoint", "grpc://up"));
        assertEquals(List.of(), codes("surface.store.type", "s3", "surface.store.endpoint", "http://up"));
    }

    @Test
    void aQuotaIsTheUpstreamsOwn() {
        String quota = "surface.tenants.\"acme\".quota";
        assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes("surface.store.endpoint", "http://up", quota, "1G"));
        assertEquals(List.of(), codes("surface.store.type", "s3", "surface.store.endpoint", "http://up", quota, "1G"));
    }

    @Test
    void aTokenIsForOneTenantOnly() throws IOException {
        String token = token();
        assertEquals(
                List.of("SURFACE_UNSAFE"),
                codes("surface.store.endpoint", "https://up", "surface.upstream.token-file", token));
        assertEquals(
                List.of(),
                codes(
                        "surface.store.endpoint",
                        "https://up",
                        "surface.upstream.token-file",
                        token,
                        "surface.tenant",
                        "acme"));
    }

    @Test
    void aTokenGoesBeyondLoopbackOverTlsOnlyUnlessTheOperatorSaysSoByName() throws IOException {
        String token = token();
        for (String endpoint : List.of("http://up:9000", "grpc://10.1.2.3")) {
            String[] plain = {
                "surface.store.endpoint", endpoint, "surface.upstream.token-file", token, "surface.tenant", "acme"
            };
            assertEquals(List.of("SURFACE_UNSAFE"), codes(plain));
            String[] allowed = java.util.Arrays.copyOf(plain, 8);
            allowed[6] = "surface.upstream.allow-plain-token";
            allowed[7] = "true";
            assertEquals(List.of(), codes(allowed));
        }
        for (String endpoint : List.of("http://127.0.0.1:9000", "grpc://localhost", "grpcs://10.1.2.3")) {
            assertEquals(
                    List.of(),
                    codes(
                            "surface.store.endpoint",
                            endpoint,
                            "surface.upstream.token-file",
                            token,
                            "surface.tenant",
                            "acme"));
        }
    }

    @Test
    void callersTokensArePassedOnByWhoVerifiesThemAndHasOneOfItsOwn() throws IOException {
        String[] all = {
            "surface.store.endpoint",
            "https://up",
            "surface.upstream.forward-token",
            "true",
            "surface.security.auth",
            "oidc",
            "surface.upstream.token-file",
            token()
        };
        assertEquals(List.of(), codes(all));
        assertEquals(List.of("SURFACE_SECRET_MISSING"), codes(java.util.Arrays.copyOf(all, 6)));
        String[] unverified = all.clone();
        unverified[4] = "surface.tenant";
        unverified[5] = "acme";
        assertEquals(List.of("SURFACE_UNSAFE"), codes(unverified));
    }

    @Test
    void aTokenThatCanNotBeReadIsMissing() throws IOException {
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        String[] mounted = {
            "surface.store.endpoint", "https://up", "surface.tenant", "acme", "surface.secrets.dir", secrets.toString()
        };
        assertEquals(List.of(), codes(mounted));
        Files.writeString(secrets.resolve("upstream-token"), "two words");
        assertEquals(List.of("SURFACE_SECRET_MISSING"), codes(mounted));
        Files.writeString(secrets.resolve("upstream-token"), "word");
        assertEquals(List.of(), codes(mounted));
        assertEquals(
                List.of("SURFACE_SECRET_MISSING"),
                codes(
                        "surface.store.endpoint",
                        "https://up",
                        "surface.tenant",
                        "acme",
                        "surface.upstream.token-file",
                        folder.resolve("none").toString()));
    }
}
