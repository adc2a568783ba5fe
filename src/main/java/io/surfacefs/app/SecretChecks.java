package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Whether the mounted secrets that the store needs are there, and how old they are. Reads no secret's value. */
final class SecretChecks {
    private static final List<String> NAMES = List.of("s3-access-key-id", "s3-secret-access-key");

    private SecretChecks() {}

    static void run(SurfaceConfig config, Instant now, List<Finding> findings) {
        Settings.StoreType type = config.get(Settings.STORE_TYPE);
        if (type == Settings.StoreType.FOLDER) {
            return;
        }
        config.find(Settings.SECRETS_DIR).ifPresent(folder -> checkMounted(config, folder, now, findings));
        if (type == Settings.StoreType.UPSTREAM) {
            config.find(Settings.UPSTREAM_TOKEN_FILE)
                    .filter(file -> Files.isReadable(file) && file.toFile().length() > 0)
                    .ifPresent(file -> checkAge(config, file, file.toString(), now, findings));
        }
    }

    /** An upstream may do without a token. */
    private static void checkMounted(SurfaceConfig config, Path folder, Instant now, List<Finding> findings) {
        List<String> names = config.get(Settings.STORE_TYPE) == Settings.StoreType.S3
                ? NAMES
                : Stream.of(UpstreamChecks.TOKEN)
                        .filter(name -> Files.exists(folder.resolve(name)))
                        .toList();
        for (String name : names) {
            checkAge(config, folder.resolve(name), name, now, findings);
        }
    }

    private static void checkAge(SurfaceConfig config, Path file, String name, Instant now, List<Finding> findings) {
        try {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            if (!Files.isReadable(file) || Files.size(file) == 0) {
                findings.add(missing(name));
            } else if (Duration.between(written, now).compareTo(config.get(Settings.SECRETS_MAX_AGE)) > 0) {
                findings.add(Finding.warning(
                        "SURFACE_SECRET_STALE",
                        "the secret file " + name + " is older than surface.secrets.max-age",
                        "rotate the secret, or raise surface.secrets.max-age"));
            }
        } catch (IOException e) {
            findings.add(missing(name));
        }
    }

    private static Finding missing(String name) {
        return Finding.error(
                "SURFACE_SECRET_MISSING",
                "there is no readable file " + name + " in surface.secrets.dir",
                "mount it there, or leave surface.secrets.dir unset (S3 then uses AWS' default chain)");
    }
}
