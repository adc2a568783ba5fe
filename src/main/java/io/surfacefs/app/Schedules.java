package io.surfacefs.app;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduler;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.cache.CacheEngine;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jboss.logging.Logger;

/** What happens by itself. */
@Singleton
public class Schedules {
    private static final Logger LOG = Logger.getLogger(Schedules.class);

    @Inject
    ServeMode mode;

    @Inject
    Engine engine;

    /** Payload objects whose time has come; only a process that sweeps drops any. */
    @Scheduled(every = "60s", delayed = "60s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void sweep() {
        if (!mode.serving() || !engine.sweeps()) {
            return;
        }
        told("sweep", () -> {
            int dropped = engine.admin().sweep();
            if (dropped > 0) {
                LogLine.event("sweep").with(LogKey.DROPPED, dropped).info(LOG);
            }
        });
        told("quota.count", engine.admin()::countQuotas);
    }

    /** A store that has just been given a quota is counted at once. */
    void countQuotas(@Observes StartupEvent event) {
        if (mode.serving() && engine.sweeps()) {
            Thread.ofVirtual().name("quota-count").start(() -> told("quota.count", engine.admin()::countQuotas));
        }
    }

    /** Room that was taken ahead and isn't used. */
    @Scheduled(every = "60s", delayed = "45s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void settleQuotas() {
        if (mode.serving()) {
            told("quota.settle", engine.admin()::settleQuotas);
        }
    }

    private static void told(String event, Runnable work) {
        try {
            work.run();
        } catch (SurfaceException e) {
            LogLine.event(event)
                    .with(LogKey.CODE, e.code())
                    .with(LogKey.MESSAGE, e.getMessage())
                    .warn(LOG);
        }
    }

    /** What expired, where that is wanted. */
    void scheduleRetention(@Observes StartupEvent event, Scheduler scheduler, SurfaceConfig config) {
        if (!mode.serving() || !config.get(Settings.RETENTION_ENABLED) || !engine.sweeps()) {
            return;
        }
        Map<Kind, Duration> lifetimes = config.members(Settings.CACHE_LIFETIME);
        scheduler
                .newJob("retention")
                .setInterval(config.get(Settings.RETENTION_INTERVAL).toString())
                .setConcurrentExecution(Scheduled.ConcurrentExecution.SKIP)
                .setTask(execution -> expire(lifetimes), true)
                .schedule();
    }

    private void expire(Map<Kind, Duration> lifetimes) {
        told("retention", () -> {
            int dropped = engine.admin().expire(lifetimes);
            if (dropped > 0) {
                LogLine.event("retention").with(LogKey.DROPPED, dropped).info(LOG);
            }
        });
    }

    /** The local cache: what may be dropped by its time, the soft mark, a snapshot of its index. */
    @Scheduled(every = "60s", delayed = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void maintainCache() {
        CacheEngine cache = mode.serving() ? engine.cache() : null;
        if (cache == null) {
            return;
        }
        try {
            cache.maintain();
        } catch (IOException e) {
            LogLine.event("cache.maintenance")
                    .with(LogKey.MESSAGE, e.getMessage())
                    .warn(LOG);
        }
    }
}
