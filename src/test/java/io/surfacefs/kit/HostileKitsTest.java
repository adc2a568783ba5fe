package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.Zstd;
import io.surfacefs.client.ManifestDocument;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.signing.Envelope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kits that somebody tampered with. Nothing of what is wrong comes in, nothing is written anywhere else, what is wrong
 * is told, and what is good comes in, unless the kit is refused as a whole. The lawful twin of each is the kit that it
 * was made from.
 */
class HostileKitsTest {
    /** How a hostile kit ends. */
    private enum End {
        /** Nothing comes in. */
        WHOLE,
        /** All but the target comes in. */
        TARGET,
        /** All but what is of the target's kind comes in. */
        KIND,
        /** All comes in, and something besides is told. */
        BESIDES
    }

    private record Hostile(KitFault fault, End end, boolean tar, Consumer<KitForge> tamper) {}

    private static final Map<String, Hostile> CASES = new LinkedHashMap<>();

    private static void folder(String what, KitFault fault, End end, Consumer<KitForge> tamper) {
        CASES.put(what, new Hostile(fault, end, false, tamper));
    }

    private static void tar(String what, KitFault fault, End end, Consumer<KitForge> tamper) {
        CASES.put(what, new Hostile(fault, end, true, tamper));
    }

    private static void index(String what, Consumer<ObjectNode> tamper) {
        folder("index: " + what, KitFault.REFUSED, End.WHOLE, kit -> kit.editIndex(tamper));
    }

    private static void entry(String what, Consumer<ObjectNode> tamper) {
        folder("entry: " + what, KitFault.REFUSED, End.WHOLE, kit -> kit.editEntry(tamper));
    }

    private static void tarEntry(String what, KitForge.TarWork work) {
        tar("tar with " + what, KitFault.REFUSED, End.BESIDES, kit -> kit.toTar = work);
    }

    static {
        payloads();
        manifests();
        indexes();
        folders();
        tars();
    }

    private static void payloads() {
        for (int at : new int[] {0, 40, -1}) {
            folder("payload, bit flipped at " + at, KitFault.CHECKSUM, End.TARGET, kit -> kit.flip(kit.payload(), at));
            tar(
                    "payload in a tar, bit flipped at " + at,
                    KitFault.CHECKSUM,
                    End.TARGET,
                    kit -> kit.flip(kit.payload(), at));
        }
        folder("payload flipped, the index follows", KitFault.REFUSED, End.TARGET, kit -> {
            kit.flip(kit.payload(), 40);
            kit.follow();
        });
        folder("payload flipped, index and manifest follow", KitFault.CHECKSUM, End.TARGET, kit -> {
            kit.flip(kit.payload(), 40);
            kit.followPayload();
        });
        folder("another payload, index and manifest follow", KitFault.CHECKSUM, End.TARGET, kit -> {
            kit.files.put(kit.payload(), Zstd.compress("other".getBytes(StandardCharsets.UTF_8)));
            kit.followPayload();
        });
        folder("payload is no zstd, index and manifest follow", KitFault.CHECKSUM, End.TARGET, kit -> {
            kit.put(kit.payload(), "plain");
            kit.followPayload();
        });
        folder("payload is a bomb of 1 GiB", KitFault.CHECKSUM, End.TARGET, kit -> {
            kit.files.put(kit.payload(), bomb());
            kit.followPayload();
        });
        folder("payload cut", KitFault.CHECKSUM, End.TARGET, kit -> {
            byte[] bytes = kit.files.get(kit.payload());
            kit.files.put(kit.payload(), Arrays.copyOf(bytes, bytes.length - 1));
        });
        folder("payload with something behind", KitFault.CHECKSUM, End.TARGET, kit -> {
            byte[] bytes = kit.files.get(kit.payload());
            kit.files.put(kit.payload(), Arrays.copyOf(bytes, bytes.length + 1));
        });
        folder("payload with garbage behind, index and manifest follow", KitFault.CHECKSUM, End.TARGET, kit -> {
            byte[] bytes = kit.files.get(kit.payload());
            kit.files.put(kit.payload(), Arrays.copyOf(bytes, bytes.length + 3));
            kit.followPayload();
        });
        folder("payload missing", KitFault.MISSING, End.TARGET, kit -> kit.files.remove(kit.payload()));
    }

