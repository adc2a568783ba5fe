package io.surfacefs.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SurfaceConfigTest {
    private static final String PIN = "sha256/" + "A".repeat(43) + "=";
    private static final String SPARE = "sha256/" + "/".repeat(42) + "8=";

    /**
     * For each property a lawful value that isn't its default, and one that can't be right; null where every text is
     * right.
     */
    private static final Map<String, String[]> VALUES = Map.ofEntries(
            Map.entry("surface.home", new String[] {"/srv/surface", null}),
            Map.entry("surface.tenant", new String[] {"acme", "Acme!"}),
            Map.entry("surface.features", new String[] {"one,two", null}),
            Map.entry("surface.store.type", new String[] {"s3", "floppy"}),
            Map.entry("surface.store.root", new String[] {"/srv/store", null}),
            Map.entry("surface.store.bucket", new String[] {"my-cache", "No Bucket"}),
            Map.entry("surface.store.manifest-bucket", new String[] {"my-manifests", "../x"}),
            Map.entry("surface.store.prefix", new String[] {"a/b", "/a/"}),
            Map.entry("surface.store.endpoint", new String[] {"https://s3.local:9000", "s3.local:9000"}),
            Map.entry("surface.store.region", new String[] {"eu-central-1", "Europe!"}),
            Map.entry("surface.store.path-style", new String[] {"false", "virtual"}),
            Map.entry("surface.store.ca-file", new String[] {"/etc/ca.pem", null}),
            Map.entry("surface.store.tls-configuration-name", new String[] {"store", "a store"}),
            Map.entry("surface.store.pins", new String[] {PIN + ", " + SPARE, "sha256/" + "A".repeat(43)}),
            Map.entry("surface.store.create-buckets", new String[] {"true", "1"}),
            Map.entry("surface.store.connect-timeout", new String[] {"1s", "0s"}),
            Map.entry("surface.store.attempt-timeout", new String[] {"10s", "0ms"}),
            Map.entry("surface.store.max-attempts", new String[] {"5", "0"}),
            Map.entry("surface.upstream.token-file", new String[] {"/run/secrets/token", null}),
            Map.entry("surface.upstream.forward-token", new String[] {"true", "maybe"}),
            Map.entry("surface.upstream.allow-plain-token", new String[] {"true", "maybe"}),
            Map.entry("surface.upstream.pins", new String[] {PIN, "sha1/" + "A".repeat(27) + "="}),
            Map.entry("surface.upstream.tls-configuration-name", new String[] {"up", "\"up"}),
            Map.entry("surface.secrets.dir", new String[] {"/run/secrets", null}),
            Map.entry("surface.secrets.max-age", new String[] {"30d", "old"}),
            Map.entry("surface.signing.key-file", new String[] {"/run/secrets/signing-key.pem", null}),
            Map.entry("surface.signing.key-id", new String[] {"site-a@2026", "site a"}),
            Map.entry("surface.signing.trust-dir", new String[] {"/etc/surface/keys", null}),
            Map.entry("surface.signing.verify", new String[] {"require", "always"}),
            Map.entry("surface.store.timeout", new String[] {"20s", "soon"}),
            Map.entry("surface.store.grace", new String[] {"PT2H", "-1h"}),
            Map.entry("surface.store.staged-ttl", new String[] {"2d", "2 days"}),
            Map.entry("surface.store.verify", new String[] {"off", "never"}),
            Map.entry("surface.intake.root", new String[] {"/srv/intake", null}),
            Map.entry("surface.intake.quota", new String[] {"5G", "5 GB"}),
            Map.entry("surface.write-mode", new String[] {"write-behind", "behind"}),
            Map.entry("surface.spool.root", new String[] {"/srv/spool", null}),
            Map.entry("surface.spool.quota", new String[] {"5G", "5 GB"}),
            Map.entry("surface.spool.drain-timeout", new String[] {"10s", "10 s"}),
            Map.entry("surface.spool.retry-interval", new String[] {"500ms", "0s"}),
            Map.entry("surface.cache.type", new String[] {"none", "disc"}),
            Map.entry("surface.cache.root", new String[] {"/srv/cache", null}),
            Map.entry("surface.cache.quota", new String[] {"20G", "much"}),
            Map.entry("surface.cache.soft-percent", new String[] {"80", "0"}),
            Map.entry("surface.cache.eviction", new String[] {"lru", "random"}),
            Map.entry("surface.cache.tenant-share", new String[] {"0", "101"}),
            Map.entry("surface.cache.verify-sample", new String[] {"0.5", "1.5"}),
            Map.entry("surface.cache.scrub-interval", new String[] {"0s", "daily"}),
            Map.entry("surface.prefetch.concurrency", new String[] {"4", "0"}),
            Map.entry("surface.cache.lifetime.\"KIND\"", new String[] {"3d", "long"}),
            Map.entry("surface.tenants.\"T\".cache-share", new String[] {"40", "101"}),
            Map.entry("surface.tenants.\"T\".quota", new String[] {"500G", "half"}),
            Map.entry("surface.limits.concurrent-fetches", new String[] {"8", "0"}),
            Map.entry("surface.cache.memory-quota", new String[] {"32M", "much"}),
            Map.entry("surface.cache.manifest-max-age", new String[] {"500ms", "x"}),
            Map.entry("surface.limits.payload-size", new String[] {"1G", "-1"}),
            Map.entry("surface.limits.decompression-ratio", new String[] {"500", "0"}),
            Map.entry("surface.limits.manifest-size", new String[] {"2M", "2MB"}),
            Map.entry("surface.limits.header-timeout", new String[] {"1m", "0s"}),
            Map.entry("surface.limits.body-timeout", new String[] {"30s", "0s"}),
            Map.entry("surface.limits.body-rate", new String[] {"1K", "-1"}),
            Map.entry("surface.limits.concurrent-puts", new String[] {"4", "0"}),
            Map.entry("surface.security.allow-unauthenticated-remote", new String[] {"true", "yes"}),
            Map.entry("surface.metrics.prefix", new String[] {"scanner_worker_", "9lives"}),
            Map.entry("surface.metrics.tenant-label", new String[] {"true", "yes"}),
            Map.entry("surface.metrics.tenant-label-limit", new String[] {"7", "-1"}),
            Map.entry("surface.tracing.enabled", new String[] {"true", "yes"}),
            Map.entry("surface.log.json", new String[] {"true", "yes"}),
            Map.entry("surface.retention.enabled", new String[] {"true", "on"}),
            Map.entry("surface.retention.interval", new String[] {"1d", "0s"}),
            Map.entry("surface.store.breaker-delay", new String[] {"2s", "soon"}),
            Map.entry("surface.store.max-concurrent", new String[] {"32", "0"}),
            Map.entry("surface.store.rehearse.latency", new String[] {"200ms", "slow"}),
            Map.entry("surface.store.rehearse.error-rate", new String[] {"0.2", "2"}),
            Map.entry("surface.store.rehearse.cut-rate", new String[] {"0.1", "-1"}),
            Map.entry("surface.store.rehearse.torn-rate", new String[] {"1.0", "often"}),
            Map.entry("surface.store.rehearse.seed", new String[] {"7", "-7"}),
            Map.entry("surface.validation.on-failure", new String[] {"warn", "ignore"}),
            Map.entry("surface.security.auth", new String[] {"oidc", "basic"}),
            Map.entry("surface.security.tenant-claims", new String[] {"tenant,realm/\"a/b\"", "a//b"}),
            Map.entry("surface.security.client-certificates", new String[] {"required", "maybe"}),
            Map.entry("surface.security.allow-plain-text", new String[] {"true", "yes"}),
            Map.entry("surface.security.allow-nested-folders", new String[] {"true", "yes"}),
            Map.entry("surface.security.allow-quota-beyond-disk", new String[] {"true", "yes"}),
            Map.entry("surface.security.allow-unverified-tls", new String[] {"true", "yes"}),
            Map.entry("surface.security.allow-open-secrets", new String[] {"true", "yes"}),
            Map.entry("surface.security.subject-tenants.\"SUB\"", new String[] {"acme,beta", "No Tenant"}),
            Map.entry(
                    "surface.security.subject-scopes.\"SUB\"",
                    new String[] {"surface.read,surface.write", "surface.everything"}),
            Map.entry("surface.retention.delete", new String[] {"expired", "sometimes"}));

    private record Given(Map<String, String> properties, Map<String, String> environment)
            implements SurfaceConfig.Source {
        @Override
        public Optional<SurfaceConfig.Raw> value(String property) {
            String variable = property.replaceAll("[^a-z0-9]", "_").toUpperCase(Locale.ROOT);
            return Optional.ofNullable(properties.getOrDefault(property, environment.get(variable)))
                    .map(v -> new SurfaceConfig.Raw(v, "test"));
        }

        @Override
        public List<String> names() {
            return List.copyOf(properties.keySet());
        }
    }

    private static SurfaceConfig read(Map<String, String> properties, Map<String, String> environment) {
        return SurfaceConfig.read(new Given(properties, environment));
    }

    private static List<String> codes(SurfaceConfig config) {
        return config.findings().stream()
                .map(f -> f.severity() + " " + f.code())
                .toList();
    }

    @Test
    void everyPropertyHasATestedMapping() {
        Set<String> names = new HashSet<>();
        Settings.ALL.forEach(s -> names.add(s.name()));
        Settings.FAMILIES.forEach(f -> names.add(f.name()));
        assertEquals(VALUES.keySet(), names);
    }

    @Test
    void everyPropertyTakesItsValuesAndRefusesOthers() {
        for (Setting<?> setting : Settings.ALL) {
            String[] values = VALUES.get(setting.name());
            SurfaceConfig right = read(Map.of(setting.name(), values[0]), Map.of());
            assertTrue(
                    right.findings().stream().noneMatch(f -> f.severity() == Finding.Severity.ERROR), setting.name());
            assertEquals(setting.type().parse(values[0]), right.find(setting).orElseThrow(), setting.name());
            if (values[1] != null) {
                assertEquals(
                        List.of("ERROR SURFACE_CONFIG_INVALID"),
                        codes(read(Map.of(setting.name(), values[1]), Map.of())),
                        setting.name());
            }
        }
    }

    @Test
    void everyFamilyTakesItsValuesAndRefusesOthers() {
        for (Family<?, ?> family : Settings.FAMILIES) {
            String[] values = VALUES.get(family.name());
            SurfaceConfig right = read(Map.of(family.property("one"), values[0]), Map.of());
            assertEquals(List.of(), right.findings(), family.name());
            assertEquals(
                    family.type().parse(values[0]),
                    right.members(family).get(family.key().apply("one")),
                    family.name());
            assertEquals(
                    List.of("ERROR SURFACE_CONFIG_INVALID"),
                    codes(read(Map.of(family.property("one"), values[1]), Map.of())),
                    family.name());
            assertEquals(
                    List.of("ERROR SURFACE_CONFIG_INVALID"),
                    codes(read(Map.of(family.property("No Name"), values[0]), Map.of())),
                    family.name());
        }
    }

    @Test
    void aFamilyHasItsStandardsAndTheEnvironmentMaySetThemAndPlainNames() {
        Kind sbom = new Kind("sbom.fragment");
        assertEquals(
                Duration.ofDays(30),
                read(Map.of(), Map.of()).members(Settings.CACHE_LIFETIME).get(sbom));
        Map<String, String> set = new HashMap<>();
        set.put("SURFACE_CACHE_LIFETIME__SBOM_FRAGMENT_", "1d");
        set.put("SURFACE_TENANTS__ACME__CACHE_SHARE", "25");
        SurfaceConfig config = read(Map.of(), set);
        assertEquals(List.of(), config.findings());
        assertEquals(Duration.ofDays(1), config.members(Settings.CACHE_LIFETIME).get(sbom));
        assertEquals(25, config.members(Settings.TENANT_CACHE_SHARE).get(new Tenant("acme")));
    }

    @Test
    void aVariableWhoseNameCantBeToldIsRefused() {
        assertEquals(
                List.of("ERROR SURFACE_CONFIG_INVALID"),
                codes(read(Map.of(), Map.of("SURFACE_TENANTS__TEAM_A__CACHE_SHARE", "25"))));
    }

    @Test
    void aRemoteStoreHasADiskCacheUnlessToldOtherwise() {
        assertEquals(Settings.CacheType.MEMORY, read(Map.of(), Map.of()).cacheType());
        assertEquals(
                Settings.CacheType.DISK,
                read(Map.of("surface.store.type", "s3"), Map.of()).cacheType());
        assertEquals(
                Settings.CacheType.NONE,
                read(Map.of("surface.store.type", "s3", "surface.cache.type", "none"), Map.of())
                        .cacheType());
    }

    @Test
    void aWildcardIsNeitherATenantNorAClaimNorASubject() {
        String tenants = "surface.security.subject-tenants.\"one\"";
        String claims = "surface.security.tenant-claims";
        assertEquals(List.of("ERROR SURFACE_UNSAFE"), codes(read(Map.of(tenants, "*"), Map.of())));
        assertEquals(List.of("ERROR SURFACE_UNSAFE"), codes(read(Map.of(tenants, "acme, *"), Map.of())));
        assertEquals(List.of(), codes(read(Map.of(tenants, "acme"), Map.of())));
        assertEquals(List.of("ERROR SURFACE_UNSAFE"), codes(read(Map.of(claims, "*"), Map.of())));
        assertEquals(List.of("ERROR SURFACE_UNSAFE"), codes(read(Map.of(claims, "tenant,realm/*"), Map.of())));
        assertEquals(List.of("ERROR SURFACE_UNSAFE"), codes(read(Map.of(claims, "realm/\"*\""), Map.of())));
        assertEquals(List.of(), codes(read(Map.of(claims, "tenant,realm/tenants"), Map.of())));
        String subject = "surface.security.subject-tenants.\"*\"";
        assertEquals(List.of("ERROR SURFACE_CONFIG_INVALID"), codes(read(Map.of(subject, "acme"), Map.of())));
    }

    @Test
    void nothingGivenIsFine() {
        SurfaceConfig config = read(Map.of(), Map.of());
        assertEquals(List.of(), config.findings());
        assertEquals(Duration.ofHours(1), config.get(Settings.STORE_GRACE));
        assertEquals(64L << 20, config.get(Settings.MEMORY_QUOTA));
        assertEquals(config.home().resolve("store"), config.storeRoot());
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearestKnownOne() {
        SurfaceConfig config = read(Map.of("surface.store.grase", "1h"), Map.of());
        assertEquals(List.of("ERROR SURFACE_CONFIG_UNKNOWN"), codes(config));
        assertTrue(config.findings().getFirst().hint().contains("surface.store.grace"));
    }

    @Test
    void inTheEnvironmentAnUnknownNameIsAWarningAndWhatKubernetesInjectsIsIgnored() {
        Map<String, String> environment = new HashMap<>();
        environment.put("SURFACE_STORE_GRASE", "1h");
        environment.put("SURFACE_FS_SERVICE_HOST", "10.0.0.1");
        environment.put("SURFACE_FS_PORT_8080_TCP_ADDR", "10.0.0.1");
        environment.put("SURFACE_FS_SERVICE_PORT_GRPC", "9000");
        environment.put("SURFACE_HOME", "/x");
        assertEquals(List.of("WARNING SURFACE_CONFIG_UNKNOWN"), codes(read(Map.of(), environment)));
    }

    @Test
    void anAliasFillsAPropertyOnlyWhereItIsNotSet() {
        Map<String, String> environment = Map.of("ZASTAVA_SURFACE_TENANT", "z", "SCANNER_SURFACE_TENANT", "s");
        assertEquals(
                "s",
                read(Map.of(), environment).find(Settings.TENANT).orElseThrow().value());
        assertEquals(
                "own",
                read(Map.of("surface.tenant", "own"), environment)
                        .find(Settings.TENANT)
                        .orElseThrow()
                        .value());
    }

    /** Of each aliased property, what fills it: its own variable first, then the others in their order. */
    private static final Map<String, List<String>> ALIASES = Map.of(
            "surface.store.endpoint",
            List.of(
                    "SURFACE_STORE_ENDPOINT",
                    "SURFACE_FS_ENDPOINT",
                    "SCANNER_SURFACE_FS_ENDPOINT",
                    "ZASTAVA_SURFACE_FS_ENDPOINT"),
            "surface.store.bucket",
            List.of(
                    "SURFACE_STORE_BUCKET",
                    "SURFACE_FS_BUCKET",
                    "SCANNER_SURFACE_FS_BUCKET",
                    "ZASTAVA_SURFACE_FS_BUCKET"),
            "surface.cache.root",
            List.of("SURFACE_CACHE_ROOT", "SCANNER_SURFACE_CACHE_ROOT", "ZASTAVA_SURFACE_CACHE_ROOT"),
            "surface.cache.quota",
            List.of(
                    "SURFACE_CACHE_QUOTA",
                    "SURFACE_CACHE_QUOTA_MB",
                    "SCANNER_SURFACE_CACHE_QUOTA_MB",
                    "ZASTAVA_SURFACE_CACHE_QUOTA_MB"),
            "surface.tenant",
            List.of("SURFACE_TENANT", "SCANNER_SURFACE_TENANT", "ZASTAVA_SURFACE_TENANT"),
            "surface.features",
            List.of("SURFACE_FEATURES", "SCANNER_SURFACE_FEATURES", "ZASTAVA_SURFACE_FEATURES"));

    /** A lawful value that differs from variable to variable. */
    private static String valueOf(String property, int place) {
        return switch (property) {
            case "surface.store.endpoint" -> "https://s3-" + place + ".local";
            case "surface.cache.root" -> "/srv/cache-" + place;
            case "surface.cache.quota" -> String.valueOf(100 + place);
            default -> "name-" + place;
        };
    }

    @Test
    void everyAliasFillsItsPropertyAndThoseBeforeItGoFirst() {
        Map<String, List<String>> aliased = new HashMap<>();
        for (Setting<?> setting : Settings.ALL) {
            if (!setting.aliases().isEmpty()) {
                aliased.put(
                        setting.name(),
                        Stream.concat(Stream.of(setting.variable()), setting.aliases().stream())
                                .toList());
            }
        }
        assertEquals(ALIASES, aliased);
        for (Setting<?> setting : Settings.ALL) {
            List<String> variables = ALIASES.getOrDefault(setting.name(), List.of());
            Map<String, String> environment = new HashMap<>();
            // From the last to the first: each is set beside all that stand behind it, and counts.
            for (int i = variables.size() - 1; i >= 0; i--) {
                String variable = variables.get(i);
                String value = valueOf(setting.name(), i);
                environment.put(variable, value);
                SurfaceConfig config = read(Map.of(), environment);
                String bytes = variable.endsWith("_MB") ? value + "M" : value;
                assertEquals(setting.type().parse(bytes), config.find(setting).orElseThrow(), variable);
                assertTrue(config.isSet(setting), variable);
                assertTrue(
                        config.findings().stream().noneMatch(f -> f.code().equals("SURFACE_CONFIG_UNKNOWN")), variable);
            }
            if (!variables.isEmpty()) {
                String named = valueOf(setting.name(), 9);
                assertEquals(
                        setting.type().parse(named),
                        read(Map.of(setting.name(), named), environment)
                                .find(setting)
                                .orElseThrow(),
                        "a file, or -D, goes before all of them");
            }
        }
    }

    @Test
    void namesWithoutSurfaceAndEmptyAliasesAreNeverRead() {
        Map<String, String> environment = new HashMap<>();
        environment.put("SCANNER_TENANT", "other");
        environment.put("ZASTAVA_FS_ENDPOINT", "https://other.local");
        environment.put("SCANNER_SURFACE_TENANT", "");
        SurfaceConfig config = read(Map.of(), environment);
        assertEquals(List.of(), config.findings());
        assertEquals(Optional.empty(), config.find(Settings.TENANT));
        assertEquals(Optional.empty(), config.find(Settings.STORE_ENDPOINT));
        assertFalse(config.isSet(Settings.TENANT));
    }

    @Test
    void aWrongValueOfAnAliasIsToldByTheAliassName() {
        Finding finding = read(Map.of(), Map.of("SCANNER_SURFACE_CACHE_QUOTA_MB", "10G"))
                .findings()
                .getFirst();
        assertEquals("SURFACE_CONFIG_INVALID", finding.code());
        assertTrue(finding.hint().contains("SCANNER_SURFACE_CACHE_QUOTA_MB"), finding.hint());
    }

    @Test
    void aSecretsValueIsNoPropertyAndIsToldByItsNameAlone() {
        String[][] secrets = {
            {"surface.upstream.token", "surface.upstream.token-file"},
            {"surface.store.secret-access-key", "surface.secrets.dir"},
            {"surface.store.access-key-id", "surface.secrets.dir"},
            {"surface.signing.private-key", "surface.secrets.dir"},
            {"surface.store.password", "surface.secrets.dir"},
        };
        for (String[] secret : secrets) {
            SurfaceConfig config = read(Map.of(secret[0], "canary"), Map.of());
            assertEquals(List.of("ERROR SURFACE_CONFIG_UNKNOWN"), codes(config), secret[0]);
            String line = config.findings().getFirst().line();
            assertTrue(line.contains(secret[0]) && line.contains(secret[1] + "?"), line);
            assertTrue(line.contains("only the name of its file"), line);
            assertFalse(line.contains("canary"), line);
            String variable = secret[0].replaceAll("[^a-z0-9]", "_").toUpperCase(Locale.ROOT);
            SurfaceConfig environment = read(Map.of(), Map.of(variable, "canary"));
            assertEquals(List.of("WARNING SURFACE_CONFIG_UNKNOWN"), codes(environment), variable);
            assertTrue(environment.findings().getFirst().hint().contains(secret[1] + "?"), variable);
            assertFalse(environment.findings().getFirst().line().contains("canary"), variable);
        }
    }

    @Test
    void anUnknownFeatureIsAWarning() {
        assertEquals(
                List.of("WARNING SURFACE_FEATURE_UNKNOWN"), codes(read(Map.of("surface.features", "x"), Map.of())));
    }

    private static String page() {
        StringBuilder page = new StringBuilder();
        page.append("# Settings\n\n"
                        + "Every `surface.*` property, its type, default and meaning. In the environment a name is"
                        + " in upper case with")
                .append(" `_` for every\n"
                        + "other character (`SURFACE_STORE_GRACE`). Durations are like `30s`, `5m`, `7d` or"
                        + " `PT30S`, sizes like")
                .append(" `512M` or `10G` in powers\n"
                        + "of 1024. An unknown name in a file or `-D` stops the start; in the environment it is a")
                .append(" warning. Addresses and ports are\n"
                        + "Quarkus' own: `quarkus.http.*`, `quarkus.grpc.server.*`, `quarkus.management.*`.\n\n")
                .append("| property | type | default | meaning |\n|---|---|---|---|\n");
        for (Setting<?> s : Settings.ALL) {
            String standard = s.standard() == null ? "" : s.standard().isEmpty() ? "empty" : "`" + s.standard() + "`";
            String aliases = s.aliases().isEmpty() ? "" : " (also `" + String.join("`, `", s.aliases()) + "`)";
            page.append("| `")
                    .append(s.name())
                    .append("` | ")
                    .append(s.type().label())
                    .append(" | ")
                    .append(standard)
                    .append(" | ")
                    .append(s.meaning())
                    .append(aliases)
                    .append(" |\n");
        }
        for (Family<?, ?> f : Settings.FAMILIES) {
            String standards = f.standards().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(e -> "`" + e.getKey() + "` " + e.getValue())
                    .collect(Collectors.joining(", "));
            page.append("| `")
                    .append(f.name())
                    .append("` | ")
                    .append(f.type().label())
                    .append(" | ")
                    .append(standards)
                    .append(" | ")
                    .append(f.meaning())
                    .append(" |\n");
        }
        return page.toString();
    }

    /** {@code -Dsurface.docs.write} writes the page instead. */
    @Test
    void theReferencePageSaysWhatTheSettingsAre() throws IOException {
        Path file = Path.of("docs/configuration.md");
        if (Boolean.getBoolean("surface.docs.write")) {
            Files.writeString(file, page());
        }
        assertEquals(page(), Files.readString(file));
    }
}
