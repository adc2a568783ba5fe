package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.SurfaceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** Which of many keys have no manifest; where each look is a request, some at a time, of all callers together. */
final class Absent {
    private static final int AT_A_TIME = 32;

    private final Manifests manifests;
    private final boolean remote;
    private final Semaphore looks = new Semaphore(AT_A_TIME, true);

    Absent(Manifests manifests, boolean remote) {
        this.manifests = manifests;
        this.remote = remote;
    }

    List<ArtefactKey> of(Collection<ArtefactKey> keys) {
        if (!remote || keys.size() < 2) {
            return keys.stream().filter(key -> !manifests.exists(key)).toList();
        }
        try (ExecutorService lookers = Executors.newVirtualThreadPerTaskExecutor()) {
            // Where one look fails the answer is that failure, so the others need not be made.
            AtomicBoolean failed = new AtomicBoolean();
            List<Future<Boolean>> exist = new ArrayList<>(keys.size());
            for (ArtefactKey key : keys) {
                looks.acquireUninterruptibly();
                exist.add(lookers.submit(() -> look(key, failed)));
            }
            List<ArtefactKey> absent = new ArrayList<>();
            exist.forEach(Absent::got);
            int i = 0;
            for (ArtefactKey key : keys) {
                if (!got(exist.get(i++))) {
                    absent.add(key);
                }
            }
            return absent;
        }
    }

    private boolean look(ArtefactKey key, AtomicBoolean failed) {
        boolean done = false;
        try {
            boolean exists = !failed.get() && manifests.exists(key);
            done = true;
            return exists;
        } finally {
            if (!done) {
                failed.set(true);
            }
            looks.release();
        }
    }

    private static boolean got(Future<Boolean> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SurfaceException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