    /** 1 GiB of zeros in some 32 KiB. */
    private static byte[] bomb() {
        byte[] frame = Zstd.compress(new byte[16 << 20]);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 64; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    private static void manifests() {
        folder("manifest, bit flipped", KitFault.CHECKSUM, End.TARGET, kit -> kit.flip(kit.manifest(), 60));
        folder("manifest cut", KitFault.CHECKSUM, End.TARGET, kit -> {
            byte[] bytes = kit.files.get(kit.manifest());
            kit.files.put(kit.manifest(), Arrays.copyOf(bytes, bytes.length / 2));
        });
        folder("manifest missing", KitFault.MISSING, End.TARGET, kit -> kit.files.remove(kit.manifest()));
        folder("manifest is no JSON, the index follows", KitFault.REFUSED, End.TARGET, kit -> {
            kit.put(kit.manifest(), "{");
            kit.follow();
        });
        folder("manifest not in RFC 8785 form, the index follows", KitFault.REFUSED, End.TARGET, kit -> {
            kit.put(kit.manifest(), " " + kit.text(kit.manifest()));
            kit.follow();
        });
        folder(
                "manifest of another tenant, the index follows",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.editManifest(manifest -> manifest.put("tenant", "other")));
        folder(
                "manifest of another kind, the index follows",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.editManifest(manifest -> manifest.put("kind", "runtime.delta")));
        folder(
                "manifest of another digest, the index follows",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.editManifest(manifest -> manifest.put("digest", Site.IMAGE.toString())));
        folder(
                "manifest that names another object, the index follows",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.editManifest(
                        manifest -> ((ObjectNode) manifest.get("storage")).put("objectKey", "tenants/../x")));
        folder("manifest with a member twice, the index follows", KitFault.REFUSED, End.TARGET, kit -> {
            kit.put(kit.manifest(), kit.text(kit.manifest()).replaceFirst("\\{", "{\"a\":1,\"a\":1,"));
            kit.follow();
        });
    }

    private static void indexes() {
        folder("index is no JSON", KitFault.REFUSED, End.WHOLE, kit -> kit.put(KitPaths.INDEX, "entries"));
        folder("index is empty", KitFault.REFUSED, End.WHOLE, kit -> kit.put(KitPaths.INDEX, ""));
        folder("index cut", KitFault.REFUSED, End.WHOLE, kit -> {
            byte[] bytes = kit.files.get(KitPaths.INDEX);
            kit.files.put(KitPaths.INDEX, Arrays.copyOf(bytes, bytes.length / 2));
        });
        folder(
                "index with something behind",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.put(KitPaths.INDEX, kit.text(KitPaths.INDEX) + "{}"));
        folder(
                "index with a member twice",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.put(
                        KitPaths.INDEX,
                        kit.text(KitPaths.INDEX)
                                .replaceFirst("\"kitVersion\":1", "\"kitVersion\":1,\"kitVersion\":9")));
        folder(
                "index nested deeply",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.put(
                        KitPaths.INDEX,
                        kit.text(KitPaths.INDEX)
                                .replaceFirst("\\{", "{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + ",")));
        index("names an entry twice", index -> {
            ArrayNode entries = (ArrayNode) index.get("entries");
            entries.insert(0, entries.get(0).deepCopy());
        });
        index("not sorted", index -> {
            ArrayNode entries = (ArrayNode) index.get("entries");
            entries.add(entries.remove(0));
        });
        index("without a schema", index -> index.remove("schema"));
        index("of another schema", index -> index.put("schema", "stellaops.surface.kit@2"));
        index("without entries", index -> index.remove("entries"));
        index("entries that are no array", index -> index.put("entries", 1));
        index("an entry that is no object", index -> ((ArrayNode) index.get("entries")).insert(0, 5));
        index("without a time", index -> index.remove("generatedAt"));
        index("with a time that is none", index -> index.put("generatedAt", "yesterday"));
        index("without a version", index -> index.remove("kitVersion"));
        index("version 0", index -> index.put("kitVersion", 0));
        index("version -1", index -> index.put("kitVersion", -1));
        index("version 1.5", index -> index.put("kitVersion", 1.5));
        index("version 2^63", index -> index.put("kitVersion", new java.math.BigInteger("9223372036854775808")));
        entry("path that leaves the kit", entry -> entry.put("payloadPath", "../../../../etc/passwd"));
        entry("absolute path", entry -> entry.put("payloadPath", "/etc/passwd"));
        entry("manifest path that leaves the kit", entry -> entry.put("manifestPath", "offline/surface/../../x.json"));
        entry(
                "path of another artefact",
                entry -> entry.put("payloadPath", entry.get("manifestPath").asText()));
        entry(
                "path with another case",
                entry -> entry.put(
                        "manifestPath", entry.get("manifestPath").asText().replace("offline", "Offline")));
        entry("tenant that leaves", entry -> entry.put("tenant", ".."));
        entry("tenant that looks like another", entry -> entry.put("tenant", "\u0430cme"));
        entry("tenant of everybody", entry -> entry.put("tenant", "*"));
        entry(
                "digest in capitals",
                entry -> entry.put("digest", entry.get("digest").asText().toUpperCase(java.util.Locale.ROOT)));
        entry("without a payload", entry -> entry.remove("payloadPath"));
        entry("without a size", entry -> entry.remove("payloadBytes"));
        entry("size -1", entry -> entry.put("payloadBytes", -1));
        entry("size 2^60", entry -> entry.put("payloadBytes", 1L << 60));
        entry("scan that leaves", entry -> ((ArrayNode) entry.get("scans")).add("../x"));
        entry("image that is none", entry -> ((ArrayNode) entry.get("images")).add("sha256:0"));
        entry("images that are no texts", entry -> ((ArrayNode) entry.get("images")).add(7));
        entry("of another tenant", entry -> entry.put("tenant", "other"));
        folder(
                "entry: sizes that are huge",
                KitFault.CHECKSUM,
                End.TARGET,
                kit -> kit.editEntry(entry -> entry.put("manifestBytes", (1L << 53) - 1)));
        folder(
                "entry: payload size that is huge",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.editEntry(entry -> entry.put("payloadBytes", (1L << 53) - 1)));
        folder(
                "index leaves an artefact out",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.editIndex(index -> {
                    ArrayNode entries = (ArrayNode) index.get("entries");
                    for (int i = 0; i < entries.size(); i++) {
                        JsonNode one = entries.get(i);
                        if (one.get("manifestPath").asText().equals(kit.manifest())) {
                            entries.remove(i);
                            return;
                        }
                    }
                }));
    }

    private static void folders() {
        folder(
                "a file that is none of a kit's",
                KitFault.REFUSED,
                End.BESIDES,
                kit -> kit.put("offline/surface/run-me.sh", "#!/bin/sh"));
        folder(
                "a payload of nobody's",
                KitFault.REFUSED,
                End.BESIDES,
                kit -> kit.put(
                        "offline/surface/payloads/tenants/acme/sbom.fragment/" + Site.IMAGE.hex() + ".json.zst", "x"));
        folder("payload is a link to itself elsewhere", KitFault.REFUSED, End.TARGET, kit -> link(kit, kit.payload()));
        folder(
                "manifest is a link to itself elsewhere",
                KitFault.REFUSED,
                End.TARGET,
                kit -> link(kit, kit.manifest()));
        folder("index is a link to itself elsewhere", KitFault.REFUSED, End.WHOLE, kit -> link(kit, KitPaths.INDEX));
        folder(
                "payload is a folder",
                KitFault.REFUSED,
                End.TARGET,
                kit -> kit.toFolder = folder -> {
                    quietly(() -> {
                        Files.delete(folder.resolve(kit.payload()));
                        Files.createDirectory(folder.resolve(kit.payload()));
                    });
                });
        folder("folder of payloads is a link to itself elsewhere", KitFault.REFUSED, End.KIND, kit -> {
            kit.toFolder = folder -> quietly(() -> {
                Path kind = folder.resolve(kit.payload()).getParent();
                Path moved = folder.resolveSibling("moved-" + folder.getFileName());
                Files.move(kind, moved);
                Files.createSymbolicLink(kind, moved);
            });
        });
    }

    private static void link(KitForge kit, String path) {
        kit.toFolder = folder -> quietly(() -> {
            Path elsewhere = folder.resolveSibling("elsewhere-" + folder.getFileName());
            Files.move(folder.resolve(path), elsewhere);
            Files.createSymbolicLink(folder.resolve(path), elsewhere);
        });
    }

    private static void tars() {
        byte[] evil = "evil".getBytes(StandardCharsets.UTF_8);
        String inside = "offline/surface/payloads/tenants/acme/sbom.fragment/";
        tarEntry(
                "a symbolic link",
                tar -> KitForge.add(tar, inside + "l.json.zst", TarConstants.LF_SYMLINK, "/etc/passwd"));
        tarEntry("a hard link", tar -> KitForge.add(tar, inside + "h.json.zst", TarConstants.LF_LINK, "/etc/passwd"));
        tarEntry("a character device", tar -> KitForge.add(tar, inside + "c", TarConstants.LF_CHR, ""));
        tarEntry("a block device", tar -> KitForge.add(tar, inside + "b", TarConstants.LF_BLK, ""));
        tarEntry("a pipe", tar -> KitForge.add(tar, inside + "p", TarConstants.LF_FIFO, ""));
        tarEntry("an absolute name", tar -> KitForge.add(tar, "/offline/surface/x", evil));
        tarEntry("a name that leaves", tar -> KitForge.add(tar, "offline/surface/../../../x", evil));
        tarEntry("a name that leaves at its begin", tar -> KitForge.add(tar, "../x", evil));
        tarEntry("a name with a backslash", tar -> KitForge.add(tar, "offline\\..\\..\\x", evil));
        tarEntry(
                "a long name that leaves",
                tar -> KitForge.add(tar, inside + "a/".repeat(60) + "../".repeat(80) + "x", evil));
        tarEntry("a folder that leaves", tar -> KitForge.add(tar, "offline/../../", TarConstants.LF_DIR, ""));
        tarEntry(
                "a name of another case",
                tar -> KitForge.add(tar, inside + "ABCDEF" + "0".repeat(58) + ".json.zst", evil));
        tarEntry("a name in another Unicode form", tar -> KitForge.add(tar, inside + "e\u0301.json.zst", evil));
        tarEntry("a sparse file", tar -> {
            TarArchiveEntry entry = new TarArchiveEntry(inside + "s.json.zst", TarConstants.LF_GNUTYPE_SPARSE, true);
            entry.setSize(0);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        });
        tar(
                "tar with a name that has no end",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTar = tar -> KitForge.add(
                        tar, TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME, new byte[8 << 20]));
        tar(
                "tar with an extended header that has no end",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTar = tar -> KitForge.add(
                        tar,
                        "x",
                        TarConstants.LF_PAX_EXTENDED_HEADER_LC,
                        ("8388608 k=" + "v".repeat((8 << 20) - 11) + "\n").getBytes(StandardCharsets.UTF_8)));
        tar(
                "tar with names before names",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTar = tar -> {
                    for (int i = 0; i < 5_000; i++) {
                        KitForge.add(tar, TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME, evil);
                    }
                });
        tar(
                "tar with a folder that says it is large before a name that has no end",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTar = tar -> {
                    TarArchiveEntry folder = new TarArchiveEntry("offline/surface/payloads/");
                    folder.setSize(1L << 32);
                    tar.putArchiveEntry(folder);
                    tar.closeArchiveEntry();
                    KitForge.add(tar, TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME, new byte[8 << 20]);
                });
        tar(
                "tar with a hole that is larger than the tar",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTar = tar -> {
                    String sparse = "30 GNU.sparse.size=2000000000\n"
                            + "26 GNU.sparse.numblocks=1\n31 GNU.sparse.map=1999999996,4\n";
                    KitForge.add(
                            tar, "x", TarConstants.LF_PAX_EXTENDED_HEADER_LC, sparse.getBytes(StandardCharsets.UTF_8));
                    KitForge.add(tar, inside + "s.json.zst", evil);
                });
        tar("tar that names the payload twice", KitFault.REFUSED, End.TARGET, kit -> {
            byte[] second = kit.files.get(kit.payload()).clone();
            kit.toTar = tar -> KitForge.add(tar, kit.payload(), second);
        });
        tar("tar that names the payload twice, once as ./", KitFault.REFUSED, End.TARGET, kit -> {
            byte[] second = kit.files.get(kit.payload()).clone();
            kit.toTar = tar -> KitForge.add(tar, "./" + kit.payload(), second);
        });
        tar(
                "tar cut within a file",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTarBytes = bytes -> Arrays.copyOf(bytes, bytes.length / 2 / 512 * 512 + 100));
        tar(
                "tar cut between two files",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTarBytes = HostileKitsTest::cutBeforeTheLastFile);
        tar(
                "tar with a size beyond its end",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTarBytes = bytes -> {
                    byte[] lying = bytes.clone();
                    byte[] size = "77777777777\0".getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(size, 0, lying, 124, size.length);
                    return checksummed(lying);
                });
        tar(
                "tar with a negative size",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTarBytes = bytes -> {
                    byte[] lying = bytes.clone();
                    Arrays.fill(lying, 124, 136, (byte) 0xff);
                    return checksummed(lying);
                });
        tar(
                "tar with a header that was flipped",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTarBytes = bytes -> {
                    byte[] lying = bytes.clone();
                    lying[124] = 'x';
                    return lying;
                });
        tar(
                "garbage",
                KitFault.REFUSED,
                End.WHOLE,
                kit -> kit.toTarBytes = bytes -> "garbage".repeat(1_500).getBytes(StandardCharsets.US_ASCII));
        tar("nothing", KitFault.REFUSED, End.WHOLE, kit -> kit.toTarBytes = bytes -> new byte[0]);
        tar("compressed", KitFault.REFUSED, End.WHOLE, kit -> kit.toTarBytes = HostileKitsTest::gzip);
    }

    /** Sets the sum in the first header right. */
    private static byte[] checksummed(byte[] tar) {
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += tar[i] & 0xff;
        }
        byte[] text = String.format(java.util.Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, tar, 148, 8);
        return tar;
    }

    private static byte[] cutBeforeTheLastFile(byte[] tar) {
        int at = tar.length;
        while (!new String(tar, at - 512, 7, StandardCharsets.US_ASCII).equals("offline")) {
            at -= 512;
        }
        return Arrays.copyOf(tar, at - 512);
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void quietly(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Map<String, byte[]> good;
    private static ArtefactKey target;

    @BeforeAll
    static void export() throws IOException {
        try (Site site = Site.open(shared.resolve("home")).filled()) {
            ManifestDocument manifest = site.put(Site.ACME, Site.SBOM, Site.payload(2, 30_000), Site.IMAGE, "scan-1");
            target = manifest.key();
            site.export(shared.resolve("good"), Site.all(1));
            good = KitTest.files(shared.resolve("good"));
        }
    }

    static Stream<String> cases() {
        return CASES.keySet().stream();
    }

    @Test
    void theLawfulTwinComesInWhole() throws IOException {
        KitForge kit = new KitForge(good, target);
        for (Path place : List.of(kit.folder(folder.resolve("kit")), kit.tar(folder.resolve("kit.tar")))) {
            try (Site site = Site.open(folder.resolve("home-" + place.getFileName()))) {
                KitReport report = site.bring(place);
                assertEquals(5, report.good(), report::toString);
                assertEquals(0, report.bad());
                assertTrue(site.has(target));
            }
        }
        assertTrue(CASES.size() >= 80, () -> CASES.size() + " cases");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nothingOfItComesInAndItIsTold(String name) throws IOException {
        Hostile hostile = CASES.get(name);
        assertNotNull(hostile);
        KitForge forge = new KitForge(good, target);
        hostile.tamper.accept(forge);
        Path place = hostile.tar ? forge.tar(folder.resolve("kit.tar")) : forge.folder(folder.resolve("kit"));
        Path canary = Files.writeString(folder.resolve("x"), "canary");
        Path home = folder.resolve("home");
        try (Site site = Site.open(home)) {
            KitReport report = null;
            KitException refused = null;
            try {
                report = site.bring(place);
            } catch (KitException e) {
                refused = e;
            }
            if (hostile.end == End.WHOLE) {
                assertNotNull(refused, () -> "came in: " + name);
                assertEquals(hostile.fault, refused.fault(), refused.toString());
                assertEquals(List.of(), site.client.index(Site.ACME, "").entries());
            } else {
                assertNotNull(report, String.valueOf(refused));
                KitReport told = report;
                assertTrue(report.bad() >= 1, () -> "nobody was told of: " + name);
                assertTrue(
                        report.problems().stream().allMatch(problem -> problem.fault() == hostile.fault),
                        told::toString);
                assertEquals(hostile.end == End.BESIDES, site.has(target));
                assertEquals(
                        hostile.end == End.BESIDES ? 5 : hostile.end == End.KIND ? 3 : 4,
                        report.good(),
                        told::toString);
            }
            assertEquals(hostile.end == End.WHOLE, !site.has(anotherKey()));
        }
        assertEquals(hostile.fault, verified(place), "kit verify");
        assertEquals("canary", Files.readString(canary));
        assertFalse(Files.exists(folder.resolve("../x")));
        assertNothingStrange(home);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEnvelopeIsNoLongerThanOneOfItsManifestCanBe(boolean indexed) throws IOException {
        ArtefactKey scan = good.keySet().stream()
                .map(KitPaths::manifestKey)
                .filter(key -> key != null && key.isScanManifest())
                .findFirst()
                .orElseThrow();
        int most = Math.toIntExact(Envelope.maxBytes(good.get(KitPaths.manifest(scan)).length));
        assertEquals(List.of(), problems(signed(scan, most, indexed)));
        List<KitProblem> problems = problems(signed(scan, most + 1, indexed));
        assertTrue(problems.stream().allMatch(one -> one.fault() == KitFault.REFUSED), problems::toString);
        assertTrue(problems.stream().anyMatch(one -> one.message().contains("may have " + most)), problems::toString);
    }

    /** The kit with an envelope of so many bytes beside a scan manifest. */
    private Path signed(ArtefactKey scan, int bytes, boolean indexed) throws IOException {
        KitForge kit = new KitForge(good, scan);
        byte[] envelope = new byte[bytes];
        Arrays.fill(envelope, (byte) ' ');
        byte[] text = "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"AAAA\"}]}".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, envelope, 0, text.length);
        kit.files.put(KitPaths.signature(scan), envelope);
        if (indexed) {
            kit.editEntry(entry -> entry.put("signaturePath", KitPaths.signature(scan))
                    .put("signatureSha256", ManifestCodec.digestOf(envelope).toString())
                    .put("signatureBytes", bytes));
        } else {
            kit.files.remove(KitPaths.INDEX);
        }
        return kit.folder(folder.resolve("kit-" + bytes));
    }

    private static List<KitProblem> problems(Path place) throws IOException {
        try (Kit kit = Kit.open(place)) {
            return KitVerify.run(kit, KitTrust.NONE, 2, done -> {}).problems();
        }
    }

    /** Of an artefact that nobody tampers with. */
    private static ArtefactKey anotherKey() {
        return good.keySet().stream()
                .map(KitPaths::manifestKey)
                .filter(key -> key != null && !key.kind().equals(target.kind()))
                .findFirst()
                .orElseThrow();
    }

    private static KitFault verified(Path place) throws IOException {
        try (Kit kit = Kit.open(place)) {
            KitReport report = KitVerify.run(kit, KitTrust.NONE, 2, done -> {});
            return report.problems().isEmpty()
                    ? null
                    : report.problems().getFirst().fault();
        } catch (KitException e) {
            return e.fault();
        }
    }

    private static void assertNothingStrange(Path home) throws IOException {
        List<Path> strange = new ArrayList<>();
        try (Stream<Path> all = Files.walk(home)) {
            all.filter(file -> Files.isSymbolicLink(file)
                            || file.getFileName().toString().contains("evil")
                            || file.getFileName().toString().equals("x"))
                    .forEach(strange::add);
        }
        assertEquals(List.of(), strange);
    }
}
