package io.surfacefs.cli;

import io.surfacefs.client.WatchedStream;
import io.surfacefs.model.Digest;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes what is read through it and tells the progress. Not thread-safe. */
final class HashedInput extends WatchedStream {
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
    protected void passed(byte[] target, int offset, int n) {
        if (n > 0) {
            hash.update(target, offset, n);
            progress.add(n);
        }
    }

    /** The digest of all that was read; asked once, at the end. */
    Digest digest() {
        return Digest.of(hash.digest());
    }
}
