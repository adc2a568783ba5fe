package io.surfacefs.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestCodecTest {
    private static final String D = "sha256:" + "ab12".repeat(16);
    private static final String IMAGE = "sha256:" + "cafe".repeat(16);
    private static final Tenant ACME = new Tenant("acme");
    private static final ArtefactKey KEY = new ArtefactKey(ACME, new Kind("sbom.fragment"), Digest.parse(D));
    private static final Instant NOW = Instant.parse("2025-10-29T12:00:00.75Z");
    private static final StoredPayload PAYLOAD = new StoredPayload(
            new MediaType("application/json; charset=utf-8"), 1000, 400, new Digest("5e".repeat(32)), false);

    private final ManifestCodec codec = new ManifestCodec(1 << 20);

    private static byte[] utf8(String json) {
        return json.replace('\'', '"').replace("$D", D).replace("$I", IMAGE).getBytes(UTF_8);
    }

    private ArtefactManifest filled(String json) {
        return codec.fill(codec.parse(utf8(json)), KEY, Source.NONE, null, PAYLOAD, NOW);
    }

    private static String text(byte[] canonical) {
        return new String(canonical, UTF_8).replace('"', '\'').replace(D, "$D").replace(IMAGE, "$I");
    }

    private static void assertRefused(ErrorCode code, Runnable action) {
        assertEquals(code, assertThrows(SurfaceException.class, action::run).code());
    }

    @Test
    void withoutAClientManifestTheServiceWritesAllOfIt() {
        Source source = new Source("stellaops/scanner@sha256:dead", Digest.parse(IMAGE), new ScanId("scan-1"));
        ArtefactManifest manifest =
                codec.fill(null, KEY, source, new Timestamp("2025-11-05T12:00:00.5Z"), PAYLOAD, NOW);
        assertEquals(
                "{'createdAt':'2025-10-29T12:00:00Z','digest':'$D','expiresAt':'2025-11-05T12:00:00.5Z',"
                        + "'integrity':{'hash':'$D','signature':null},'kind':'sbom.fragment',"
                        + "'schema':'stellaops.surface.manifest@1','source':{'imageDigest':'$I','scanId':'scan-1',"
                        + "'scannerBuild':'stellaops/scanner@sha256:dead'},'storage':{'bucket':'surface-cache',"
                        + "'contentType':'application/json+zstd; charset=utf-8','objectKey':"
                        + "'tenants/acme/sbom.fragment/sha256/ab/12/" + "ab12".repeat(16) + "/payload.json.zst',"
                        + "'rawSizeBytes':1000,'sha256':'sha256:" + "5e".repeat(32) + "','sizeBytes':400},"
                        + "'tenant':'acme'}",
                text(manifest.canonical()));
        assertEquals(ManifestCodec.digestOf(manifest.canonical()), manifest.digest());
        assertEquals(source, manifest.source());
        assertEquals(PAYLOAD, manifest.payload());
    }

    @Test
    void unknownMembersSurviveEverything() {
        ArtefactManifest manifest = filled("{'kind':'sbom.fragment','x':{'y':[1,null,1.5,'ü']},"
                + "'source':{'scanId':'s1','pod':'p-7'},'zz':null}");
        manifest = codec.withExpiry(manifest, new Timestamp("2026-01-01T00:00:00Z"));
        manifest = codec.withPayload(
                manifest, new StoredPayload(MediaType.OCTET_STREAM, 1000, 390, new Digest("6f".repeat(32)), true));
        ArtefactManifest read = codec.readArtefact(manifest.canonical(), KEY);
        String text = text(read.canonical());
        assertTrue(text.contains("'x':{'y':[1,null,1.5,'ü']},'zz':null}"), text);
        assertTrue(text.contains("'source':{'pod':'p-7','scanId':'s1'}"), text);
        assertTrue(text.contains("'seekable':true"), text);
        assertEquals(manifest, read);
        assertEquals(manifest.payload(), read.payload());
        assertEquals(new Timestamp("2026-01-01T00:00:00Z"), read.expiresAt());
        assertEquals(new ScanId("s1"), read.source().scanId());
    }

    @Test
    void storageAndIntegrityAreTheServicesButTheSignatureAndTheTypeAreTheClients() {
        ClientManifest client = codec.parse(utf8("{'kind':'sbom.fragment','digest':'$D','storage':{'sizeBytes':-1,"
                + "'contentType':'text/plain+zstd','bucket':'evil','more':1},"
                + "'integrity':{'hash':'nonsense','signature':{'payloadType':'t','signatures':[]},'more':1}}"));
        assertEquals(new MediaType("text/plain"), client.contentType());
        assertTrue(client.isSigned());
        String text =
                text(codec.fill(client, KEY, Source.NONE, null, PAYLOAD, NOW).canonical());
        assertTrue(text.contains("'integrity':{'hash':'$D','signature':{'payloadType':'t','signatures':[]}},"), text);
        assertFalse(text.contains("evil") || text.contains("more"), text);
        assertTrue(text.contains("'sizeBytes':400"), text);
    }

    @Test
    void theClientsTimesCountUnlessTheyAreAbsentOrCreatedAtIsInTheFuture() {
        assertEquals(
                "2025-10-29T12:00:00.5Z",
                filled("{'kind':'sbom.fragment','createdAt':'2025-10-29T12:00:00.5Z'}")
                        .createdAt()
                        .text());
        assertEquals(
                "2025-10-29T12:00:00Z",
                filled("{'kind':'sbom.fragment','createdAt':'2025-10-29T12:00:01Z'}")
                        .createdAt()
                        .text());
        Timestamp argument = new Timestamp("2027-01-01T00:00:00Z");
        ClientManifest dated = codec.parse(utf8("{'kind':'sbom.fragment','expiresAt':'2026-01-01T00:00:00Z'}"));
        ClientManifest undated = codec.parse(utf8("{'kind':'sbom.fragment','expiresAt':null}"));
        assertEquals(
                "2026-01-01T00:00:00Z",
                String.valueOf(codec.fill(dated, KEY, Source.NONE, argument, PAYLOAD, NOW)
                        .expiresAt()));
        assertEquals(
                argument,
                codec.fill(undated, KEY, Source.NONE, argument, PAYLOAD, NOW).expiresAt());
        ArtefactManifest never = codec.fill(undated, KEY, Source.NONE, null, PAYLOAD, NOW);
        assertNull(never.expiresAt());
        assertFalse(text(never.canonical()).contains("expiresAt"));
    }

    @Test
    void theSourceOfTheRequestFillsWhatTheManifestDoesNotSay() {
        ClientManifest client =
                codec.parse(utf8("{'kind':'sbom.fragment','source':{'scanId':'mine','scannerBuild':null}}"));
        Source source = new Source("build", Digest.parse(IMAGE), new ScanId("theirs"));
        ArtefactManifest manifest = codec.fill(client, KEY, source, null, PAYLOAD, NOW);
        assertEquals(new Source("build", Digest.parse(IMAGE), new ScanId("mine")), manifest.source());
        assertEquals(
                manifest.source(), codec.readArtefact(manifest.canonical(), KEY).source());
    }

    /** Each manifest that is refused stands beside one, as like it as can be, that is taken. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{}~{'kind':'sbom.fragment'}~neither",
                "{'digest':'$D'}~{'digest':'$D','kind':'sbom.fragment'}~neither",
                "{'kind':null,'artifacts':null}~{'kind':'sbom.fragment','artifacts':null}~neither",
                "[]~{'kind':'sbom.fragment'}~not a JSON object",
                "{'kind':'sbom.fragment','digest':'$D','artifacts':[]}~{'kind':'sbom.fragment','digest':'$D'}~artifacts and kind",
                "{'kind':'sbom.fragment','artifacts':[]}~{'kind':'sbom.fragment','artefacts':[]}~artifacts and kind",
                "{'kind':'surface.manifest'}~{'kind':'sbom.fragment'}~reserved",
                "{'kind':'other'}~{'kind':'sbom.fragment'}~kind is not the one",
                "{'kind':'Sbom'}~{'kind':'sbom.fragment'}~kind: not a kind name",
                "{'kind':7}~{'kind':'sbom.fragment'}~kind is not a string",
                "{'kind':'sbom.fragment','schema':'stellaops.surface.manifest@2'}~{'kind':'sbom.fragment','schema':'stellaops.surface.manifest@1'}~schema",
                "{'kind':'sbom.fragment','digest':'$I'}~{'kind':'sbom.fragment','digest':'$D'}~digest is not the payload's",
                "{'kind':'sbom.fragment','digest':'sha1:00'}~{'kind':'sbom.fragment','digest':null}~digest: not a digest",
                "{'kind':'sbom.fragment','tenant':'ACME'}~{'kind':'sbom.fragment','tenant':'acme'}~tenant: not a tenant",
                "{'kind':'sbom.fragment','source':'x'}~{'kind':'sbom.fragment','source':{}}~source is not an object",
                "{'kind':'sbom.fragment','source':{'scanId':1}}~{'kind':'sbom.fragment','source':{'scanId':'1'}}~source.scanId is",
                "{'kind':'sbom.fragment','source':{'scanId':'-'}}~{'kind':'sbom.fragment','source':{'scanId':'a-'}}~source.scanId:",
                "{'kind':'sbom.fragment','source':{'imageDigest':'x'}}~{'kind':'sbom.fragment','source':{'imageDigest':'$I'}}~source.imageDigest:",
                "{'kind':'sbom.fragment','source':{'scannerBuild':'\\n'}}~{'kind':'sbom.fragment','source':{'scannerBuild':'n'}}~source.scannerBuild:",
                "{'kind':'sbom.fragment','createdAt':'today'}~{'kind':'sbom.fragment','createdAt':'2025-01-01T00:00:00Z'}~createdAt:",
                "{'kind':'sbom.fragment','expiresAt':'2025-02-30T00:00:00Z'}~{'kind':'sbom.fragment','expiresAt':'2025-02-28T00:00:00Z'}~expiresAt:",
                "{'kind':'sbom.fragment','expiresAt':1700000000}~{'kind':'sbom.fragment','expiresAt':null}~expiresAt is not a string",
                "{'kind':'sbom.fragment','storage':[]}~{'kind':'sbom.fragment','storage':{}}~storage is not an object",
                "{'kind':'sbom.fragment','storage':{'contentType':'json'}}~{'kind':'sbom.fragment','storage':{'contentType':'text/json'}}~storage.contentType:",
                "{'kind':'sbom.fragment','integrity':{'signature':'x'}}~{'kind':'sbom.fragment','integrity':{'signature':{}}}~integrity.signature",
            })
    void badManifestsAreRefusedAndGoodOnesAreNot(String bad, String good, String why) {
        SurfaceException e = assertThrows(SurfaceException.class, () -> filled(bad));
        assertEquals(ErrorCode.INVALID_MANIFEST, e.code());
        assertTrue(e.getMessage().contains(why), e.getMessage());
        codec.readArtefact(filled(good).canonical(), KEY);
    }

    @Test
    void anotherTenantsManifestIsATenantMismatch() {
        assertRefused(ErrorCode.TENANT_MISMATCH, () -> filled("{'kind':'sbom.fragment','tenant':'umbrella'}"));
        filled("{'kind':'sbom.fragment','tenant':'acme'}");
    }

    @Test
    void aManifestOfTheLimitIsTakenAndOneByteMoreIsNot() {
        String frame = "{'kind':'sbom.fragment','pad':''}";
        String full = frame.replace("''}", "'" + "x".repeat((1 << 20) - frame.length()) + "'}");
        assertEquals(1 << 20, utf8(full).length);
        ArtefactManifest manifest = filled(full);
        codec.readArtefact(manifest.canonical(), KEY);
        codec.withExpiry(manifest, new Timestamp("2026-01-01T00:00:00Z"));
        assertRefused(ErrorCode.INVALID_MANIFEST, () -> codec.parse(utf8(full.replace("pad", "pads"))));
        // Canonical form can be longer than what was sent.
        String grows = "{'kind':'sbom.fragment','pad':[" + "1e-6,".repeat(200_000) + "0]}";
        assertTrue(grows.length() < 1 << 20);
        assertRefused(ErrorCode.INVALID_MANIFEST, () -> filled(grows));
    }

    /** What is wrong with a stored manifest: one edit each of a good one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "'tenant':'acme'~'tenant':'umbrella'",
                "'kind':'sbom.fragment'~'kind':'other'",
                "'digest':'$D'~'digest':'$I'",
                "'hash':'$D'~'hash':'$I'",
                "'bucket':'surface-cache'~'bucket':'other'",
                "/sha256/ab/12/~/sha256/ab/13/",
                "'sizeBytes':400~'sizeBytes':-4",
                "'sizeBytes':400~'sizeBytes':'400'",
                "'rawSizeBytes':1000,~``",
                "'sha256':'sha256:5e~'sha256':'sha256:zz",
                "'createdAt':'2025-10-29T12:00:00Z',~``",
                "'schema':'stellaops.surface.manifest@1',~``",
                "{'createdAt'~{ 'createdAt'",
                "'rawSizeBytes':1000~'rawSizeBytes':1000.0",
                "'sizeBytes':400}~'sizeBytes':400",
            })
    void aDamagedStoredManifestIsACorruptObject(String part, String damage) {
        String good = text(filled("{'kind':'sbom.fragment'}").canonical());
        assertTrue(good.contains(part), good);
        codec.readArtefact(utf8(good), KEY);
        assertRefused(ErrorCode.CORRUPT_OBJECT, () -> codec.readArtefact(utf8(good.replace(part, damage)), KEY));
    }

    @Test
    void aStoredManifestUnderAnotherKeyIsACorruptObject() {
        byte[] canonical = filled("{'kind':'sbom.fragment'}").canonical();
        ArtefactKey other = new ArtefactKey(new Tenant("umbrella"), KEY.kind(), KEY.digest());
        assertRefused(ErrorCode.CORRUPT_OBJECT, () -> codec.readArtefact(canonical, other));
        assertArrayEquals(canonical, codec.readArtefact(canonical, KEY).canonical());
    }
}
