package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Where message digests come from. */
public final class Hashes {
    private Hashes() {}

    /** {@return a new SHA-256, which can be cloned} */
    public static MessageDigest sha256() {
        return ImageSha256.usable() ? ImageSha256.create() : of("SHA-256");
    }

    /** {@return a new SHA-512} */
    public static MessageDigest sha512() {
        return of("SHA-512");
    }

    /** {@return the SHA-256 of some bytes, computed on the calling thread} */
    public static Digest sha256(byte[] bytes) {
        return Digest.of(sha256().digest(bytes));
    }

    private static MessageDigest of(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no " + algorithm, e);
        }
    }
}
