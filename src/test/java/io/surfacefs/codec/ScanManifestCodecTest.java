package io.surfacefs.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScanManifestCodecTest {
    private static final String A = "sha256:" + "a".repeat(64);
    private static final String B = "sha256:" + "b".repeat(64);
    private static final Tenant ACME = new Tenant("acme");
    private static final ScanId SCAN = new ScanId("scan-1");
    private static final Instant NOW = Instant.parse("2025-10-29T12:00:00.75Z");

    private final ManifestCodec codec = new ManifestCodec(1 << 20);

    private static byte[] utf8(String json) {
        return json.replace('\'', '"').replace("$A", A).replace("$B", B).getBytes(UTF_8);
    }

    private ManifestCodec.FilledScan filled(String json) {
        return codec.fillScan(codec.parse(utf8(json)), ACME, SCAN, NOW);
    }

    private static String text(byte[] canonical) {
        return new String(canonical, UTF_8).replace('"', '\'').replace(A, "$A").replace(B, "$B");
    }

    private static void assertRefused(ErrorCode code, Runnable action) {
        assertEquals(code, assertThrows(SurfaceException.class, action::run).code());
    }

    @Test
    void whatIsAbsentIsFilledAndWhatIsUnknownSurvives() {
        ManifestCodec.FilledScan filled = filled("{'artifacts':[],'imageDigest':'$A','more':[null],"
                + "'source':{'component':'worker','version':'1','workerInstance':'w-1','attempt':2,'x':true}}");
        assertEquals(
                "{'artifacts':[],'generatedAt':'2025-10-29T12:00:00Z','imageDigest':'$A','more':[null],"
                        + "'scanId':'scan-1','schema':'stellaops.surface.manifest@1','source':{'attempt':2,"
                        + "'component':'worker','version':'1','workerInstance':'w-1','x':true},'tenant':'acme'}",
                text(filled.manifest().canonical()));
        assertFalse(filled.generatedAtGiven());
        ScanManifest manifest = filled.manifest();
        assertEquals(new ArtefactKey(ACME, Kind.SURFACE_MANIFEST, manifest.digest()), manifest.key());
        assertEquals(ManifestCodec.digestOf(manifest.canonical()), manifest.digest());
        assertEquals(SCAN, manifest.scanId());
        assertEquals(Digest.parse(A), manifest.imageDigest());
        assertTrue(
                filled("{'artifacts':[],'generatedAt':'2025-01-01T00:00:00Z'}").generatedAtGiven());
    }

    @Test
    void artefactsAreSortedByKindThenViewThenDigestAndAnAbsentViewIsFirst() {
        List<String> sorted = List.of(
                "{'digest':'$B','kind':'a'}",
                "{'digest':'$A','kind':'a','view':''}",
                "{'digest':'$A','kind':'a','view':'v'}",
                "{'digest':'$B','kind':'a','view':'v'}",
                "{'digest':'$A','kind':'a-b'}",
                "{'digest':'$A','kind':'a.b'}",
                "{'digest':'$A','kind':'b','uri':'cas://x'}",
                "{'digest':'$A','kind':'b','uri':'cas://y'}");
        List<String> shuffled = new ArrayList<>(sorted);
        for (int seed = 0; seed < 50; seed++) {
            Collections.shuffle(shuffled, new Random(seed));
            ScanManifest manifest =
                    filled("{'artifacts':[" + String.join(",", shuffled) + "]}").manifest();
            assertTrue(text(manifest.canonical()).startsWith("{'artifacts':[" + String.join(",", sorted) + "],"));
            assertEquals(new Kind("a"), manifest.artefacts().getFirst().kind());
            assertEquals(Digest.parse(B), manifest.artefacts().getFirst().digest());
        }
    }

    @Test
    void theScanMayComeFromThePathOrTheManifestOrBothIfTheyAgree() {
        assertEquals(
                SCAN, filled("{'artifacts':[],'scanId':'scan-1'}").manifest().scanId());
        ClientManifest named = codec.parse(utf8("{'artifacts':[],'scanId':'scan-2'}"));
        assertEquals(
                new ScanId("scan-2"),
                codec.fillScan(named, ACME, null, NOW).manifest().scanId());
        assertRefused(ErrorCode.INVALID_MANIFEST, () -> codec.fillScan(named, ACME, SCAN, NOW));
        ClientManifest nameless = codec.parse(utf8("{'artifacts':[]}"));
        assertRefused(ErrorCode.INVALID_MANIFEST, () -> codec.fillScan(nameless, ACME, null, NOW));
    }

    /** Each manifest that is refused stands beside one, as like it as can be, that is taken. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{'artifacts':{}}~{'artifacts':[]}~artifacts is not an array",
                "{'artifacts':[1]}~{'artifacts':[]}~artifacts[0] is not an object",
                "{'artifacts':[{'digest':'$A'}]}~{'artifacts':[{'digest':'$A','kind':'k'}]}~artifacts[0].kind is missing",
                "{'artifacts':[{'kind':'k'}]}~{'artifacts':[{'digest':'$A','kind':'k'}]}~artifacts[0].digest is missing",
                "{'artifacts':[{'digest':'$A','kind':'surface.manifest'}]}~{'artifacts':[{'digest':'$A','kind':'surface'}]}~reserved",
                "{'artifacts':[{'digest':'$A','kind':'K'}]}~{'artifacts':[{'digest':'$A','kind':'k'}]}~artifacts[0].kind:",
                "{'artifacts':[{'digest':'a','kind':'k'}]}~{'artifacts':[{'digest':'$A','kind':'k'}]}~artifacts[0].digest:",
                "{'artifacts':[{'digest':'$A','kind':'k','view':1}]}~{'artifacts':[{'digest':'$A','kind':'k','view':null}]}~view",
                "{'artifacts':[{'digest':'$A','kind':'k','uri':1}]}~{'artifacts':[{'digest':'$A','kind':'k','uri':'u'}]}~uri",
                "{'artifacts':[{'digest':'$A','kind':'k','format':1}]}~{'artifacts':[{'digest':'$A','kind':'k','format':'f'}]}~format",
                "{'artifacts':[{'digest':'$A','kind':'k','mediaType':1}]}~{'artifacts':[{'digest':'$A','kind':'k','mediaType':'m'}]}~mediaType",
                "{'artifacts':[{'digest':'$A','kind':'k','sizeBytes':-1}]}~{'artifacts':[{'digest':'$A','kind':'k','sizeBytes':0}]}~sizeBytes",
                "{'artifacts':[{'digest':'$A','kind':'k','sizeBytes':1.5}]}~{'artifacts':[{'digest':'$A','kind':'k','sizeBytes':1.0}]}~sizeBytes",
                "{'artifacts':[{'digest':'$A','kind':'k','metadata':[]}]}~{'artifacts':[{'digest':'$A','kind':'k','metadata':{}}]}~metadata",
                "{'artifacts':[{'digest':'$A','kind':'k','storage':'s'}]}~{'artifacts':[{'digest':'$A','kind':'k','storage':{'x':1}}]}~storage",
                "{'artifacts':[],'source':[]}~{'artifacts':[],'source':{}}~source",
                "{'artifacts':[],'source':{'component':1}}~{'artifacts':[],'source':{'component':'c'}}~source.component",
                "{'artifacts':[],'source':{'attempt':'1'}}~{'artifacts':[],'source':{'attempt':1}}~source.attempt",
                "{'artifacts':[],'imageDigest':'x'}~{'artifacts':[],'imageDigest':null}~imageDigest",
                "{'artifacts':[],'generatedAt':'x'}~{'artifacts':[],'generatedAt':null}~generatedAt",
                "{'artifacts':[],'scanId':'scan-2'}~{'artifacts':[],'scanId':null}~scanId",
                "{'artifacts':[],'schema':'other'}~{'artifacts':[],'schema':null}~schema",
            })
    void badScanManifestsAreRefusedAndGoodOnesAreNot(String bad, String good, String why) {
        SurfaceException e = assertThrows(SurfaceException.class, () -> filled(bad));
        assertEquals(ErrorCode.INVALID_MANIFEST, e.code());
        assertTrue(e.getMessage().contains(why), e.getMessage());
        ScanManifest manifest = filled(good).manifest();
        assertArrayEquals(
                manifest.canonical(),
                codec.readScan(manifest.canonical(), manifest.key()).canonical());
    }

    @Test
    void anotherTenantsScanManifestIsATenantMismatch() {
        assertRefused(ErrorCode.TENANT_MISMATCH, () -> filled("{'artifacts':[],'tenant':'umbrella'}"));
        filled("{'artifacts':[],'tenant':'acme'}");
    }

    @Test
    void neitherShapePassesForTheOther() {
        ClientManifest artefact = codec.parse(utf8("{'kind':'k','digest':'$A'}"));
        assertRefused(ErrorCode.INVALID_MANIFEST, () -> codec.fillScan(artefact, ACME, SCAN, NOW));
        ClientManifest scan = codec.parse(utf8("{'artifacts':[]}"));
        ArtefactKey key = new ArtefactKey(ACME, new Kind("k"), Digest.parse(A));
        assertRefused(
                ErrorCode.INVALID_MANIFEST,
                () -> codec.fill(
                        scan,
                        key,
                        Source.NONE,
                        null,
                        new StoredPayload(MediaType.OCTET_STREAM, 0, 9, Digest.parse(B), false),
                        NOW));
    }

    @Test
    void twoManifestsAreEqualButForGeneratedAtOrTheyAreNot() {
        ScanManifest first =
                filled("{'artifacts':[],'generatedAt':'2025-01-01T00:00:00Z'}").manifest();
        ScanManifest later = filled("{'artifacts':[]}").manifest();
        ScanManifest other = filled("{'artifacts':[],'imageDigest':'$A'}").manifest();
        assertTrue(codec.equalButGeneratedAt(first, later));
        assertFalse(codec.equalButGeneratedAt(later, other));
    }

    @Test
    void theSurfaceBlockIsCanonicalAndPointsToTheManifest() {
        ScanManifest manifest =
                filled("{'artifacts':[{'digest':'$A','kind':'k'}]}").manifest();
        byte[] block = codec.surfaceBlock(manifest);
        assertArrayEquals(block, CanonicalJson.write(CanonicalJson.parse(block, 1 << 20)));
        String hex = manifest.digest().hex();
        assertEquals(
                "{'manifest':" + text(manifest.canonical()) + ",'manifestDigest':'sha256:" + hex
                        + "','manifestUri':'cas://surface-manifests/manifests/acme/" + hex.substring(0, 2) + "/"
                        + hex.substring(2, 4) + "/" + hex + ".json'}",
                text(block));
    }

    @Test
    void underItsOwnDigestAScanManifestIsTakenAsItIsOrNotAtAll() {
        ScanManifest whole = filled("{'artifacts':[{'digest':'$A','kind':'a'},{'digest':'$A','kind':'b'}]}")
                .manifest();
        // Another spelling of the same document has the same digest.
        byte[] spelled = (" " + new String(whole.canonical(), UTF_8) + "\n").getBytes(UTF_8);
        ScanManifest taken = codec.exactScan(codec.parse(spelled), whole.key());
        assertArrayEquals(whole.canonical(), taken.canonical());
        ArtefactKey other = new ArtefactKey(ACME, Kind.SURFACE_MANIFEST, Digest.parse(A));
        assertRefused(ErrorCode.DIGEST_MISMATCH, () -> codec.exactScan(codec.parse(spelled), other));
        List.of(
                        "{'artifacts':[],'generatedAt':'2025-01-01T00:00:00Z','scanId':'s','tenant':'acme'}",
                        "{'artifacts':[{'digest':'$A','kind':'b'},{'digest':'$A','kind':'a'}],'generatedAt':"
                                + "'2025-01-01T00:00:00Z','scanId':'s','schema':'stellaops.surface.manifest@1','tenant':'acme'}")
                .forEach(json -> {
                    byte[] canonical = utf8(json);
                    ArtefactKey own = new ArtefactKey(ACME, Kind.SURFACE_MANIFEST, ManifestCodec.digestOf(canonical));
                    assertRefused(ErrorCode.INVALID_MANIFEST, () -> codec.exactScan(codec.parse(canonical), own));
                    assertRefused(ErrorCode.CORRUPT_OBJECT, () -> codec.readScan(canonical, own));
                });
    }

    @Test
    void aDamagedStoredScanManifestIsACorruptObject() {
        ScanManifest whole =
                filled("{'artifacts':[{'digest':'$A','kind':'a'}]}").manifest();
        for (int i : IntStream.range(0, whole.canonical().length).toArray()) {
            byte[] damaged = whole.canonical().clone();
            damaged[i] ^= 1;
            assertRefused(ErrorCode.CORRUPT_OBJECT, () -> codec.readScan(damaged, whole.key()));
        }
    }

    @Test
    void aScanManifestMayBeThreeTimesAsLong() {
        String frame = "{'artifacts':[],'pad':''}";
        String full = frame.replace("''}", "'" + "x".repeat(3 * (1 << 20) - frame.length()) + "'}");
        ScanManifest manifest = filled(full).manifest();
        codec.readScan(manifest.canonical(), manifest.key());
        assertRefused(ErrorCode.INVALID_MANIFEST, () -> codec.parse(utf8(full.replace("pad", "pads"))));
    }
}
