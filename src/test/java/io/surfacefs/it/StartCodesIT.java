package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.store.s3.InJvmS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every code of a start that is refused or told of, each beside a start in which that is mended. */
class StartCodesIT {
    private static final Pattern LINE = Pattern.compile("code=[A-Z_]+ message=\"[^\"]+\" hint=\"[^\"]+\"");

    @TempDir
    static Path folder;

    private static InJvmS3 s3;

    @BeforeAll
    static void start() throws Exception {
        s3 = new InJvmS3();
    }

    @AfterAll
    static void stop() throws Exception {
        s3.stop();
    }

    /** Properties as a file, so that names are as operators write them. */
    private static Map<String, String> environment(String... properties) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < properties.length; i += 2) {
            text.append(properties[i]).append('=').append(properties[i + 1]).append('\n');
        }
        Path file = Files.writeString(Files.createTempFile(folder, "surface", ".properties"), text);
        return new TreeMap<>(Map.of("SMALLRYE_CONFIG_LOCATIONS", file.toString()));
    }

    /** Properties as variables. */
    private static Map<String, String> variables(String... properties) {
        Map<String, String> variables = new TreeMap<>();
        for (int i = 0; i < properties.length; i += 2) {
            variables.put(properties[i].replaceAll("[.-]", "_").toUpperCase(Locale.ROOT), properties[i + 1]);
        }
        return variables;
    }

    private static Path secret(Path file, String text) throws IOException {
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** The lines of a start that must end with 11 and never listen. */
    private static List<String> refused(String home, Map<String, String> environment) {
        Map<String, String> all = new TreeMap<>(environment);
        for (String server : new String[] {"HTTP", "GRPC_SERVER", "MANAGEMENT"}) {
            all.put("QUARKUS_" + server + "_PORT", Integer.toString(SurfaceProcess.freePort()));
        }
        SurfaceProcess.Result result =
                SurfaceProcess.runUnless("serves REST", folder.resolve(home), all, new byte[0], "serve");
        assertEquals(11, result.exit(), () -> result.out() + result.stderr());
        List<String> lines =
                result.stderr().lines().filter(line -> line.startsWith("code=")).toList();
        lines.forEach(line -> assertTrue(LINE.matcher(line).matches(), line));
        assertFalse(result.stderr().contains("\tat "), result::stderr);
        return lines;
    }

    private static SurfaceProcess started(String home, Map<String, String> environment) {
        SurfaceProcess.Builder server = SurfaceProcess.server(folder.resolve(home));
        environment.forEach(server::env);
        return server.jvm("-XX:TieredStopAtLevel=1", "-Xmx128m").start();
    }

    private static void assertTells(List<String> lines, String code, String... parts) {
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.startsWith("code=" + code + " ")
                                && List.of(parts).stream().allMatch(line::contains)),
                () -> code + " with " + List.of(parts) + " is not in\n" + String.join("\n", lines));
    }

    @Test
    void allThatAConfigurationGetsWrongIsToldAtOnceAndWhatIsOnlyAWarningStartsWithIt() throws IOException {
        Path secrets = Files.createDirectory(folder.resolve("old-secrets"));
        Path token = Files.writeString(secrets.resolve("upstream-token"), "a-token");
        Files.setLastModifiedTime(token, FileTime.from(Instant.now().minus(Duration.ofDays(100))));
        Path file = Files.writeString(folder.resolve("no-folder"), "a file");
        Map<String, String> wrong = environment(
                "surface.store.type", "upstream",
                "surface.cache.root", file + "/cache",
                "surface.store.grase", "1h",
                "surface.upstream.token", "never-this-one",
                "surface.store.staged-ttl", "tomorrow",
                "surface.features", "flying",
                "surface.secrets.dir", secrets.toString(),
                "quarkus.http.host", "0.0.0.0");
        List<String> lines = refused("wrong", wrong);
        assertTells(lines, "SURFACE_ENV_MISSING_ENDPOINT", "surface.store.endpoint");
        assertTells(lines, "SURFACE_ENV_CACHE_DIR_UNWRITABLE", file + "/cache", "set surface.cache.root");
        assertTells(lines, "SURFACE_CONFIG_UNKNOWN", "surface.store.grase", "did you mean surface.store.grace?");
        assertTells(
                lines, "SURFACE_CONFIG_UNKNOWN", "surface.upstream.token", "did you mean surface.upstream.token-file?");
        assertTells(lines, "SURFACE_CONFIG_INVALID", "surface.store.staged-ttl", "expected a duration");
        assertTells(lines, "SURFACE_UNAUTHENTICATED_REMOTE", "quarkus.http.host", "allow-unauthenticated-remote=true");
        assertTells(lines, "SURFACE_FEATURE_UNKNOWN", "flying", "surface.features");
        assertTells(lines, "SURFACE_SECRET_STALE", "upstream-token", "rotate");
        assertFalse(lines.toString().contains("never-this-one"), "a secret is told");

        Map<String, String> mended = environment(
                "surface.store.type", "upstream",
                "surface.store.endpoint", "http://127.0.0.1:" + SurfaceProcess.freePort(),
                "surface.tenant", "acme",
                "surface.store.grace", "1h",
                "surface.store.staged-ttl", "1d",
                "surface.features", "flying",
                "surface.secrets.dir", secrets.toString());
        mended.put("SURFACE_STORE_GRASE", "1h");
        mended.put("SURFACE_FS_SERVICE_HOST", "10.0.0.1");
        mended.put("SURFACE_FS_PORT_9000_TCP_ADDR", "10.0.0.1");
        try (SurfaceProcess server = started("mended", mended)) {
            List<String> told = server.output().lines().toList();
            assertTells(told, "SURFACE_FEATURE_UNKNOWN", "flying");
            assertTells(told, "SURFACE_SECRET_STALE", "upstream-token");
            assertTells(told, "SURFACE_CONFIG_UNKNOWN", "SURFACE_STORE_GRASE", "surface.store.grace");
            assertTells(told, "SURFACE_FS_ENDPOINT_REACHABILITY", "check surface.store.endpoint");
            assertFalse(server.output().contains("SURFACE_FS_SERVICE_HOST"), server::output);
        }
    }

    @Test
    void whatIsUnsafeIsRefusedAndStartsOnlyByTheNameOfEach() throws IOException {
        Path home = folder.resolve("unsafe");
        Path token = Files.writeString(folder.resolve("open-token"), "a-token");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-rw-rw-"));
        String[] unsafe = {
            "surface.cache.type", "disk",
            "surface.cache.root", home.resolve("store/cache").toString(),
            "surface.cache.quota", "1048576T",
            "quarkus.tls.other.trust-all", "true",
            "surface.upstream.token-file", token.toString()
        };
        List<String> lines = refused("unsafe", environment(unsafe));
        assertTells(lines, "SURFACE_UNSAFE", "surface.cache.root=", "surface.security.allow-nested-folders=true");
        assertTells(lines, "SURFACE_UNSAFE", "surface.cache.quota=", "surface.security.allow-quota-beyond-disk=true");
        assertTells(lines, "SURFACE_UNSAFE", "trust-all=true", "surface.security.allow-unverified-tls=true");
        assertTells(lines, "SURFACE_UNSAFE", token.toString(), "surface.security.allow-open-secrets=true");
        assertEquals(4, lines.size(), lines::toString);
        Map<String, String> byName = environment(unsafe);
        for (String name : List.of("NESTED_FOLDERS", "QUOTA_BEYOND_DISK", "UNVERIFIED_TLS", "OPEN_SECRETS")) {
            byName.put("SURFACE_SECURITY_ALLOW_" + name, "true");
        }
        try (SurfaceProcess server = started("unsafe", byName);
                Rest rest = new Rest(server)) {
            rest.stored("sbom.fragment", new byte[10]);
            assertFalse(server.output().contains("code="), server::output);
        }
    }

    @Test
    void aBucketThatIsNotRightIsRefusedAndACacheHasOneOwner() throws IOException {
        Path secrets = Files.createDirectory(folder.resolve("s3-secrets"));
        Map<String, String> environment = variables(
                "surface.store.type",
                "s3",
                "surface.store.endpoint",
                s3.endpoint().toString(),
                "surface.secrets.dir",
                secrets.toString(),
                "surface.cache.type",
                "none");
        assertTells(refused("s3", environment), "SURFACE_SECRET_MISSING", "s3-access-key-id", "mount it there");
        secret(secrets.resolve("s3-access-key-id"), Versitygw.ACCESS_KEY);
        Path secret = secret(secrets.resolve("s3-secret-access-key"), "another");
        assertTells(refused("s3", environment), "SURFACE_SECRET_MISSING");
        Files.writeString(secret, Versitygw.SECRET_KEY);
        assertTells(
                refused("s3", environment),
                "SURFACE_FS_BUCKET_MISMATCH",
                "surface-cache",
                "surface.store.create-buckets=true");
        Map<String, String> away = new HashMap<>(environment);
        away.put("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + SurfaceProcess.freePort());
        assertTells(refused("s3", away), "SURFACE_FS_ENDPOINT_REACHABILITY", "check surface.store.endpoint");
        environment.put("SURFACE_STORE_CREATE_BUCKETS", "true");
        environment.put("SURFACE_CACHE_TYPE", "disk");
        environment.put("SURFACE_CACHE_ROOT", folder.resolve("shared-cache").toString());
        try (SurfaceProcess server = started("s3", environment);
                Rest rest = new Rest(server)) {
            rest.stored("sbom.fragment", new byte[10]);
            assertFalse(server.output().contains("code="), server::output);
            assertTells(
                    refused("second", environment),
                    "SURFACE_CACHE_OWNED",
                    "pid=" + (SurfaceProcess.isNative() ? "" : server.pid()),
                    "host=",
                    "a surface.cache.root of its own");
            environment.put("SURFACE_CACHE_ROOT", folder.resolve("own-cache").toString());
            started("third", environment).close();
        }
    }

    @Test
    void anInstanceOfATenantHasAWorkloadTokenOfThatTenant() throws IOException {
        try (Issuer issuer = new Issuer();
                SurfaceProcess service = started(
                        "service",
                        variables("surface.security.auth", "oidc", "quarkus.oidc.auth-server-url", issuer.url()))) {
            Path token = Files.writeString(
                    folder.resolve("workload-token"), issuer.token("acme", "surface.read surface.write"));
            Map<String, String> environment = variables(
                    "surface.store.type",
                    "upstream",
                    "surface.store.endpoint",
                    "http://127.0.0.1:" + service.grpcPort(),
                    "surface.upstream.token-file",
                    token.toString(),
                    "surface.tenant",
                    "globex");
            assertTells(refused("sidecar", environment), "SURFACE_TENANT_MISMATCH", "set surface.tenant");
            environment.put("SURFACE_TENANT", "acme");
            try (SurfaceProcess sidecar = started("sidecar", environment);
                    Rest rest = new Rest(sidecar)) {
                rest.stored("sbom.fragment", new byte[10]);
            }
        }
    }

    @Test
    void configSaysWhereEachValueComesFromAndNoSecret() throws IOException {
        Map<String, String> environment = environment(
                "surface.store.grace", "2h",
                "quarkus.http.port", "8181",
                "quarkus.oidc.credentials.secret", "canary-in-a-file",
                "quarkus.tls.issuer.key-store.p12.path", "issuer.p12",
                "quarkus.tls.issuer.key-store.p12.password", "canary-in-a-file");
        environment.put("SCANNER_SURFACE_FS_ENDPOINT", "https://user:canary@s3.local");
        environment.put("ZASTAVA_SURFACE_CACHE_QUOTA_MB", "512");
        environment.put("SCANNER_SURFACE_TENANT", "acme");
        environment.put("ZASTAVA_SURFACE_TENANT", "globex");
        environment.put("QUARKUS_OIDC_CREDENTIALS_CLIENT_SECRET_VALUE", "canary-of-the-environment");
        SurfaceProcess.Result result =
                SurfaceProcess.run(folder.resolve("home"), environment, new byte[0], "config", "--output=json");
        assertEquals(0, result.exit(), result::stderr);
        assertFalse((result.out() + result.stderr()).contains("canary"), result::out);
        Map<String, String> told = new HashMap<>();
        for (JsonNode one : new ObjectMapper().readTree(result.stdout()).get("properties")) {
            told.put(
                    one.get("name").asText(),
                    one.path("value").asText("") + " from " + one.get("source").asText());
        }
        assertEquals("acme from environment variable SCANNER_SURFACE_TENANT", told.get("surface.tenant"));
        assertEquals("512M from environment variable ZASTAVA_SURFACE_CACHE_QUOTA_MB", told.get("surface.cache.quota"));
        assertEquals(
                "https://***@s3.local from environment variable SCANNER_SURFACE_FS_ENDPOINT",
                told.get("surface.store.endpoint"));
        assertTrue(told.get("surface.store.grace").startsWith("2h from "), told::toString);
        assertTrue(told.get("surface.store.grace").contains(".properties"), told::toString);
        assertEquals("15s from default", told.get("surface.store.timeout"));
        assertEquals(folder.resolve("home/cache").toAbsolutePath() + " from default", told.get("surface.cache.root"));
        assertTrue(told.get("quarkus.http.port").startsWith("8181 from "), told::toString);
        assertTrue(told.get("quarkus.oidc.credentials.secret").startsWith("*** from "), told::toString);
        assertFalse(told.containsKey("quarkus.http.host"), "what is as it was built is not what somebody set");
    }
}
