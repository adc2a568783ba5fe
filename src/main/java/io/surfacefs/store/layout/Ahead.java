package io.surfacefs.store.layout;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An object that is asked for on a thread of its own before it is known whether it counts. Used by one thread; closing
 * it gives up what was not taken.
 */
final class Ahead implements AutoCloseable {
    private final CompletableFuture<BlobStore.@Nullable Opened> answer = new CompletableFuture<>();
    private final Thread thread;
    private boolean taken;

    private Ahead(BlobStore blobs, BlobKey key) {
        thread = Thread.ofVirtual().name("payload-ahead").start(() -> ask(blobs, key));
    }

    /** Begins to open an object whose size nobody knows. */
    static Ahead open(BlobStore blobs, BlobKey key) {
        return new Ahead(blobs, key);
    }

    private void ask(BlobStore blobs, BlobKey key) {
        try {
            BlobStore.Opened opened = blobs.open(key, -1);
            if (!answer.complete(opened) && opened != null) {
                opened.bytes().close();
            }
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    /**
     * Waits for the answer and gives it, once.
     *
     * @return null when there is no such object
     * @throws io.surfacefs.model.SurfaceException why it could not be asked for
     */
    BlobStore.@Nullable Opened take() {
        try {
            BlobStore.Opened opened = answer.get();
            taken = true;
            return opened;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreFault(StoreFault.Reason.GIVEN_UP, null, e);
        }
    }

    @Override
    public void close() {
        if (taken) {
            return;
        }
        if (answer.cancel(false)) {
            thread.interrupt();
        } else if (!answer.isCompletedExceptionally()) {
            BlobStore.Opened opened = answer.join();
            if (opened != null) {
                opened.bytes().close();
            }
        }
    }
}
