package io.surfacefs.store.faults;

import io.smallrye.faulttolerance.core.timer.ThreadTimer;
import io.smallrye.faulttolerance.core.timer.Timer;
import io.surfacefs.ops.Events;
import io.surfacefs.ops.StoreProbe;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobStore;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The guard of one store that is far away, and what stands behind it. All that is put behind one guard shares its
 * bounds and its circuit. Thread-safe; close it behind the store.
 */
public final class Faults implements AutoCloseable {
    private final ExecutorService executor;
    private final Timer timer;
    private final StoreGuard guard;

    private final Runnable look;

    private Faults(FaultSettings settings, Runnable firstContact, StoreProbe look, Events events) {
        this.executor = Executors.newVirtualThreadPerTaskExecutor();
        this.timer = new ThreadTimer(executor);
        this.look = look::look;
        this.guard = new StoreGuard(
                settings,
                new StoreGuard.Looks(new FirstContact(firstContact, executor, events), this.look),
                events,
                timer);
    }

    /**
     * Makes a guard.
     *
     * @param firstContact done before the first call, on a thread of its own; before each again until it doesn't throw
     * @param look a small question to the store, which tells whether it is out where one request failed
     */
    public static Faults open(FaultSettings settings, Runnable firstContact, StoreProbe look, Events events) {
        return new Faults(settings, firstContact, look, events);
    }

    /** Puts a store behind the guard; closes it when it is closed. */
    public ArtefactStore store(ArtefactStore store) {
        return new GuardedStore(store, guard);
    }

    /** Puts objects behind the guard, request by request, for work on the whole store; closes nothing. */
    public BlobStore blobs(BlobStore blobs) {
        return new GuardedBlobs(blobs, guard);
    }

    /** The look, behind the guard, so that those who ask again and again are no storm either. */
    public StoreProbe probe() {
        return () -> guard.call("probe", guard.settings().timeout(), StoreGuard.Mode.ONCE, () -> {
            look.run();
            return Boolean.TRUE;
        });
    }

    /**
     * Makes the first contact now, as any call would.
     *
     * @throws io.surfacefs.model.SurfaceException when the store is away, or is not one to be used
     */
    public void contact() {
        guard.call("contact", guard.settings().timeout(), StoreGuard.Mode.RETRIED, () -> Boolean.TRUE);
    }

    @Override
    public void close() {
        try {
            timer.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
