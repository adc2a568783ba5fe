package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** Whether others on this machine can read or replace the files that hold secrets. Reads none of them. */
final class SecretFiles {
    private static final List<String> MOUNTED =
            List.of("s3-access-key-id", "s3-secret-access-key", UpstreamChecks.TOKEN, "signing-key.pem");
    private static final Pattern OURS = Pattern.compile("surface\\..*\\.(key|token)-file");

    /** Names in the form of the environment, which any source's can be brought to. */
    private static final Pattern KEYS = Pattern.compile("QUARKUS_TLS_(.*_)?KEY_STORE_(PEM_.*_KEY|P12_PATH|JKS_PATH)");

    private static final int OTHERS_READ = 0004;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    private SecretFiles() {}

    static void run(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        if (config.get(Settings.ALLOW_OPEN_SECRETS)) {
            return;
        }
        named(config, quarkus).forEach((file, property) -> {
            try {
                if (Files.isRegularFile(file)
                        && file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
                    check(property, file, findings);
                }
            } catch (IOException e) {
                return; // that it can't be used is another check's finding
            }
        });
    }

    /** The files, each with the property that names it. */
    private static Map<Path, String> named(SurfaceConfig config, Config quarkus) {
        Map<Path, String> files = new TreeMap<>();
        for (String name : quarkus.getPropertyNames()) {
            String variable = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
            if (KEYS.matcher(variable).matches()) {
                add(name, quarkus.getConfigValue(name).getValue(), files);
            }
        }
        for (SurfaceConfig.Effective one : config.effective()) {
            if (OURS.matcher(one.name()).matches()) {
                add(one.name(), one.text(), files);
            }
        }
        config.find(Settings.SECRETS_DIR).ifPresent(folder -> {
            for (String name : MOUNTED) {
                files.put(folder.resolve(name), Settings.SECRETS_DIR.name());
            }
        });
        return files;
    }

    private static void add(String name, @Nullable String value, Map<Path, String> files) {
        try {
            if (value != null && !value.isBlank()) {
                files.put(Path.of(value.strip()), name);
            }
        } catch (InvalidPathException e) {
            return; // whoever opens it says so
        }
    }

    private static void check(String property, Path file, List<Finding> findings) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        List<Path> replaceable = new ArrayList<>();
        if ((mode(file) & OTHERS_WRITE) != 0) {
            replaceable.add(file);
        }
        if (folder != null && (mode(folder) & (OTHERS_WRITE | STICKY)) == OTHERS_WRITE) {
            replaceable.add(folder);
        }
        if (!replaceable.isEmpty()) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    "everybody on this machine can write " + replaceable.getFirst() + ", named by " + property,
                    "chmod o-w it, or set " + Settings.ALLOW_OPEN_SECRETS.name() + "=true"));
        } else if ((mode(file) & OTHERS_READ) != 0 && !isOnlyThisPods(folder)) {
            findings.add(Finding.warning(
                    "SURFACE_UNSAFE",
                    "everybody on this machine can read " + file + ", named by " + property,
                    "chmod 0400 it, or mount it with defaultMode 0440; " + Settings.ALLOW_OPEN_SECRETS.name()
                            + "=true keeps this silent"));
        }
    }

    /** What the kubelet mounts, 0644 unless told otherwise, no other pod sees. */
    private static boolean isOnlyThisPods(@Nullable Path folder) {
        return folder != null && Files.isSymbolicLink(folder.resolve("..data"));
    }

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode");
    }
}
