package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.client.Again;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsideTest {
    @TempDir
    Path folder;

    private Site site;
    private Site target;
    private Path kit;
    private Digest index;
    private ArtefactKey bad;
    private Path top;

    @BeforeEach
    void open() throws IOException {
        site = Site.open(folder.resolve("home")).filled();
        target = Site.open(folder.resolve("target"));
        kit = folder.resolve("kit");
        index = site.export(kit, Site.all(1)).index();
        top = folder.resolve("aside");
        bad = site.put(Site.ACME, Site.SBOM, Site.payload(1, 20), Site.IMAGE, "scan-1")
                .key();
    }

    @AfterEach
    void close() {
        target.close();
        site.close();
    }

    private KitImport.Options options() {
        return new KitImport.Options(false, KitTrust.NONE, 4, top, new Again(java.time.Duration.ZERO));
    }

    private KitReport bring() throws IOException {
        return target.bring(kit, options());
    }

    private Path place(Path kept, String end) {
        return kept.resolve("acme/sbom.fragment/" + bad.digest().hex() + end);
    }

    private void flip(String path) throws IOException {
        byte[] bytes = Files.readAllBytes(kit.resolve(path));
        bytes[bytes.length / 2] ^= 1;
        Files.write(kit.resolve(path), bytes);
    }

    @Test
    void whatDoesNotComeInIsKeptAsItLiesInTheKitWithTheReason() throws IOException {
        flip(KitPaths.payload(bad));
        KitReport report = bring();
        assertEquals(4, report.good());
        assertEquals(1, report.bad());
        Path kept = top.resolve(index.hex());
        assertEquals(kept, report.aside());
        assertArrayEquals(
                Files.readAllBytes(kit.resolve(KitPaths.payload(bad))), Files.readAllBytes(place(kept, ".json.zst")));
        assertArrayEquals(
                Files.readAllBytes(kit.resolve(KitPaths.manifest(bad))), Files.readAllBytes(place(kept, ".json")));
        JsonNode reason =
                new ObjectMapper().readTree(place(kept, ".reason.json").toFile());
        assertEquals("CHECKSUM", reason.get("fault").asText());
        assertEquals(
                report.problems().getFirst().message(), reason.get("message").asText());
        assertEquals(KitPaths.manifest(bad), reason.get("path").asText());
        assertEquals(2, reason.get("copied").size());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)));
        assertEquals(3, KitTest.files(top).size(), "nothing but the one entry");
        assertEquals(kept, bring().aside(), "again, in the same place");
        assertEquals(3, KitTest.files(top).size());
    }

    @Test
    void ofAMissingFileOnlyTheOtherOneIsKept() throws IOException {
        Files.delete(kit.resolve(KitPaths.payload(bad)));
        Path kept = bring().aside();
        assertNotNull(kept);
        assertTrue(Files.exists(place(kept, ".json")));
        assertFalse(Files.exists(place(kept, ".json.zst")));
        assertEquals(
                "MISSING",
                new ObjectMapper()
                        .readTree(place(kept, ".reason.json").toFile())
                        .get("fault")
                        .asText());
    }

    @Test
    void aSoundKitAndADryRunPutNothingAside() throws IOException {
        flip(KitPaths.payload(bad));
        List<String> told = new ArrayList<>();
        KitReport report = target.foresee(kit, options(), told);
        assertEquals(1, report.bad());
        assertNull(report.aside());
        assertFalse(Files.exists(top));
        flip(KitPaths.payload(bad));
        assertNull(bring().aside());
        assertFalse(Files.exists(top));
    }

    @Test
    void beyondItsBoundsAnEntryIsOnlyToldOf() throws IOException {
        flip(KitPaths.payload(bad));
        try (Kit opened = Kit.open(kit);
                Kit.Entries entries = opened.entries(problem -> {})) {
            List<KitEntry> all = new java.util.ArrayList<>();
            for (KitEntry entry = entries.next(); entry != null; entry = entries.next()) {
                all.add(entry);
            }
            KitEntry first = all.get(0);
            KitEntry second = all.get(1);
            Aside narrow = new Aside(opened, top, new Aside.Bounds(first.manifestBytes(), 1));
            narrow.put(first, KitFault.CHECKSUM, "why");
            assertNull(narrow.failure());
            narrow.put(second, KitFault.CHECKSUM, "why");
            assertNotNull(narrow.failure());
            assertEquals(2, KitTest.files(top).size(), "a manifest and its reason: no payload fits, no second entry");
            Aside next = new Aside(opened, top, new Aside.Bounds(1 << 20, 1));
            next.put(second, KitFault.CHECKSUM, "why");
            assertNotNull(next.failure(), "what lies there from before counts");
        }
    }

    @Test
    void whereNothingCanBeKeptTheImportGoesOnAndSaysSo() throws IOException {
        flip(KitPaths.payload(bad));
        Files.writeString(top, "a file");
        KitReport report = bring();
        assertEquals(4, report.good());
        assertNull(report.aside());
        assertEquals(1, report.warnings().size());
    }

    @Test
    void aKitWithoutAnIndexIsNamedByWhatItsManifestsAre() throws IOException {
        Files.delete(kit.resolve(KitPaths.INDEX));
        flip(KitPaths.payload(bad));
        Path kept = bring().aside();
        assertNotNull(kept);
        assertTrue(Files.exists(place(kept, ".json.zst")));
        assertEquals(kept, bring().aside());
    }
}
