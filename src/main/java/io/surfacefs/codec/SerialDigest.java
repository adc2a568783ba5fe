package io.surfacefs.codec;

import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;

/**
 * A message digest over blocks in order, computed on the pool, one block at a time, beside whatever else runs there.
 * Used by one thread; the bytes of a block must stay as they are until its future is done.
 */
final class SerialDigest {
    private final CodecPool pool;
    private final CodecPool.Lane lane;
    private final MessageDigest digest;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private volatile boolean cancelled;

    SerialDigest(CodecPool pool, CodecPool.Lane lane, MessageDigest digest) {
        this.pool = pool;
        this.lane = lane;
        this.digest = digest;
    }

    /** Adds a block behind the ones before. */
    CompletableFuture<?> update(byte[] bytes, int offset, int length) {
        last = last.thenCompose(before -> pool.submit(lane, contexts -> {
                    if (!cancelled) {
                        digest.update(bytes, offset, length);
                    }
                    return length;
                })
                .result());
        return last;
    }

    /** Adds a block on the calling thread, which must hold the only one under way. */
    void updateNow(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }

    /** Waits for all blocks and gives the digest. */
    byte[] finish() {
        PoolTask.await(last, pool.maxWait());
        return digest.digest();
    }

    /** Leaves what was not hashed yet unhashed. */
    void cancel() {
        cancelled = true;
    }
}
