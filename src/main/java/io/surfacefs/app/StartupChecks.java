package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/**
 * What is looked at before anything is served, and by {@code doctor}. Changes nothing but that it makes the data
 * folder.
 */
public final class StartupChecks {
    private StartupChecks() {}

    /** All findings at once; those that are errors stop the start. */
    public static List<Finding> run(SurfaceConfig config, Config quarkus) {
        List<Finding> findings = new ArrayList<>(config.findings());
        SecurityChecks.run(config, quarkus, findings);
        TlsChecks.run(config, quarkus, findings);
        FolderChecks.run(config, findings);
        SecretFiles.run(config, quarkus, findings);
        if (config.get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER) {
            checkFolder(config.storeRoot(), "surface.store.root", findings);
            config.find(Settings.INTAKE_ROOT).ifPresent(root -> checkFolder(root, "surface.intake.root", findings));
        } else {
            checkFolder(config.intakeRoot(), "surface.intake.root", findings);
            SecretChecks.run(config, Instant.now(), findings);
        }
        UpstreamChecks.run(config, findings);
        SigningChecks.run(config, Instant.now(), findings);
        StoreTransport.check(config, quarkus, findings);
        Rehearsals.check(config, findings);
        if (config.cacheType() == Settings.CacheType.DISK) {
            checkFolder(config.cacheRoot(), "surface.cache.root", findings);
        }
        if (config.writesBehind()) {
            checkFolder(config.spoolRoot(), "surface.spool.root", findings);
            checkSpoolBesideFolder(config, findings);
        }
        if (config.get(Settings.MANIFEST_MAX_AGE).multipliedBy(2).compareTo(config.get(Settings.STORE_GRACE)) >= 0
                && config.cacheType() != Settings.CacheType.NONE) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.cache.manifest-max-age is not below half of surface.store.grace",
                    "make the age shorter, or the grace longer"));
        }
        // What stops the start first.
        findings.sort(Comparator.comparing(Finding::severity).reversed());
        return findings;
    }

    /** A folder store takes a large payload's file by linking it. */
    private static void checkSpoolBesideFolder(SurfaceConfig config, List<Finding> findings) {
        try {
            if (config.get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER
                    && !Files.getFileStore(config.spoolRoot()).equals(Files.getFileStore(config.storeRoot()))) {
                findings.add(Finding.error(
                        "SURFACE_CONFIG_INVALID",
                        "surface.spool.root is on another file system than surface.store.root",
                        "put both on one; a folder store needs no spool: surface.write-mode=write-through"));
            }
        } catch (IOException e) {
            return; // that a folder can't be used was found already
        }
    }

    private static void checkFolder(Path folder, String property, List<Finding> findings) {
        try {
            PrivateFiles.makeFolders(folder);
            Path probe = Files.createTempFile(folder, ".probe", "");
            Files.delete(probe);
        } catch (IOException e) {
            if (DiskFaults.of("probe", e).code() == ErrorCode.DISK_FULL) {
                findings.add(Finding.warning(
                        "DISK_FULL",
                        "the disk of " + folder + " is full",
                        "free room: no put can be taken until then"));
                return;
            }
            findings.add(Finding.error(
                    "SURFACE_ENV_CACHE_DIR_UNWRITABLE",
                    "the folder " + folder + " can't be written to",
                    "give this user leave to write there, or set " + property + " (SURFACE_HOME) to another folder"));
        }
    }
}
