package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A stream that checks, once it was read to its end, the digests that a client sent for the bytes in it. */
final class SentDigests extends FilterInputStream {
    private final Map<String, byte[]> declared;
    private final Map<String, MessageDigest> running = new HashMap<>();

    /** @param declared by algorithm name as in RFC 9530 */
    SentDigests(InputStream in, Map<String, byte[]> declared) {
        super(in);
        this.declared = declared;
        for (String algorithm : declared.keySet()) {
            try {
                running.put(algorithm, MessageDigest.getInstance(algorithm.toUpperCase(Locale.ROOT)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = super.read(target, offset, length);
        for (MessageDigest digest : running.values()) {
            digest.update(target, offset, Math.max(0, n));
        }
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public long skip(long n) throws IOException {
        return read(new byte[(int) Math.min(Math.max(0, n), 8192)]);
    }

    /** @throws SurfaceException {@code DIGEST_MISMATCH} when what was read doesn't hash to what was declared */
    void check() {
        declared.forEach((algorithm, value) -> {
            MessageDigest digest = running.get(algorithm);
            if (digest != null && !MessageDigest.isEqual(digest.digest(), value)) {
                throw new SurfaceException(
                        ErrorCode.DIGEST_MISMATCH,
                        "the body doesn't hash to the " + algorithm + " of its Content-Digest");
            }
        });
    }
}
