package io.surfacefs.app;

import io.quarkus.runtime.StartupEvent;
import io.surfacefs.config.Finding;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;

/** Looks before the ports open: a server that can't be right doesn't start. */
@Singleton
public class Startup {
    /** Refused. */
    static final int REFUSED = 11;

    void check(@Observes StartupEvent event, SurfaceConfig config, ServeMode mode, Instance<Engine> engine) {
        if (!mode.serving()) {
            return;
        }
        List<Finding> findings = StartupChecks.run(config, ConfigProvider.getConfig());
        findings.forEach(finding -> System.err.println(finding.line()));
        if (findings.stream().anyMatch(f -> f.severity() == Finding.Severity.ERROR)) {
            exit();
        }
        try {
            engine.get();
        } catch (SurfaceException e) {
            System.err.println(Finding.error(e.code().name(), String.valueOf(e.getMessage()), String.valueOf(e.hint()))
                    .line());
            exit();
        }
    }

    /** Nothing is open yet that would need an orderly end. */
    private static void exit() {
        System.err.flush();
        Runtime.getRuntime().halt(REFUSED);
    }
}
