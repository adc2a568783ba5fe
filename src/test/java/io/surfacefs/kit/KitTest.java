package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.client.ManifestDocument;
import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.signing.TestKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KitTest {
    private static final KitImport.Options PLAIN = new KitImport.Options(false, KitTrust.NONE, 4);

    @TempDir
    Path folder;

    private Site site;

    @BeforeEach
    void open() {
        site = Site.open(folder.resolve("home")).filled();
    }

    @AfterEach
    void close() {
        site.close();
    }

    static Map<String, byte[]> files(Path kit) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(kit)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(kit.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void assertSame(Path a, Path b) throws IOException {
        Map<String, byte[]> left = files(a);
        Map<String, byte[]> right = files(b);
        assertEquals(left.keySet(), right.keySet());
        left.forEach((path, bytes) -> assertArrayEquals(bytes, right.get(path), path));
    }

    private JsonNode index(Path kit) throws IOException {
        return new ObjectMapper().readTree(kit.resolve(KitPaths.INDEX).toFile());
    }

    @Test
    void aKitThatWentThroughOtherSitesIsTheSameBytes() throws IOException {
        Path first = folder.resolve("first");
        assertEquals(5, site.export(first, Site.all(3)).entries());
        Path tar = folder.resolve("first.tar");
        site.export(tar, Site.all(3));
        try (Site second = Site.open(folder.resolve("second"));
                Site third = Site.open(folder.resolve("third"))) {
            KitReport report = second.bring(first);
            assertEquals(5, report.good());
            assertEquals(0, report.bad() + report.known() + report.differing(), report::toString);
            second.export(folder.resolve("second.tar"), Site.all(3));
            assertArrayEquals(Files.readAllBytes(tar), Files.readAllBytes(folder.resolve("second.tar")));
            assertEquals(5, third.bring(folder.resolve("second.tar")).good());
            third.export(folder.resolve("last"), Site.all(3));
            assertSame(first, folder.resolve("last"));
            assertEquals(3, third.kitVersion(Site.ACME).getAsLong());
            assertArrayEquals(
                    site.client.scan(Site.ACME, new ScanId("scan-1")).json(),
                    third.client.scan(Site.ACME, new ScanId("scan-1")).json());
        }
    }

    @Test
    void whoExportsWhereAndWhenMakesNoDifference() throws IOException {
        site.export(folder.resolve("a.tar"), Site.all(1));
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
            site.export(folder.resolve("b.tar"), Site.all(1));
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
        assertArrayEquals(Files.readAllBytes(folder.resolve("a.tar")), Files.readAllBytes(folder.resolve("b.tar")));
    }

    @Test
    void theIndexIsCanonicalSortedAndSaysWhatTheFilesAre() throws IOException {
        Path kit = folder.resolve("kit");
        KitExport.Result result = site.export(kit, Site.all(42));
        byte[] index = Files.readAllBytes(kit.resolve(KitPaths.INDEX));
        assertArrayEquals(CanonicalJson.write(CanonicalJson.parse(index, index.length)), index);
        assertEquals(io.surfacefs.codec.ManifestCodec.digestOf(index), result.index());
        JsonNode json = index(kit);
        assertEquals("stellaops.surface.kit@1", json.get("schema").asText());
        assertEquals(42, json.get("kitVersion").asLong());
        List<String> paths = new ArrayList<>();
        String latest = "";
        for (JsonNode entry : json.get("entries")) {
            paths.add(entry.get("manifestPath").asText());
            byte[] manifest = Files.readAllBytes(kit.resolve(paths.getLast()));
            assertEquals(manifest.length, entry.get("manifestBytes").asInt());
            assertEquals(
                    io.surfacefs.codec.ManifestCodec.digestOf(manifest).toString(),
                    entry.get("manifestSha256").asText());
            JsonNode inside = new ObjectMapper().readTree(manifest);
            String made = (inside.has("createdAt") ? inside.get("createdAt") : inside.get("generatedAt")).asText();
            latest = made.compareTo(latest) > 0 ? made : latest;
            if (entry.get("kind").asText().equals("surface.manifest")) {
                assertFalse(entry.has("payloadPath") || entry.has("payloadSha256") || entry.has("payloadBytes"));
            } else {
                byte[] payload =
                        Files.readAllBytes(kit.resolve(entry.get("payloadPath").asText()));
                assertEquals(payload.length, entry.get("payloadBytes").asInt());
                assertEquals(
                        io.surfacefs.codec.ManifestCodec.digestOf(payload).toString(),
                        entry.get("payloadSha256").asText());
            }
        }
        assertEquals(paths.stream().sorted().toList(), paths);
        assertEquals(5, paths.size());
        assertEquals(latest, json.get("generatedAt").asText());
        assertEquals(2 + 5 + 4 - 1, files(kit).size());
    }

    @Test
    void anArtefactTravelsWithAllImagesAndScansThatItIsFoundUnder() throws IOException {
        Digest third = io.surfacefs.codec.ManifestCodec.digestOf(Site.bytes("third"));
        site.put(Site.ACME, Site.SBOM, Site.payload(1, 20), third, "scan-9");
        site.export(folder.resolve("kit"), Site.all(1));
        try (Site other = Site.open(folder.resolve("other"))) {
            other.bring(folder.resolve("kit"));
            for (Site one : List.of(site, other)) {
                assertEquals(
                        1,
                        one.client
                                .list(new io.surfacefs.client.SurfaceClient.Query(
                                        Site.ACME, null, third, new ScanId("scan-9"), 10, ""))
                                .manifests()
                                .size());
            }
        }
    }

    @Test
    void whatIsKnownIsNotSentAgainButIsFoundUnderMore() throws IOException {
        site.export(folder.resolve("kit"), Site.all(1));
        try (Site other = Site.open(folder.resolve("other"))) {
            ManifestDocument own = other.put(Site.ACME, Site.SBOM, Site.payload(2, 30_000), Site.OTHER_IMAGE, "scan-7");
            // Were it read, it would be missed.
            Files.delete(folder.resolve("kit").resolve(KitPaths.payload(own.key())));
            KitReport report = other.bring(folder.resolve("kit"));
            assertEquals(5, report.good(), report::toString);
            assertEquals(1, report.known());
            assertEquals(1, report.differing());
            assertArrayEquals(own.json(), other.client.manifest(own.key()).json());
            assertEquals(
                    2,
                    other.client
                            .list(new io.surfacefs.client.SurfaceClient.Query(
                                    Site.ACME, Site.SBOM, null, new ScanId("scan-1"), 10, ""))
                            .manifests()
                            .size());
            assertEquals(5, other.bring(folder.resolve("kit")).known());
        }
    }

    @Test
    void aDryRunSaysOfEachEntryWhatWouldBecomeOfItAndChangesNothing() throws IOException {
        Path kit = folder.resolve("kit");
        site.export(kit, Site.all(5));
        List<String> keys = files(kit).keySet().stream()
                .map(KitPaths::manifestKey)
                .filter(Objects::nonNull)
                .map(ArtefactKey::toString)
                .toList();
        try (Site other = Site.open(folder.resolve("other"))) {
            List<String> told = new ArrayList<>();
            KitReport report = other.foresee(kit, PLAIN, told);
            assertEquals(keys.stream().map(key -> "IMPORT " + key).toList(), told);
            assertEquals(5, report.good());
            assertEquals(0, report.known() + report.bad());
            assertTrue(other.kitVersion(Site.ACME).isEmpty());
            assertEquals(List.of(), other.client.index(Site.ACME, "").entries());

            ManifestDocument own = other.put(Site.ACME, Site.SBOM, Site.payload(2, 30_000), Site.OTHER_IMAGE, "scan-7");
            ArtefactKey gone = KitPaths.manifestKey(files(kit).keySet().stream()
                    .filter(path -> path.contains("layer.fragments") && path.endsWith(".json"))
                    .findFirst()
                    .orElseThrow());
            Files.delete(kit.resolve(KitPaths.payload(gone)));
            Files.writeString(kit.resolve("offline/surface/more"), "?");
            Map<String, byte[]> before = files(folder.resolve("other"));
            told.clear();
            report = other.foresee(kit, PLAIN, told);
            assertEquals(
                    keys.stream()
                            .map(key -> key.equals(own.key().toString())
                                    ? "KNOWN " + key
                                    : key.equals(gone.toString())
                                            ? "ASIDE " + key + " MISSING the kit has no " + KitPaths.payload(gone)
                                            : "IMPORT " + key)
                            .toList(),
                    told);
            assertEquals(4, report.good());
            assertEquals(1, report.known());
            assertEquals(1, report.differing());
            assertEquals(2, report.bad(), report::toString);
            Map<String, byte[]> after = files(folder.resolve("other"));
            assertEquals(before.keySet(), after.keySet());
            before.forEach((path, bytes) -> assertArrayEquals(bytes, after.get(path), path));
            KitReport imported = other.bring(kit);
            assertEquals(imported.problems(), report.problems());
            assertEquals(imported.good(), report.good());
            assertEquals(imported.known(), report.known());
            assertEquals(imported.differing(), report.differing());
        }
    }

    @Test
    void aDryRunOfAnOlderKitIsRefusedAsTheImportIs() throws IOException {
        site.export(folder.resolve("7"), Site.all(7));
        site.export(folder.resolve("6"), Site.all(6));
        try (Site other = Site.open(folder.resolve("other"))) {
            other.bring(folder.resolve("7"));
            List<String> told = new ArrayList<>();
            KitException refused =
                    assertThrows(KitException.class, () -> other.foresee(folder.resolve("6"), PLAIN, told));
            assertEquals(KitFault.NOT_MONOTONIC, refused.fault());
            assertEquals(List.of(), told);
            KitImport.Options forced = new KitImport.Options(true, KitTrust.NONE, 4);
            assertEquals(5, other.foresee(folder.resolve("6"), forced, told).known());
            assertEquals(7, other.kitVersion(Site.ACME).getAsLong());
        }
    }

    @Test
    void anOlderKitIsRefusedUnlessForcedAndTheGreatestVersionStays() throws IOException {
        site.export(folder.resolve("7"), Site.all(7));
        site.export(folder.resolve("6"), Site.all(6));
        try (Site other = Site.open(folder.resolve("other"))) {
            other.bring(folder.resolve("7"));
            KitException refused = assertThrows(KitException.class, () -> other.bring(folder.resolve("6")));
            assertEquals(KitFault.NOT_MONOTONIC, refused.fault());
            KitReport forced = other.bring(folder.resolve("6"), new KitImport.Options(true, KitTrust.NONE, 4));
            assertEquals(5, forced.known());
            assertEquals(1, forced.warnings().size());
            assertEquals(7, other.kitVersion(Site.ACME).getAsLong());
            assertEquals(5, other.bring(folder.resolve("7")).known());
        }
    }

    @Test
    void aFolderWithoutAnIndexIsImportedByItsFiles() throws IOException {
        Path kit = folder.resolve("kit");
        site.export(kit, Site.all(7));
        Files.delete(kit.resolve(KitPaths.INDEX));
        try (Site other = Site.open(folder.resolve("other"))) {
            KitReport report = other.bring(kit);
            assertEquals(5, report.good(), report::toString);
            assertEquals(0, report.bad());
            assertEquals(1, report.warnings().size());
            assertTrue(other.kitVersion(Site.ACME).isEmpty());
            other.export(folder.resolve("again"), Site.all(7));
            Map<String, byte[]> again = files(folder.resolve("again"));
            again.remove(KitPaths.INDEX);
            assertEquals(files(kit).keySet(), again.keySet());
        }
    }

    @Test
    void aScanManifestTravelsWithTheEnvelopeBesideItAndWithoutAnIndexToo() throws IOException {
        TestKeys keys = new TestKeys(folder.resolve("keys"));
        keys.make("site-a", true);
        try (Site signing = Site.open(
                folder.resolve("signing"),
                "surface.signing.key-file",
                keys.file("site-a").toString())) {
            ManifestDocument scan = signing.putScan(Site.ACME, Site.IMAGE, "scan-1");
            Path kit = folder.resolve("signed-kit");
            signing.export(kit, Site.all(1));
            String name = "offline/surface/manifests/tenants/acme/surface.manifest/"
                    + scan.digest().hex() + ".json.dsse";
            assertTrue(Files.isRegularFile(kit.resolve(name)));
            try (Site other = Site.open(folder.resolve("receiving"))) {
                assertEquals(0, other.bring(kit).bad());
                assertArrayEquals(
                        signing.client.manifest(scan.key()).signatures(),
                        other.client.manifest(scan.key()).signatures());
                Path again = folder.resolve("again-signed");
                other.export(again, Site.all(1));
                assertSame(kit, again);
            }
            Files.delete(kit.resolve("offline/surface/manifest-index.json"));
            try (Site other = Site.open(folder.resolve("walked"))) {
                assertEquals(0, other.bring(kit).bad());
                assertNotNull(other.client.manifest(scan.key()).signatures());
            }
            byte[] envelope = Files.readAllBytes(kit.resolve(name));
            envelope[envelope.length / 2] ^= 1;
            Files.write(kit.resolve(name), envelope);
            try (Site other = Site.open(folder.resolve("refusing"))) {
                assertEquals(1, other.bring(kit).bad());
            }
        }
    }

    @Test
    void filtersTakeAKindAnImageOrAScan() throws IOException {
        KitExport.Options all = Site.all(1);
        Map<KitExport.Options, Integer> wanted = Map.of(
                new KitExport.Options(all.tenants(), Site.SBOM, null, null, 1, null, null, null, 4), 2,
                new KitExport.Options(all.tenants(), Kind.SURFACE_MANIFEST, null, null, 1, null, null, null, 4), 1,
                new KitExport.Options(all.tenants(), null, Site.IMAGE, null, 1, null, null, null, 4), 3,
                new KitExport.Options(all.tenants(), null, null, new ScanId("scan-2"), 1, null, null, null, 4), 2,
                new KitExport.Options(List.of(new Tenant("nobody")), null, null, null, 1, null, null, null, 4), 0);
        for (Map.Entry<KitExport.Options, Integer> one : wanted.entrySet()) {
            Path kit = folder.resolve("kit" + one.hashCode() + ".tar");
            assertEquals(
                    one.getValue().longValue(), site.export(kit, one.getKey()).entries(), one::toString);
            try (Kit opened = Kit.open(kit)) {
                assertEquals(
                        0, KitVerify.run(opened, KitTrust.NONE, 2, done -> {}).bad());
            }
        }
    }

    @Test
    void severalTenantsTravelInOneKit() throws IOException {
        Tenant second = new Tenant("acme-b");
        site.put(second, Site.SBOM, Site.payload(1, 20), Site.IMAGE, "scan-1");
        KitExport.Options both =
                new KitExport.Options(List.of(Site.ACME, second, Site.ACME), null, null, null, 4, null, null, null, 4);
        assertEquals(6, site.export(folder.resolve("kit"), both).entries());
        try (Site other = Site.open(folder.resolve("other"))) {
            assertEquals(6, other.bring(folder.resolve("kit")).good());
            assertEquals(4, other.kitVersion(second).getAsLong());
        }
    }

    @Test
    void aDeltaKitHasWhatASiteWithTheOtherOneLacks() throws IOException {
        site.export(folder.resolve("1.tar"), Site.all(1));
        ManifestDocument fresh = site.put(Site.ACME, Site.SBOM, Site.payload(9, 50), Site.IMAGE, "scan-3");
        site.put(Site.ACME, Site.SBOM, Site.payload(1, 20), Site.OTHER_IMAGE, "scan-3"); // known, found under more
        site.export(folder.resolve("2"), Site.all(2));
        try (Kit base = Kit.open(folder.resolve("1.tar"))) {
            KitExport.Result delta = site.export(
                    folder.resolve("delta.tar"),
                    new KitExport.Options(List.of(Site.ACME), null, null, null, 2, null, base, null, 4));
            assertEquals(2, delta.entries());
            assertEquals(4, delta.left());
        }
        try (Site other = Site.open(folder.resolve("other"))) {
            other.bring(folder.resolve("1.tar"));
            KitReport report = other.bring(folder.resolve("delta.tar"));
            assertEquals(2, report.good());
            assertEquals(1, report.known());
            assertTrue(other.has(fresh.key()));
            other.export(folder.resolve("all"), Site.all(2));
            assertSame(folder.resolve("2"), folder.resolve("all"));
        }
    }

    @Test
    void diffSaysWhatIsAddedDroppedAndChanged() throws IOException {
        site.export(folder.resolve("a"), Site.all(1));
        ManifestDocument fresh = site.put(Site.ACME, Site.SBOM, Site.payload(9, 50), Site.IMAGE, "scan-3");
        ManifestDocument changed = site.put(Site.ACME, Site.SBOM, Site.payload(1, 20), Site.OTHER_IMAGE, "scan-3");
        ManifestDocument gone = site.put(Site.ACME, Site.SBOM, Site.payload(2, 30_000), Site.IMAGE, "scan-1");
        site.client.delete(gone.key());
        site.export(folder.resolve("b.tar"), Site.all(2));
        List<String> told = new ArrayList<>();
        try (Kit a = Kit.open(folder.resolve("a"));
                Kit b = Kit.open(folder.resolve("b.tar"))) {
            KitDiff.Counts counts = KitDiff.run(a, b, (change, entry) -> told.add(change + " " + entry.key()));
            assertEquals(new KitDiff.Counts(1, 1, 1, 3, counts.bytesAdded()), counts);
            assertTrue(counts.bytesAdded() > 0);
            assertEquals(
                    Stream.of("ADDED " + fresh.key(), "CHANGED " + changed.key(), "DROPPED " + gone.key())
                            .sorted()
                            .toList(),
                    told.stream().sorted().toList());
            told.clear();
            assertEquals(5, KitDiff.run(a, a, (change, entry) -> told.add("x")).same());
            assertEquals(List.of(), told);
        }
    }

    @Test
    void whereSomethingIsAlreadyNoKitIsWritten() throws IOException {
        Path kit = folder.resolve("kit");
        site.export(kit, Site.all(1));
        Map<String, byte[]> before = files(kit);
        for (Path place : List.of(kit, Files.createFile(folder.resolve("there.tar")))) {
            KitException refused = assertThrows(KitException.class, () -> site.export(place, Site.all(1)));
            assertEquals(KitFault.REFUSED, refused.fault());
        }
        assertEquals(before.keySet(), files(kit).keySet());
        assertEquals(0, Files.size(folder.resolve("there.tar")));
    }

    @Test
    void aDamagedStoreMakesNoKit() throws IOException {
        Path payload;
        try (Stream<Path> all = Files.walk(folder.resolve("home"))) {
            payload = all.filter(file -> file.endsWith("payload.json.zst"))
                    .filter(file -> file.toFile().length() > 1_000)
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(payload);
        bytes[bytes.length / 2] ^= 1;
        Files.write(payload, bytes);
        for (String place : List.of("kit", "kit.tar")) {
            assertThrows(Exception.class, () -> site.export(folder.resolve(place), Site.all(1)));
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    List.of("home", "kit"),
                    left.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertFalse(Files.exists(folder.resolve("kit/offline")));
    }

    @Test
    void aGivenTimeStandsInTheIndex() throws IOException {
        KitExport.Options dated = new KitExport.Options(
                List.of(Site.ACME), null, null, null, 1, new Timestamp("2026-01-02T03:04:05Z"), null, null, 4);
        site.export(folder.resolve("kit"), dated);
        assertEquals(
                "2026-01-02T03:04:05Z",
                index(folder.resolve("kit")).get("generatedAt").asText());
    }

    @Test
    void anotherTenantsEntriesArePutAsideOnASiteForOneAndTheRestComesIn() throws IOException {
        Tenant second = new Tenant("acme-b");
        site.put(second, Site.SBOM, Site.payload(1, 20), Site.IMAGE, "scan-1");
        site.export(
                folder.resolve("kit"),
                new KitExport.Options(List.of(Site.ACME, second), null, null, null, 4, null, null, null, 4));
        try (Site pinned = Site.open(folder.resolve("pinned"), "surface.tenant", "acme")) {
            List<String> told = new ArrayList<>();
            KitReport foreseen = pinned.foresee(folder.resolve("kit"), PLAIN, told);
            KitReport report = pinned.bring(folder.resolve("kit"));
            assertEquals(5, report.good(), report::toString);
            assertEquals(
                    List.of(KitFault.REFUSED),
                    report.problems().stream().map(KitProblem::fault).toList());
            assertEquals(report.problems(), foreseen.problems());
            assertTrue(told.getFirst().startsWith("ASIDE acme-b/sbom.fragment/"), told::toString);
            assertEquals(4, pinned.kitVersion(Site.ACME).getAsLong());
        }
    }
}
