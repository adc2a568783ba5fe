package io.surfacefs.client;

import com.github.luben.zstd.ZstdIOException;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Hashes what is read and refuses to end when it was not what it should have been. Not thread-safe. */
final class VerifiedStream extends WatchedStream {
    private static final String HINT = "they were damaged on their way; try again, and look at the store with fsck";

    private final Digest expected;
    private final MessageDigest hash = Digests.sha256();
    private boolean verified;

    VerifiedStream(InputStream in, Digest expected) {
        super(in);
        this.expected = expected;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return super.read(target, offset, length);
        } catch (ZstdIOException e) {
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT, "the bytes that were received can't be decoded", HINT, e);
        }
    }

    @Override
    protected void passed(byte[] target, int offset, int n) {
        if (n > 0) {
            hash.update(target, offset, n);
        } else if (n < 0 && !verified) {
            verified = true;
            Digest actual = Digest.of(hash.digest());
            if (!actual.equals(expected)) {
                throw new SurfaceException(
                        ErrorCode.DIGEST_MISMATCH,
                        "the bytes that were received have the digest " + actual + ", not " + expected,
                        HINT);
            }
        }
    }
}
