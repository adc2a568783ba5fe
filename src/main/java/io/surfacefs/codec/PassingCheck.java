package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Stored bytes that are hashed while somebody reads them in order; see {@link StoredVerifier#inPassing}. Holds no bytes
 * but while it reads again what was read ahead: 64 KiB.
 */
final class PassingCheck implements StoredBytes {
    private static final int PIECE = 64 << 10;

    private final CodecPool pool;
    private final StoredBytes stored;
    private final Digest wanted;
    private final Consumer<Boolean> found;
    private final ReentrantLock lock = new ReentrantLock();
    private final MessageDigest digest = Hashes.sha256();
    private long hashed;
    private long readAhead;
    private boolean decided;
    private boolean bad;

    PassingCheck(CodecPool pool, StoredBytes stored, Digest wanted, Consumer<Boolean> found) {
        this.pool = pool;
        this.stored = stored;
        this.wanted = wanted;
        this.found = found;
        this.readAhead = stored.size();
    }

    @Override
    public long size() {
        return stored.size();
    }

    @Override
    public void expect(long from, long to) {
        stored.expect(from, to);
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        int n = stored.read(position, target, offset, length);
        if (n > 0) {
            lock.lock();
            try {
                see(position, target, offset, n);
            } finally {
                lock.unlock();
            }
        }
        return n;
    }

    private void see(long position, byte[] bytes, int offset, int length) throws IOException {
        if (bad) {
            throw wrong();
        }
        if (decided) {
            return;
        }
        if (position > hashed) {
            readAhead = Math.min(readAhead, position);
            return;
        }
        int known = (int) Math.min(length, hashed - position);
        hash(bytes, offset + known, length - known);
        if (hashed >= readAhead) {
            decide();
        }
    }

    private void decide() throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE, stored.size() - hashed)];
        if (piece.length > 0) {
            stored.expect(hashed, stored.size());
        }
        while (hashed < stored.size()) {
            int n = (int) Math.min(piece.length, stored.size() - hashed);
            StoredInput.readFully(stored, hashed, piece, 0, n);
            hash(piece, 0, n);
        }
        decided = true;
        bad = !Digest.of(digest.digest()).equals(wanted);
        found.accept(!bad);
        if (bad) {
            throw wrong();
        }
    }

    private void hash(byte[] bytes, int offset, int length) {
        if (length > 0) {
            pool.call(CodecPool.Lane.CHECK, contexts -> {
                digest.update(bytes, offset, length);
                return length;
            });
            hashed += length;
        }
    }

    private static RuntimeException wrong() {
        return ZstdFrames.corrupt("the stored bytes are others than were stored");
    }

    @Override
    public void close() {
        stored.close();
    }
}
