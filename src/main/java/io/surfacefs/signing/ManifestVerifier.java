package io.surfacefs.signing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one set of keys says of manifests: each is verified once, and the verdict is remembered by the manifest's digest
 * (and the signatures beside it), within a bound. Other keys are another verifier. Thread-safe.
 */
public final class ManifestVerifier {
    /** Verdicts that are remembered, a few hundred bytes each. */
    private static final int REMEMBERED = 20_000;

    /**
     * Whether a manifest is signed as it should be.
     *
     * @param signer the name of the key that signed it, null where none that counts did
     * @param why why not: who signed, and what is wrong with it; null where there is a signer
     */
    public record Verdict(@Nullable String signer, @Nullable String why) {
        static final Verdict UNSIGNED = new Verdict(null, "nobody signed it");

        /** Whether nobody did, whose signature counts or not. */
        public boolean unsigned() {
            return equals(UNSIGNED);
        }
    }

    private final TrustedKeys keys;
    private final Cache<String, Verdict> verdicts = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    /** @param keys those whose signatures count */
    public ManifestVerifier(TrustedKeys keys) {
        this.keys = keys;
    }

    /** The keys whose signatures count. */
    public TrustedKeys keys() {
        return keys;
    }

    /** What the keys say of a manifest. */
    public Verdict verdict(Manifest manifest) {
        String name = name(manifest);
        Verdict known = verdicts.getIfPresent(name);
        if (known == null) {
            known = verify(manifest);
            verdicts.put(name, known);
        }
        return known;
    }

    /** How many verdicts are remembered, about. */
    long remembered() {
        return verdicts.estimatedSize();
    }

    private static String name(Manifest manifest) {
        byte[] beside = manifest instanceof ScanManifest scan ? scan.signatures() : null;
        String digest = manifest.digest().hex();
        return beside == null ? digest : digest + ManifestCodec.digestOf(beside).hex();
    }

    private Verdict verify(Manifest manifest) {
        try {
            SignedForm.Parts parts = SignedForm.parts(manifest);
            if (parts.envelope() == null) {
                return Verdict.UNSIGNED;
            }
            Envelope envelope = Envelope.of(parts.envelope());
            if (!Arrays.equals(envelope.payload(), parts.payload())) {
                return new Verdict(
                        null, "what was signed by " + signers(envelope) + " is something else than this manifest");
            }
            return new Verdict(keys.verify(envelope, SignedForm.TYPE), null);
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.SIGNATURE_INVALID) {
                throw e;
            }
            return new Verdict(null, String.valueOf(e.getMessage()));
        }
    }

    private static String signers(Envelope envelope) {
        List<String> names = envelope.signatures().stream()
                .map(signed -> signed.keyId().isEmpty() ? "somebody" : TrustedKeys.quoted(signed.keyId()))
                .toList();
        return names.stream().collect(Collectors.joining(", "));
    }
}
