package io.surfacefs.cli;

import io.surfacefs.model.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes what is read through it and tells the progress. Not thread-safe. */
final class HashedInput extends FilterInputStream {
    private final MessageDigest hash;
    private final Progress progress;

    HashedInput(InputStream in, Progress progress) {
        super(in);
        this.progress = progress;
        try {
            this.hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = in.read(target, offset, length);
        if (n > 0) {
            hash.update(target, offset, n);
            progress.add(n);
        }
        return n;
    }

    /** The digest of all that was read; asked once, at the end. */
    Digest digest() {
        return Digest.of(hash.digest());
    }
}
