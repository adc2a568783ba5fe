package io.surfacefs.store.faults;

import io.smallrye.faulttolerance.core.stopwatch.RunningStopwatch;
import io.smallrye.faulttolerance.core.stopwatch.Stopwatch;
import io.smallrye.faulttolerance.core.timer.Timer;
import io.smallrye.faulttolerance.core.timer.TimerTask;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/** The circuit's time stands still until a test moves it; the limits of calls never run out. */
final class ManualTime implements Stopwatch, Timer {
    private final AtomicLong millis = new AtomicLong();

    void pass(long howManyMillis) {
        millis.addAndGet(howManyMillis);
    }

    @Override
    public RunningStopwatch start() {
        long begun = millis.get();
        return () -> millis.get() - begun;
    }

    @Override
    public int getId() {
        return 0;
    }

    @Override
    public TimerTask schedule(long delayInMillis, Runnable task) {
        return new TimerTask() {
            @Override
            public boolean isDone() {
                return false;
            }

            @Override
            public boolean cancel() {
                return true;
            }
        };
    }

    @Override
    public TimerTask schedule(long delayInMillis, Runnable task, Executor executor) {
        return schedule(delayInMillis, task);
    }

    @Override
    public int countScheduledTasks() {
        return 0;
    }

    @Override
    public void shutdown() {}
}
