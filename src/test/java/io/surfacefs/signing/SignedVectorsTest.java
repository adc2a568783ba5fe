package io.surfacefs.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The vectors that other implementations can use. */
class SignedVectorsTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors/signed-manifest");
    private static final Tenant ACME = new Tenant("acme");
    private static final ManifestCodec CODEC = new ManifestCodec(1 << 20);

    private static byte[] read(String name) throws IOException {
        return Files.readAllBytes(VECTORS.resolve(name));
    }

    private static ManifestVerifier verifier() throws IOException {
        return new ManifestVerifier(TrustedKeys.read(VECTORS.resolve("trusted")));
    }

    private static ArtefactManifest artefact() throws IOException {
        Digest digest = CODEC.parse(read("artefact.json")).digest();
        assertNotNull(digest);
        return CODEC.readArtefact(read("artefact.json"), new ArtefactKey(ACME, new Kind("sbom.fragment"), digest));
    }

    @Test
    void whatIsSignedOfAnArtefactsManifestIsWhatItsMakerSaid() throws IOException {
        ArtefactManifest manifest = artefact();
        assertArrayEquals(read("artefact.payload.json"), SignedForm.of(manifest));
        assertEquals("site-a", verifier().verdict(manifest).signer());
        ArtefactManifest later = CODEC.withExpiry(manifest, new Timestamp("2030-01-01T00:00:00Z"));
        assertEquals("site-a", verifier().verdict(later).signer(), "what the service changes is not signed");
    }

    @Test
    void aVerdictIsRememberedOnceForEachManifest() throws IOException {
        ManifestVerifier verifier = verifier();
        for (int i = 0; i < 3; i++) {
            verifier.verdict(artefact());
        }
        assertEquals(1, verifier.remembered());
    }

    @Test
    void theEnvelopeBesideAScanManifestComesBackAsItWas() throws IOException {
        byte[] json = read("scan.json");
        ScanManifest manifest =
                CODEC.readScan(json, new ArtefactKey(ACME, Kind.SURFACE_MANIFEST, ManifestCodec.digestOf(json)));
        assertEquals("nobody signed it", verifier().verdict(manifest).why());
        ScanManifest signed = manifest.withSignatures(SignedForm.signatures(read("scan.json.dsse"), manifest));
        assertEquals("site-a", verifier().verdict(signed).signer());
        assertArrayEquals(read("scan.json.dsse"), SignedForm.envelope(signed));
    }
}
