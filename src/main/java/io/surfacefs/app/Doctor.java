package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.fs.FolderStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/** The start-up checks by hand: what a start would find, and also what is fine. */
final class Doctor {
    /** What is fine where no finding says otherwise. */
    private static final Map<String, String> FINE = new LinkedHashMap<>();

    static {
        FINE.put("SURFACE_CONFIG_INVALID", "every value can be right");
        FINE.put("SURFACE_CONFIG_UNKNOWN", "every name is known");
        FINE.put("SURFACE_FEATURE_UNKNOWN", "every feature is known");
        FINE.put("SURFACE_UNAUTHENTICATED_REMOTE", "nobody beyond this machine is served without authentication");
        FINE.put("SURFACE_ENV_CACHE_DIR_UNWRITABLE", "the data folder can be written to");
        FINE.put("STORE_UNAVAILABLE", "the store can be opened");
    }

    private Doctor() {}

    static List<Finding> run(SurfaceConfig config, Config quarkus) {
        List<Finding> findings = new ArrayList<>(StartupChecks.run(config, quarkus));
        boolean mayOpen = findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
        CertificateChecks.files(config, quarkus, Instant.now(), findings);
        boolean opened = mayOpen && open(config, findings);
        if (opened) {
            CertificateChecks.store(config, quarkus, Instant.now(), findings);
        }
        FINE.forEach((code, message) -> {
            boolean fine = opened || !code.equals("STORE_UNAVAILABLE");
            if (fine && findings.stream().noneMatch(finding -> finding.code().equals(code))) {
                findings.add(new Finding(code, Finding.Severity.OK, message, ""));
            }
        });
        return findings;
    }

    private static boolean open(SurfaceConfig config, List<Finding> findings) {
        try (Engine engine = Engine.open(config, FolderStore.Hold.GUEST, Events.NONE)) {
            engine.contact();
            return true;
        } catch (SurfaceException e) {
            findings.add(StoreFindings.of(config, e));
            return false;
        }
    }
}
