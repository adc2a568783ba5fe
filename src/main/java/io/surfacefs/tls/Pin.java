package io.surfacefs.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * The SHA-256 of a public key in the form that certificates carry it (SubjectPublicKeyInfo, as in RFC 7469 section
 * 2.4): it stays the same when a certificate is renewed for the same key.
 *
 * @param text {@code sha256/} and the digest in base64, as operators write it
 */
public record Pin(String text) {
    private static final String PREFIX = "sha256/";
    private static final int BYTES = 32;

    /** @throws IllegalArgumentException when the text is no pin */
    public Pin {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a pin begins with " + PREFIX);
        }
        byte[] digest = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        if (digest.length != BYTES || !text.equals(PREFIX + Base64.getEncoder().encodeToString(digest))) {
            throw new IllegalArgumentException("a pin is 32 bytes in base64");
        }
    }

    /** {@return the pin of a certificate's key} */
    public static Pin of(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded());
            return new Pin(PREFIX + Base64.getEncoder().encodeToString(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
