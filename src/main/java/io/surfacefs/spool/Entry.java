package io.surfacefs.spool;

import io.surfacefs.model.Digest;
import io.surfacefs.model.SurfaceException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One put in the spool: first only its place in the order, then written, then durable, then gone. What is written of it
 * doesn't change any more.
 */
final class Entry {
    /** Its place in the order of all puts. */
    final long sequence;

    final SpoolKey key;

    /** Whether it is the put of a manifest. */
    final boolean manifest;

    /** Whether another manifest of that key was put, or was being put, when it began. */
    final boolean follows;

    private @Nullable Head head;
    private EntryFormat.@Nullable Layout layout;

    /** Bytes that it takes of the quota; guarded by the gate. */
    long cost;

    /** Whether it was acknowledged, so that it counts; guarded by the gate. */
    boolean durable;

    /** Whether a process before this one took it, which may have delivered it; guarded by the gate. */
    boolean found;

    /** Whether its files go, or are gone: it is in the store, superseded or put aside. Never taken back. */
    volatile boolean gone;

    /** Whether it was seen that it is not what was put. */
    private final AtomicBoolean damaged = new AtomicBoolean();

    /** Whether it is in the store, and only its files are still to go; for whoever has claimed the key. */
    volatile boolean delivered;

    /** Why the store refused it for good; then it lies in {@code rejected/}; for whoever has claimed the key. */
    volatile @Nullable SurfaceException refusal;

    /** Whether this process has seen that the payload is what it should be. */
    volatile boolean sound;

    /** Digest of the value of a cache entry, once known. */
    volatile @Nullable Digest raw;

    Entry(long sequence, SpoolKey key, boolean manifest, boolean follows) {
        this.sequence = sequence;
        this.key = key;
        this.manifest = manifest;
        this.follows = follows;
    }

    /** Before others can see it. */
    void written(Head newHead, EntryFormat.Layout newLayout) {
        head = newHead;
        layout = newLayout;
    }

    Head head() {
        return Objects.requireNonNull(head);
    }

    EntryFormat.Layout layout() {
        return Objects.requireNonNull(layout);
    }

    /** Whether it is to be found by readers; with the gate held. */
    boolean isReadable() {
        return durable && !gone && !damaged.get();
    }

    boolean isDamaged() {
        return damaged.get();
    }

    /** Notes that it is not what was put. {@return whether that is news} */
    boolean foundDamaged() {
        return damaged.compareAndSet(false, true);
    }

    boolean isCommit() {
        return head().op() == Head.Op.COMMIT;
    }

    boolean hasPayload() {
        return head().payload() != null;
    }

    /** Whether nothing is lost when an earlier put of the same key is left out. */
    boolean supersedes(Entry earlier) {
        return head().op() == Head.Op.CACHE
                || (isCommit() && hasPayload() && earlier.head().op() == Head.Op.STAGE);
    }
}
