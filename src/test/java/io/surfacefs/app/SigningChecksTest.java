package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.surfacefs.config.Finding;
import io.surfacefs.signing.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningChecksTest {
    @TempDir
    Path folder;

    private TestKeys keys;

    @BeforeEach
    void make() throws IOException {
        keys = new TestKeys(folder.resolve("keys"));
        keys.make("site-a", true);
        keys.make("stranger", false);
    }

    private List<Finding> findings(String... properties) {
        List<Finding> findings = new ArrayList<>();
        SigningChecks.run(ChecksRig.of(properties).config(), Instant.now(), findings);
        for (Finding finding : findings) {
            assertFalse(finding.line().contains("BEGIN"), finding::line);
        }
        return findings;
    }

    private List<String> told(String... properties) {
        return ChecksRig.told(findings(properties));
    }

    private String trust() {
        return keys.trusted().toString();
    }

    @Test
    void keysThatFitEachOtherAreFineAndSoIsNone() {
        assertEquals(List.of(), told());
        assertEquals(
                List.of(),
                told(
                        "surface.signing.key-file",
                        keys.file("site-a").toString(),
                        "surface.signing.key-id",
                        "another-name",
                        "surface.signing.trust-dir",
                        trust(),
                        "surface.signing.verify",
                        "require"));
        assertEquals(List.of(), told("surface.signing.trust-dir", trust(), "surface.signing.verify", "warn"));
    }

    @Test
    void aKeyThatIsMissingOrNoneIsRefusedByCode() {
        assertEquals(
                List.of("ERROR SURFACE_SECRET_MISSING"),
                told("surface.signing.key-file", folder.resolve("absent").toString()));
        assertEquals(
                List.of("ERROR SURFACE_CONFIG_INVALID"),
                told(
                        "surface.signing.key-file",
                        keys.trusted().resolve("site-a.pem").toString()));
        assertEquals(List.of("ERROR SURFACE_CONFIG_INVALID"), told("surface.signing.key-id", "of-nobody"));
    }

    @Test
    void aSignatureThatIsWantedOfNobodyIsRefused() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertEquals(List.of("ERROR SURFACE_CONFIG_INVALID"), told("surface.signing.verify", "require"));
        assertEquals(
                List.of("ERROR SURFACE_CONFIG_INVALID"),
                told("surface.signing.verify", "require", "surface.signing.trust-dir", empty.toString()));
        assertEquals(List.of(), told("surface.signing.trust-dir", empty.toString()));
        assertEquals(
                List.of("ERROR SURFACE_CONFIG_INVALID"),
                told("surface.signing.trust-dir", folder.resolve("absent").toString()));
    }

    @Test
    void aKeyThatIsNotTrustedHereIsAWarningSinceOthersMayTrustIt() {
        assertEquals(
                List.of("WARNING SURFACE_CONFIG_INVALID"),
                told(
                        "surface.signing.key-file", keys.file("stranger").toString(),
                        "surface.signing.trust-dir", trust(),
                        "surface.signing.verify", "require"));
    }

    @Test
    void theMountedKeyCountsWhereNoneIsNamedAndAnOldOneIsTold() throws IOException {
        Path secrets = Files.createDirectories(folder.resolve("secrets"));
        assertEquals(List.of(), told("surface.secrets.dir", secrets.toString()));
        Path mounted = Files.copy(keys.file("site-a"), secrets.resolve("signing-key.pem"));
        assertEquals(List.of(), told("surface.secrets.dir", secrets.toString(), "surface.signing.key-id", "site-a"));
        Files.setLastModifiedTime(mounted, FileTime.from(Instant.now().minus(Duration.ofDays(91))));
        assertEquals(List.of("WARNING SURFACE_SECRET_STALE"), told("surface.secrets.dir", secrets.toString()));
        Files.writeString(mounted, "no key");
        assertEquals(List.of("ERROR SURFACE_CONFIG_INVALID"), told("surface.secrets.dir", secrets.toString()));
    }

    @Test
    void aTrustFolderThatEverybodyCanWriteIsRefused() throws IOException {
        Files.setPosixFilePermissions(keys.trusted(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(List.of("ERROR SURFACE_UNSAFE"), told("surface.signing.trust-dir", trust()));
        assertEquals(
                List.of(), told("surface.signing.trust-dir", trust(), "surface.security.allow-open-secrets", "true"));
    }
}
