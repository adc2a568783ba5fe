package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.config.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupChecksTest {
    @TempDir
    Path home;

    private List<Finding> found(String... properties) {
        String[] common = {
            "surface.home", home.resolve("home").toString(),
            "quarkus.http.host", "127.0.0.1",
            "quarkus.grpc.server.host", "127.0.0.1"
        };
        ChecksRig rig =
                ChecksRig.of(Stream.of(common, properties).flatMap(Stream::of).toArray(String[]::new));
        return StartupChecks.run(rig.config(), rig.quarkus());
    }

    private static boolean tells(List<Finding> findings, String severityAndCode, String part) {
        return findings.stream()
                .anyMatch(f -> (f.severity() + " " + f.code()).equals(severityAndCode)
                        && f.message().contains(part)
                        && !f.hint().isEmpty());
    }

    private Path secret(String name, String mode) throws IOException {
        Path file = Files.writeString(home.resolve(name), "secret");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void theDefaultsOnLoopbackAreFine() {
        assertEquals(
                List.of(),
                found().stream()
                        .filter(f -> f.severity() == Finding.Severity.ERROR)
                        .toList());
    }

    @Test
    void allThatIsWrongIsToldAtOnce() throws IOException {
        List<Finding> findings = found(
                "surface.cache.type",
                "disk",
                "surface.cache.root",
                home.resolve("home/store/cache").toString(),
                "surface.cache.quota",
                "1048576T",
                "quarkus.tls.trust-all",
                "true",
                "surface.upstream.token-file",
                secret("token", "rw-rw-rw-").toString(),
                "surface.security.subject-tenants.\"system\"",
                "*",
                "surface.no-such-thing",
                "1",
                "surface.store.grace",
                "tomorrow",
                "surface.features",
                "flying",
                "quarkus.grpc.server.host",
                "0.0.0.0");
        assertTrue(tells(findings, "ERROR SURFACE_UNSAFE", "surface.cache.root"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_UNSAFE", "surface.cache.quota"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_UNSAFE", "quarkus.tls.trust-all"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_UNSAFE", "surface.upstream.token-file"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_UNSAFE", "subject-tenants"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_CONFIG_UNKNOWN", "surface.no-such-thing"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_CONFIG_INVALID", "surface.store.grace"), findings::toString);
        assertTrue(tells(findings, "WARNING SURFACE_FEATURE_UNKNOWN", "flying"), findings::toString);
        assertTrue(tells(findings, "ERROR SURFACE_UNAUTHENTICATED_REMOTE", "0.0.0.0"), findings::toString);
    }

    @Test
    void anOldTokenOfAnUpstreamIsToldWhereverItsFileIsNamed() throws IOException {
        Path token = secret("upstream-token", "rw-------");
        for (String[] named : new String[][] {
            {"surface.secrets.dir", home.toString()}, {"surface.upstream.token-file", token.toString()}
        }) {
            String[] upstream = {
                "surface.store.type",
                "upstream",
                "surface.store.endpoint",
                "https://up:9000",
                "surface.tenant",
                "acme",
                named[0],
                named[1]
            };
            Files.setLastModifiedTime(token, FileTime.from(Instant.now().minus(Duration.ofDays(89))));
            assertEquals(
                    List.of(),
                    found(upstream).stream()
                            .filter(f -> f.code().contains("SECRET"))
                            .toList(),
                    named[0]);
            Files.setLastModifiedTime(token, FileTime.from(Instant.now().minus(Duration.ofDays(91))));
            assertTrue(tells(found(upstream), "WARNING SURFACE_SECRET_STALE", "upstream-token"), named[0]);
        }
    }
}
