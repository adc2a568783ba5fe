package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.config.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
    private static final List<String> READABLE = List.of("WARNING SURFACE_UNSAFE");
    private static final List<String> WRITABLE = List.of("ERROR SURFACE_UNSAFE");

    @TempDir
    Path temp;

    private Path folder;
    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        folder = Files.createDirectory(temp.resolve("secrets"));
        file = Files.writeString(folder.resolve("upstream-token"), "canary");
        set(folder, "rwx------");
        set(file, "rw-------");
    }

    private static void set(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static List<Finding> found(String... properties) {
        List<Finding> findings = new ArrayList<>();
        ChecksRig rig = ChecksRig.of(properties);
        SecretFiles.run(rig.config(), rig.quarkus(), findings);
        return findings;
    }

    private static List<String> told(String... properties) {
        return ChecksRig.told(found(properties));
    }

    @Test
    void aSecretThatEverybodyCanReadIsToldWhoeverNamesIt() throws IOException {
        String[][] named = {
            {"surface.secrets.dir", folder.toString()},
            {"surface.upstream.token-file", file.toString()},
            {"quarkus.tls.key-store.pem.0.key", file.toString()},
            {"quarkus.tls.issuer.key-store.p12.path", file.toString()},
            {"QUARKUS_TLS_KEY_STORE_JKS_PATH", file.toString()},
        };
        for (String[] one : named) {
            set(file, "r--r-----");
            assertEquals(List.of(), told(one), one[0]);
            set(file, "r--r--r--");
            assertEquals(READABLE, told(one), one[0]);
            Finding finding = found(one).getFirst();
            assertTrue(finding.message().contains(file + ", named by " + one[0]), finding.message());
            assertEquals(List.of(), told(one[0], one[1], "surface.security.allow-open-secrets", "true"), one[0]);
        }
        assertEquals(List.of(), told("quarkus.tls.key-store.pem.0.cert", file.toString()), "no secret");
        assertEquals(
                List.of(),
                told("surface.upstream.token-file", folder.resolve("none").toString()));
    }

    @Test
    void aSecretThatEverybodyCanWriteOrReplaceIsRefused() throws IOException {
        String[] named = {"surface.upstream.token-file", file.toString()};
        set(file, "rw-----w-");
        assertEquals(WRITABLE, told(named));
        assertTrue(found(named).getFirst().hint().contains("surface.security.allow-open-secrets=true"));
        set(file, "rw-------");
        set(folder, "rwx---rwx");
        assertEquals(WRITABLE, told(named));
        assertEquals(List.of(), told(named[0], named[1], "surface.security.allow-open-secrets", "true"));
        Files.setAttribute(folder, "unix:mode", 0041777);
        assertEquals(List.of(), told(named), "in a folder like /tmp only the owner replaces a file");
    }

    @Test
    void whatTheKubeletMountsIsReadableInThePodOnly() throws IOException {
        Path version = Files.createDirectory(folder.resolve("..2026_11_29"));
        Files.move(file, version.resolve("upstream-token"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_29"));
        Files.createSymbolicLink(file, Path.of("..data/upstream-token"));
        set(version.resolve("upstream-token"), "rw-r--r--");
        assertEquals(List.of(), told("surface.secrets.dir", folder.toString()));
        Files.delete(folder.resolve("..data"));
        Files.createDirectory(folder.resolve("..data"));
        Files.move(version.resolve("upstream-token"), folder.resolve("..data/upstream-token"));
        assertEquals(READABLE, told("surface.secrets.dir", folder.toString()), "a folder of that name is no mount");
        set(folder.resolve("..data/upstream-token"), "rw-r--rw-");
        assertEquals(WRITABLE, told("surface.secrets.dir", folder.toString()));
    }
}
