package io.surfacefs.signing;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import org.jspecify.annotations.Nullable;

/** How a key signs. */
enum Algorithm {
    ED25519("Ed25519", "Ed25519"),
    /** ECDSA over P-256 with SHA-256; signatures are made in DER, as OpenSSL and cosign make them. */
    P256("EC", "SHA256withECDSA");

    /** Fixed length, r before s: the other form in which signatures over P-256 travel. */
    static final String P256_PLAIN = "SHA256withECDSAinP1363Format";

    static final int P256_PLAIN_LENGTH = 64;

    private final String keys;
    private final String signatures;

    Algorithm(String keys, String signatures) {
        this.keys = keys;
        this.signatures = signatures;
    }

    String signatures() {
        return signatures;
    }

    /** Makes a key of its encoded form. */
    interface Maker<K extends Key> {
        K make(KeyFactory factory) throws InvalidKeySpecException;
    }

    /** A key and how it signs. */
    record Known<K extends Key>(K key, Algorithm algorithm) {}

    /**
     * Finds out what an encoded key is.
     *
     * @throws InvalidKeySpecException when it is none of either kind
     */
    static <K extends Key> Known<K> known(Class<K> type, KeySpec encoded, Maker<K> maker)
            throws InvalidKeySpecException {
        for (Algorithm algorithm : values()) {
            K key = algorithm.made(maker);
            if (key != null && type.isInstance(key)) {
                return new Known<>(key, algorithm);
            }
        }
        throw new InvalidKeySpecException(
                "neither Ed25519 nor P-256: " + encoded.getClass().getSimpleName());
    }

    private <K extends Key> @Nullable K made(Maker<K> maker) {
        try {
            K key = maker.make(KeyFactory.getInstance(keys));
            return this == ED25519 ? (key instanceof EdECKey ? key : null) : isP256(key) ? key : null;
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static boolean isP256(Key key) throws GeneralSecurityException {
        if (!(key instanceof ECKey ec)) {
            return false;
        }
        AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
        named.init(new ECGenParameterSpec("secp256r1"));
        ECParameterSpec wanted = named.getParameterSpec(ECParameterSpec.class);
        ECParameterSpec has = ec.getParams();
        return has.getCurve().equals(wanted.getCurve())
                && has.getGenerator().equals(wanted.getGenerator())
                && has.getOrder().equals(wanted.getOrder());
    }
}
