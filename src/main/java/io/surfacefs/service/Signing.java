package io.surfacefs.service;

import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.Envelope;
import io.surfacefs.signing.MountedKey;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How this service signs and whose signatures count. Thread-safe.
 *
 * @param key signs what comes in unsigned; null for nobody
 * @param gate what becomes of what isn't signed
 */
public record Signing(@Nullable MountedKey key, SignatureGate gate) {
    /** Signs nothing and looks at nothing. */
    public static final Signing NONE = new Signing(null, SignatureGate.OFF);

    /** Makes envelopes as members of a manifest; null where nothing is signed. */
    @Nullable Function<byte[], Map<String, @Nullable Object>> signer() {
        MountedKey mounted = key;
        return mounted == null
                ? null
                : payload -> mounted.get().sign(SignedForm.TYPE, payload).tree();
    }

    /**
     * The scan manifest with its signature: the client's, else this service's.
     *
     * @param envelope the client's, whose payload may be left out, or null
     * @param sign whether it is to be signed here where the client didn't
     * @throws SurfaceException {@code SIGNATURE_INVALID} when the client's is none, or of something else
     */
    ScanManifest signed(ScanManifest manifest, byte @Nullable [] envelope, boolean sign) {
        if (envelope != null) {
            byte[] signatures = SignedForm.signatures(envelope, manifest);
            Envelope.of(Objects.requireNonNull(
                    SignedForm.parts(manifest.withSignatures(signatures)).envelope()));
            return manifest.withSignatures(signatures);
        }
        if (!sign || key == null) {
            return manifest;
        }
        byte[] made = key.get().sign(SignedForm.TYPE, SignedForm.of(manifest)).json();
        return manifest.withSignatures(SignedForm.signatures(made, manifest));
    }

    /** That an artefact's manifest has its signature in itself. */
    static SurfaceException misplaced() {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "an artefact's signature stands in its manifest",
                "send it as integrity.signature");
    }
}
