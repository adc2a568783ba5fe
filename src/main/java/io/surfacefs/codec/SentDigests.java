package io.surfacefs.codec;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The digests that the bytes as sent must have, by algorithm name as in RFC 9530. {@code sha-256} is computed anyhow;
 * {@code sha-512} only when asked for; others are ignored.
 */
final class SentDigests {
    private static final String SHA_256 = "sha-256";
    private static final String SHA_512 = "sha-512";

    private final Map<String, byte[]> expected;

    SentDigests(Map<String, byte[]> expected) {
        this.expected = expected;
    }

    /** {@return a digest to feed the bytes to beside SHA-256, or null where none is wanted} */
    @Nullable SerialDigest further(CodecPool pool, CodecPool.Lane lane) {
        return expected.containsKey(SHA_512) ? new SerialDigest(pool, lane, Hashes.sha512()) : null;
    }

    /**
     * Compares.
     *
     * @param sha256 of the bytes sent
     * @param further what {@link #further} gave, fed with them
     * @throws SurfaceException {@code DIGEST_MISMATCH}
     */
    void check(byte[] sha256, @Nullable SerialDigest further) {
        compare(SHA_256, sha256);
        if (further != null) {
            compare(SHA_512, further.finish());
        }
    }

    private void compare(String algorithm, byte[] actual) {
        byte[] wanted = expected.get(algorithm);
        if (wanted != null && !MessageDigest.isEqual(wanted, actual)) {
            throw new SurfaceException(
                    ErrorCode.DIGEST_MISMATCH,
                    "the bytes sent don't have the " + algorithm + " of Content-Digest",
                    "Content-Digest is over the bytes sent, after any content encoding");
        }
    }
}
