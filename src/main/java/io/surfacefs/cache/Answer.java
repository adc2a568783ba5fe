package io.surfacefs.cache;

import io.surfacefs.codec.HeapBytes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Manifest;
import io.surfacefs.store.ArtefactStore;
import org.jspecify.annotations.Nullable;

/**
 * What the store said of a key, for all who asked at that time: a manifest, or that there is none, and the payload
 * where it came too. Closed once all is kept that is going to be. Thread-safe.
 */
final class Answer implements AutoCloseable {
    private final @Nullable Manifest manifest;
    private final byte @Nullable [] small;
    private final boolean nothing;
    private final Runnable closed;
    private boolean here;
    private ArtefactStore.@Nullable OpenPayload large;

    private Answer(
            @Nullable Manifest manifest,
            byte @Nullable [] small,
            ArtefactStore.@Nullable OpenPayload large,
            boolean nothing,
            Runnable closed) {
        this.manifest = manifest;
        this.small = small;
        this.large = large;
        this.nothing = nothing;
        this.closed = closed;
    }

    /** What is here already, as old as it is: there is nothing to keep. */
    static Answer here(Manifest manifest) {
        Answer answer = of(manifest);
        answer.here = true;
        return answer;
    }

    boolean isHere() {
        return here;
    }

    /** The manifest alone was asked for. */
    static Answer of(@Nullable Manifest manifest) {
        return new Answer(manifest, null, null, false, () -> {});
    }

    /**
     * Both were asked for.
     *
     * @param small all bytes of the payload, found right, in the place of {@code large}
     * @param large to be closed by whoever takes it, or with this
     */
    static Answer both(
            @Nullable Manifest manifest,
            byte @Nullable [] small,
            ArtefactStore.@Nullable OpenPayload large,
            Runnable closed) {
        return new Answer(manifest, small, large, manifest == null && small == null && large == null, closed);
    }

    @Nullable Manifest manifest() {
        return manifest;
    }

    /** Whether the store has nothing at all of the key, not even a payload without a manifest. */
    boolean nothing() {
        return nothing;
    }

    /** All bytes of the payload, or null where they didn't come. */
    @Nullable StoredBytes small() {
        return small == null ? null : new HeapBytes(small);
    }

    /** The open payload, for the first who asks for it. */
    synchronized ArtefactStore.@Nullable OpenPayload takeLarge() {
        ArtefactStore.OpenPayload taken = large;
        large = null;
        return taken;
    }

    @Override
    public void close() {
        ArtefactStore.OpenPayload left = takeLarge();
        if (left != null) {
            left.close();
        }
        closed.run();
    }
}
