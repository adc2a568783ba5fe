package io.surfacefs.store.upstream;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Looks for readers who don't read on, so that however many of them there are, none holds bytes in memory or a call of
 * the upstream for long. Thread-safe.
 */
final class Stalled implements AutoCloseable {
    private final Set<UpstreamBytes<?>> reading = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("surface-upstream-stalled").factory());

    private final ScheduledFuture<?> looks;

    /** @param limit how long a reader may pause with a call open */
    Stalled(Duration limit) {
        long nanos = limit.toNanos();
        looks = clock.scheduleWithFixedDelay(
                () -> reading.forEach(one -> one.park(nanos)), nanos / 2, nanos / 2, TimeUnit.NANOSECONDS);
    }

    void watch(UpstreamBytes<?> bytes) {
        reading.add(bytes);
    }

    void forget(UpstreamBytes<?> bytes) {
        reading.remove(bytes);
    }

    @Override
    public void close() {
        looks.cancel(false);
        clock.shutdownNow();
    }
}
