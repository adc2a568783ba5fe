package io.surfacefs.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Some arrays of the pool in turn, each used again when what was done with it last is over. Used by one thread. */
final class BlockRing {
    private final CodecPool pool;
    private final int size;
    private final List<byte[]> arrays = new ArrayList<>();
    private final List<CompletableFuture<?>> users = new ArrayList<>();
    private int turn;

    BlockRing(CodecPool pool, int size) {
        this.pool = pool;
        this.size = size;
    }

    /** The next array, waiting for its last use to end. {@link #busy} follows. */
    byte[] take() {
        if (turn == arrays.size()) {
            arrays.add(pool.takeBlock());
            users.add(CompletableFuture.completedFuture(null));
        }
        PoolTask.await(users.get(turn), pool.maxWait());
        return arrays.get(turn);
    }

    /** The array that was taken last is in use until this is done. */
    void busy(CompletableFuture<?> user) {
        users.set(turn, user);
        turn = (turn + 1) % size;
    }

    /** Gives the arrays back to the pool, when every use has ended. */
    void recycle() {
        arrays.forEach(pool::recycle);
        arrays.clear();
        users.clear();
        turn = 0;
    }
}
