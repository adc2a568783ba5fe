package io.surfacefs.signing;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** A private key, Ed25519 or P-256, and its name. Thread-safe. */
public final class SigningKey {
    private final Algorithm.Known<PrivateKey> key;
    private final String id;

    private SigningKey(Algorithm.Known<PrivateKey> key, String id) {
        this.key = key;
        this.id = id;
    }

    /**
     * Reads a key.
     *
     * @param file PKCS#8 in PEM, not encrypted
     * @param id the name by which signatures say whose they are
     * @throws IOException whose message ends a sentence that begins with the file, and quotes nothing of it
     */
    public static SigningKey read(Path file, String id) throws IOException {
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Pem.read(file, "PRIVATE KEY"));
        try {
            return new SigningKey(
                    Algorithm.known(PrivateKey.class, encoded, factory -> factory.generatePrivate(encoded)), id);
        } catch (InvalidKeySpecException e) {
            throw new IOException("holds neither an Ed25519 nor a P-256 key", e);
        }
    }

    /** Its name. */
    public String id() {
        return id;
    }

    /** Signs a payload. */
    public Envelope sign(String payloadType, byte[] payload) {
        try {
            Signature signature = Signature.getInstance(key.algorithm().signatures());
            signature.initSign(key.key());
            signature.update(Envelope.encoded(payloadType, payload));
            return new Envelope(payloadType, payload, List.of(new Envelope.Signed(id, signature.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a key that was read doesn't sign", e);
        }
    }
}
