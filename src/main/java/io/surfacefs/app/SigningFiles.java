package io.surfacefs.app;

import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.service.SignatureGate;
import io.surfacefs.service.Signing;
import io.surfacefs.signing.MountedKey;
import io.surfacefs.signing.TrustFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The keys that the configuration names. */
final class SigningFiles {
    /** In {@code surface.secrets.dir}. */
    static final String KEY = "signing-key.pem";

    private SigningFiles() {}

    /** The file with the signing key, or null for none. */
    static @Nullable Path keyFile(SurfaceConfig config) {
        return config.find(Settings.SIGNING_KEY_FILE)
                .or(() -> config.find(Settings.SECRETS_DIR)
                        .map(folder -> folder.resolve(KEY))
                        .filter(Files::exists))
                .orElse(null);
    }

    /**
     * Opens the keys.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when one can't be used
     */
    static Signing open(SurfaceConfig config, Events events) {
        Path key = keyFile(config);
        MountedKey signs = null;
        try {
            signs = key == null
                    ? null
                    : MountedKey.open(
                            key,
                            config.find(Settings.SIGNING_KEY_ID).orElse(null),
                            e -> events.keysUnreadable("the signing key " + key + " " + e.getMessage()));
        } catch (IOException e) {
            throw unusable("the signing key " + key + " " + e.getMessage(), Settings.SIGNING_KEY_FILE.name(), e);
        }
        return new Signing(signs, gate(config, signs == null, events));
    }

    private static SignatureGate gate(SurfaceConfig config, boolean signsNothing, Events events) {
        SignatureGate.Policy policy =
                SignatureGate.Policy.valueOf(config.get(Settings.SIGNING_VERIFY).name());
        if (policy == SignatureGate.Policy.OFF) {
            return SignatureGate.OFF;
        }
        boolean othersSign = signsNothing && config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM;
        Path folder = config.find(Settings.SIGNING_TRUST_DIR).orElse(null);
        if (folder == null) {
            throw unusable("nobody says which keys are trusted", Settings.SIGNING_TRUST_DIR.name(), null);
        }
        try {
            TrustFolder trust = TrustFolder.open(folder, e -> events.keysUnreadable(String.valueOf(e.getMessage())));
            return new SignatureGate(policy, trust, othersSign, events);
        } catch (IOException e) {
            throw unusable("the trusted keys can't be read: " + e.getMessage(), Settings.SIGNING_TRUST_DIR.name(), e);
        }
    }

    private static SurfaceException unusable(String why, String property, @Nullable IOException cause) {
        return new SurfaceException(ErrorCode.INVALID_ARGUMENT, why, "see " + property, cause);
    }
}
