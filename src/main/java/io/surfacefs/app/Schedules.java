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
        try {
            int dropped = engine.admin().sweep();
            if (dropped > 0) {
                LOG.infof("event=sweep dropped=%d", dropped);
            }
        } catch (SurfaceException e) {
            LOG.warnf("event=sweep code=%s message=\"%s\"", e.code(), e.getMessage());
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
        try {
            int dropped = engine.admin().expire(lifetimes);
            if (dropped > 0) {
                LOG.infof("event=retention dropped=%d", dropped);
            }
        } catch (SurfaceException e) {
            LOG.warnf("event=retention code=%s message=\"%s\"", e.code(), e.getMessage());
        }
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
            LOG.warnf("event=cache.maintenance message=\"%s\"", e.getMessage());
        }
    }
}
