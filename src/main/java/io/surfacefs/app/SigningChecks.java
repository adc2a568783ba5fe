package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.SigningKey;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether signing keys and trusted keys can be used, and fit each other. Tells nothing of a private key. */
final class SigningChecks {
    private static final String PROBE = "application/vnd.stellaops.surface.probe";
    private static final int OTHERS_WRITE = 0002;

    private SigningChecks() {}

    static void run(SurfaceConfig config, Instant now, List<Finding> findings) {
        Path file = SigningFiles.keyFile(config);
        SigningKey key = file == null ? null : key(config, file, now, findings);
        if (file == null && config.find(Settings.SIGNING_KEY_ID).isPresent()) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.signing.key-id names a key, and there is none",
                    "set surface.signing.key-file, or mount " + SigningFiles.KEY + " in surface.secrets.dir"));
        }
        Path folder = config.find(Settings.SIGNING_TRUST_DIR).orElse(null);
        TrustedKeys trusted = folder == null ? null : trusted(config, folder, findings);
        Settings.VerifySignatures verify = config.get(Settings.SIGNING_VERIFY);
        if (verify == Settings.VerifySignatures.OFF) {
            return;
        }
        if (folder == null) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.signing.verify wants signatures, and nobody says whose count",
                    "set surface.signing.trust-dir to a folder of public keys, or surface.signing.verify=off"));
        } else if (trusted != null && trusted.names().isEmpty()) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.signing.verify wants signatures, and no key is trusted: " + folder
                            + " holds no file that ends in .pem",
                    "put public keys there: openssl pkey -in KEY -pubout -out NAME.pem"));
        } else if (trusted != null && key != null && !isTrusted(key, trusted)) {
            findings.add(Finding.warning(
                    "SURFACE_CONFIG_INVALID",
                    "what is signed here is not trusted here: the public half of '" + key.id()
                            + "' is not in surface.signing.trust-dir",
                    "put it there: openssl pkey -in KEY -pubout -out " + folder.resolve(key.id() + ".pem")));
        }
    }

    private static @Nullable SigningKey key(SurfaceConfig config, Path file, Instant now, List<Finding> findings) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            findings.add(Finding.error(
                    "SURFACE_SECRET_MISSING",
                    "there is no readable signing key " + file,
                    "mount it there, readable for this user, or unset surface.signing.key-file"));
            return null;
        }
        try {
            String id = config.find(Settings.SIGNING_KEY_ID).orElseGet(() -> TrustedKeys.name(file));
            SigningKey key = SigningKey.read(file, id);
            Instant written = Files.getLastModifiedTime(file).toInstant();
            if (Duration.between(written, now).compareTo(config.get(Settings.SECRETS_MAX_AGE)) > 0) {
                findings.add(Finding.warning(
                        "SURFACE_SECRET_STALE",
                        "the signing key " + file + " is older than surface.secrets.max-age",
                        "make a new one, trust it everywhere, then exchange it; or raise surface.secrets.max-age"));
            }
            return key;
        } catch (IOException e) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "the signing key " + file + " " + e.getMessage(),
                    "openssl genpkey -algorithm ed25519 -out KEY makes one"));
            return null;
        }
    }

    private static @Nullable TrustedKeys trusted(SurfaceConfig config, Path folder, List<Finding> findings) {
        try {
            TrustedKeys keys = TrustedKeys.read(folder);
            Path open = config.get(Settings.ALLOW_OPEN_SECRETS) ? null : writable(folder);
            if (open != null) {
                findings.add(Finding.error(
                        "SURFACE_UNSAFE",
                        "everybody on this machine can write " + open + ", and so decide whose signatures count",
                        "chmod o-w it, or set " + Settings.ALLOW_OPEN_SECRETS.name() + "=true"));
            }
            return keys;
        } catch (IOException e) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.signing.trust-dir can't be read: " + e.getMessage(),
                    "a folder of public keys, NAME.pem each: openssl pkey -in KEY -pubout -out NAME.pem"));
            return null;
        }
    }

    private static @Nullable Path writable(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return null;
        }
        List<Path> all = new ArrayList<>(List.of(folder));
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(Files::isRegularFile).forEach(all::add);
        }
        for (Path one : all) {
            if (((int) Files.getAttribute(one, "unix:mode") & OTHERS_WRITE) != 0) {
                return one;
            }
        }
        return null;
    }

    private static boolean isTrusted(SigningKey key, TrustedKeys trusted) {
        try {
            trusted.verify(key.sign(PROBE, PROBE.getBytes(StandardCharsets.US_ASCII)), PROBE);
            return true;
        } catch (SurfaceException e) {
            return false;
        }
    }
}
