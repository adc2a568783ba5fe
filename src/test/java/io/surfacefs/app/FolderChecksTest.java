package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.config.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderChecksTest {
    private static final List<String> UNSAFE = List.of("ERROR SURFACE_UNSAFE");
    private static final long GIB = 1L << 30;

    @TempDir
    Path home;

    /** What is found beside the home, with disks of so many bytes; what is in own-disk is on another one. */
    private List<Finding> found(long size, String... properties) {
        String[] all = Stream.concat(Stream.of("surface.home", home.toString()), Arrays.stream(properties))
                .toArray(String[]::new);
        List<Finding> findings = new ArrayList<>();
        FolderChecks.run(
                ChecksRig.of(all).config(),
                folder -> new FolderChecks.Volume(folder.toString().contains("own-disk"), size),
                findings);
        return findings;
    }

    private List<String> told(long size, String... properties) {
        return ChecksRig.told(found(size, properties));
    }

    private String at(String folder) {
        return home.resolve(folder).toString();
    }

    @BeforeEach
    void makeOwnDisk() throws IOException {
        Files.createDirectory(home.resolve("own-disk"));
    }

    private static String[] with(String[] properties, String... more) {
        return Stream.concat(Arrays.stream(properties), Arrays.stream(more)).toArray(String[]::new);
    }

    private static final String[] ALL = {
        "surface.cache.type", "disk",
        "surface.write-mode", "write-behind"
    };

    @Test
    void theDefaultsAreApart() {
        assertEquals(List.of(), told(1000 * GIB, ALL));
        assertEquals(List.of(), told(1000 * GIB, with(ALL, "surface.store.type", "s3")));
    }

    @Test
    void noTwoOfThemAreOneFolderOrOneInsideTheOther() throws IOException {
        String[][] pairs = {
            {"surface.cache.root", at("store")},
            {"surface.cache.root", at("store/tmp/cache")},
            {"surface.cache.root", at("spool/x/../cache")},
            {"surface.spool.root", at("store/spool")},
            {"surface.store.root", at("cache/store")},
            {"surface.intake.root", at("cache/intake")},
            {"surface.intake.root", at("spool")},
            {"surface.intake.root", at("store")},
            {"surface.intake.root", at("store/surface-cache")},
        };
        for (String[] pair : pairs) {
            assertEquals(UNSAFE, told(1000 * GIB, with(ALL, pair)), pair[0] + "=" + pair[1]);
            assertEquals(
                    List.of(),
                    told(1000 * GIB, with(with(ALL, pair), "surface.security.allow-nested-folders", "true")),
                    pair[1]);
        }
        assertEquals(List.of(), told(1000 * GIB, with(ALL, "surface.intake.root", at("store/tmp"))));
        assertEquals(List.of(), told(1000 * GIB, with(ALL, "surface.cache.root", at("store-cache"))));
        Finding finding =
                found(1000 * GIB, with(ALL, "surface.cache.root", at("store"))).getFirst();
        assertTrue(finding.message().contains("surface.store.root=" + at("store")), finding.message());
        assertTrue(finding.hint().contains("surface.security.allow-nested-folders=true"), finding.hint());
    }

    @Test
    void aSymbolicLinkIsNoWayAroundIt() throws IOException {
        Files.createDirectories(home.resolve("store"));
        Files.createSymbolicLink(home.resolve("link"), home.resolve("store"));
        assertEquals(UNSAFE, told(1000 * GIB, with(ALL, "surface.cache.root", at("link/cache"))));
        Files.createDirectories(home.resolve("elsewhere"));
        Files.createSymbolicLink(home.resolve("away"), home.resolve("elsewhere"));
        assertEquals(List.of(), told(1000 * GIB, with(ALL, "surface.cache.root", at("away/cache"))));
    }

    @Test
    void foldersThatAreNotUsedMayBeAnywhere() {
        String[] unused = {
            "surface.cache.type", "memory", "surface.cache.root", at("store"), "surface.spool.root", at("store")
        };
        assertEquals(List.of(), told(1000 * GIB, unused));
        String[] s3 = {"surface.store.type", "s3", "surface.store.root", at("cache")};
        assertEquals(List.of(), told(1000 * GIB, s3));
    }

    @Test
    void aQuotaThatWasSetIsNoLargerThanTheDisk() {
        String[] s3 = {"surface.store.type", "s3", "surface.cache.root", at("own-disk"), "surface.cache.quota"};
        assertEquals(List.of(), told(100 * GIB, with(s3, "100G")));
        assertEquals(UNSAFE, told(100 * GIB, with(s3, "107374182401")));
        assertEquals(List.of(), told(0, with(s3, "101G")), "a file system that doesn't say");
        assertEquals(List.of(), told(100 * GIB, with(s3, "101G", "surface.security.allow-quota-beyond-disk", "true")));
        Finding finding = found(100 * GIB, with(s3, "101G")).getFirst();
        assertTrue(finding.message().contains("surface.cache.quota=108447924224"), finding.message());
        assertTrue(finding.hint().contains("surface.security.allow-quota-beyond-disk=true"), finding.hint());
        for (String quota : List.of("surface.intake.quota", "surface.spool.quota")) {
            assertEquals(UNSAFE, told(100 * GIB, with(ALL, quota, "101G")), quota);
        }
    }

    @Test
    void quotasOnOneDiskCountTogether() {
        String[] two = with(ALL, "surface.cache.quota", "60G", "surface.spool.quota", "50G");
        assertEquals(UNSAFE, told(100 * GIB, two));
        assertEquals(List.of(), told(100 * GIB, with(two, "surface.cache.root", at("own-disk"))));
        assertEquals(List.of(), told(120 * GIB, two));
        String[] huge = with(ALL, "surface.cache.quota", "8388607T", "surface.spool.quota", "2T");
        assertEquals(UNSAFE, told(100 * GIB, huge), "the sum is past what a long can hold");
    }

    @Test
    void aDefaultThatIsLargerThanTheDiskIsOnlyTold() {
        assertEquals(List.of("WARNING SURFACE_UNSAFE"), told(5 * GIB));
        assertEquals(List.of("WARNING SURFACE_UNSAFE"), told(15 * GIB, with(ALL, "surface.cache.quota", "1G")));
        assertEquals(List.of(), told(10 * GIB));
        assertEquals(List.of(), told(5 * GIB, "surface.intake.quota", "1G"));
        assertEquals(List.of(), told(5 * GIB, "surface.security.allow-quota-beyond-disk", "true"));
    }

    @Test
    void theDisksAreThoseOfThisMachineAlsoForFoldersThatAreStillToBeMade() throws IOException {
        long size = Files.getFileStore(home).getTotalSpace();
        for (long quota : new long[] {size, size + 1}) {
            List<Finding> findings = new ArrayList<>();
            String[] properties = {
                "surface.home",
                at("not/yet"),
                "surface.intake.quota",
                "1",
                "surface.spool.quota",
                Long.toString(quota - 1),
                "surface.write-mode",
                "write-behind"
            };
            FolderChecks.run(ChecksRig.of(properties).config(), findings);
            assertEquals(quota > size ? UNSAFE : List.of(), ChecksRig.told(findings));
        }
    }
}
