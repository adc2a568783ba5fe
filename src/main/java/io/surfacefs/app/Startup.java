package io.surfacefs.app;

import io.quarkus.runtime.StartupEvent;
import io.surfacefs.config.Finding;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.FolderOwnedException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Looks before the ports open: a server that can't be right doesn't start. The looking is bound to the opening of the
 * engine, since every edge needs one before it can listen, and gRPC listens before the application's start event.
 */
@Singleton
public class Startup {
    /** Refused. */
    private static final int REFUSED = 11;

    /** What the server needs of the machine is not to be had. */
    private static final int FAILED = 1;

    void open(@Observes StartupEvent event, Engine engine) {
        // Before the REST port opens, if gRPC did not ask for it already.
        engine.owner();
        StartTimes.reached(StartTimes.Step.SERVICES);
    }

    /** Opens the engine of a server, or says on standard error why not and ends the process. */
    static Engine open(SurfaceConfig config, Events events) {
        StartTimes.reached(StartTimes.Step.CONTAINER);
        Config quarkus = ConfigProvider.getConfig();
        List<Finding> findings = StartupChecks.run(config, quarkus);
        if (findings.stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR)) {
            tell(findings);
            exit(REFUSED);
        }
        List<Finding> taken = PortChecks.run(quarkus);
        if (!taken.isEmpty()) {
            tell(taken);
            exit(FAILED);
        }
        StartTimes.reached(StartTimes.Step.CHECKS);
        try {
            Engine engine = Engine.serve(config, events);
            StartContact.make(engine, config);
            StartTimes.reached(StartTimes.Step.ENGINE);
            tell(findings);
            return engine;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FolderOwnedException owned) {
                boolean spool = config.writesBehind() && owned.root().equals(config.spoolRoot());
                refuse(
                        Finding.error(
                                "SURFACE_CACHE_OWNED",
                                (spool ? "the spool: " : "the cache: ") + owned.getMessage(),
                                "give each process a surface." + (spool ? "spool" : "cache")
                                        + ".root of its own, or end the other one"),
                        findings);
            }
            throw e;
        } catch (SurfaceException e) {
            refuse(StoreFindings.of(config, e), findings);
            throw e;
        }
    }

    private static void tell(List<Finding> findings) {
        findings.forEach(finding -> System.err.println(finding.line()));
    }

    /** Why not comes first, then what was only to be told. */
    private static void refuse(Finding why, List<Finding> warnings) {
        tell(List.of(why));
        tell(warnings);
        exit(REFUSED);
    }

    /** Nothing is open yet that would need an orderly end. */
    private static void exit(int code) {
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
