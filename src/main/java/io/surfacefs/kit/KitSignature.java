package io.surfacefs.kit;

import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.Envelope;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.util.Arrays;

/** Who signed a kit's index. */
final class KitSignature {
    /** What the envelope says that it holds. */
    static final String TYPE = "application/vnd.stellaops.surface.kit+json";

    private KitSignature() {}

    /**
     * Looks at a kit's signature as the policy has it.
     *
     * @throws KitException {@code SIGNATURE} where one is required and none counts, with who signed and why it fails
     */
    static void check(Kit kit, KitTrust trust, Tally tally) throws IOException {
        TrustedKeys keys = trust.keys();
        if (trust.policy() == KitTrust.Policy.OFF || keys == null) {
            return;
        }
        try {
            tally.signedBy(signer(kit, keys));
        } catch (KitException e) {
            if (trust.policy() == KitTrust.Policy.REQUIRE || e.fault() != KitFault.SIGNATURE) {
                throw e;
            }
            tally.warn(String.valueOf(e.getMessage()));
        }
    }

    private static String signer(Kit kit, TrustedKeys keys) throws IOException {
        byte[] signature = kit.indexed() ? kit.signature() : null;
        if (signature == null) {
            throw new KitException(
                    KitFault.SIGNATURE,
                    kit.indexed() ? "the kit is not signed" : "the kit has no index, so nobody signed it",
                    "export it with --sign-key, or import it with --verify off",
                    null);
        }
        try {
            Envelope envelope = Envelope.parse(signature, signature.length);
            String signer = keys.verify(envelope, TYPE);
            if (!Arrays.equals(envelope.payload(), kit.index())) {
                throw new KitException(
                        KitFault.SIGNATURE, "'" + signer + "' signed another index than this kit's", null, null);
            }
            return signer;
        } catch (SurfaceException e) {
            throw new KitException(KitFault.SIGNATURE, "the kit's signature: " + e.getMessage(), e.hint(), e);
        }
    }
}
