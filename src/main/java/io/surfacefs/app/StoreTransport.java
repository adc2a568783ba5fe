package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Setting;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.store.StoreTls;
import io.surfacefs.tls.ClientTls;
import io.surfacefs.tls.Pin;
import io.surfacefs.tls.StoreFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** TLS towards a store that is far away: whom to trust, what to show, and which keys are pinned. */
final class StoreTransport {
    private static final String CODE = "SURFACE_CONFIG_INVALID";
    private static final Set<String> PLAIN = Set.of("http", "grpc");

    private StoreTransport() {}

    /**
     * Reads the files, for the store that the configuration names.
     *
     * @return null where neither trust, nor a certificate, nor pins are given
     * @throws io.surfacefs.store.StoreFault when a file can't be used
     */
    static @Nullable ClientTls open(SurfaceConfig config, Config quarkus) {
        return settings(config, quarkus).map(StoreTls::open).orElse(null);
    }

    /**
     * What was given for the store.
     *
     * @throws IllegalArgumentException when it can't be right; the message says what is wrong
     */
    static Optional<ClientTls.Settings> settings(SurfaceConfig config, Config quarkus) {
        boolean upstream = config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM;
        List<Pin> pins = config.find(upstream ? Settings.UPSTREAM_PINS : Settings.STORE_PINS)
                .orElse(List.of());
        Optional<StoreFile> authority = config.find(Settings.CA_FILE).map(StoreTransport::pem);
        Optional<NamedTls> named = name(config).map(name -> new NamedTls(quarkus, name));
        if (named.isEmpty()) {
            return authority.isEmpty() && pins.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ClientTls.Settings(
                            authority.isEmpty() ? "the system's trust" : Settings.CA_FILE.name(),
                            authority.orElse(null),
                            null,
                            null,
                            List.of(),
                            List.of(),
                            pins));
        }
        NamedTls tls = named.get();
        return Optional.of(new ClientTls.Settings(
                tls.prefix(),
                tls.trusted().or(() -> authority).orElse(null),
                tls.own().orElse(null),
                tls.reload().orElse(null),
                tls.protocols(),
                tls.ciphers(),
                pins));
    }

    private static StoreFile pem(Path file) {
        return new StoreFile.PemCertificates(List.of(file));
    }

    /** The configuration of the registry that is meant for the store. */
    static Optional<String> name(SurfaceConfig config) {
        return config.find(
                config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM
                        ? Settings.UPSTREAM_TLS_NAME
                        : Settings.STORE_TLS_NAME);
    }

    /** Whether what was given can be right; reads the files. */
    static void check(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        Settings.StoreType type = config.get(Settings.STORE_TYPE);
        checkPlace(type == Settings.StoreType.UPSTREAM, Settings.UPSTREAM_PINS, Settings.STORE_PINS, config, findings);
        checkPlace(
                type == Settings.StoreType.UPSTREAM,
                Settings.UPSTREAM_TLS_NAME,
                Settings.STORE_TLS_NAME,
                config,
                findings);
        if (type == Settings.StoreType.FOLDER) {
            return;
        }
        int before = findings.size();
        checkEncrypted(config, findings);
        name(config).ifPresent(name -> checkNamed(new NamedTls(quarkus, name), config, findings));
        if (findings.size() == before) {
            checkFiles(config, quarkus, findings);
        }
    }

    /** What is set for another kind of store would guard nothing, and look as if it did. */
    private static void checkPlace(
            boolean upstream, Setting<?> ofUpstream, Setting<?> ofS3, SurfaceConfig config, List<Finding> findings) {
        boolean s3 = config.get(Settings.STORE_TYPE) == Settings.StoreType.S3;
        if (config.find(ofUpstream).isPresent() && !upstream) {
            findings.add(Finding.error(
                    CODE,
                    ofUpstream.name() + " is set, and the store is no upstream",
                    s3 ? "set " + ofS3.name() : "leave it out, or set surface.store.type=upstream"));
        }
        if (config.find(ofS3).isPresent() && !s3) {
            findings.add(Finding.error(
                    CODE,
                    ofS3.name() + " is set, and the store is not S3",
                    upstream ? "set " + ofUpstream.name() : "leave it out, or set surface.store.type=s3"));
        }
    }

    private static void checkEncrypted(SurfaceConfig config, List<Finding> findings) {
        URI endpoint = config.find(Settings.STORE_ENDPOINT).orElse(null);
        boolean upstream = config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM;
        if (endpoint == null || !PLAIN.contains(endpoint.getScheme())) {
            return;
        }
        for (Setting<?> one : upstream
                ? List.of(Settings.UPSTREAM_PINS, Settings.UPSTREAM_TLS_NAME)
                : List.of(Settings.STORE_PINS, Settings.STORE_TLS_NAME)) {
            if (config.find(one).isPresent()) {
                findings.add(Finding.error(
                        CODE,
                        one.name() + " is set, and " + endpoint.getScheme() + ":// is without TLS",
                        "give an https:// " + (upstream ? "or grpcs:// " : "")
                                + "address in surface.store.endpoint, or leave " + one.name() + " out"));
            }
        }
    }

    private static void checkNamed(NamedTls tls, SurfaceConfig config, List<Finding> findings) {
        if (!tls.exists()) {
            findings.add(Finding.error(
                    CODE,
                    "there is no TLS configuration " + tls.prefix(),
                    "set " + tls.prefix() + ".trust-store.pem.certs, and " + tls.prefix()
                            + ".key-store.pem.0.cert and .key for a client's certificate"));
            return;
        }
        if (tls.trustsAnybody()) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    tls.prefix() + " trusts anybody: trust-all, or no verification of host names",
                    "name whom to trust by " + tls.prefix() + ".trust-store.pem.certs"));
        }
        for (String property : tls.unheeded()) {
            findings.add(Finding.error(
                    CODE, property + " is not heeded towards a store", "leave it out, or give files instead"));
        }
        if (config.find(Settings.CA_FILE).isPresent() && isTrustGiven(tls)) {
            findings.add(Finding.error(
                    CODE,
                    "surface.store.ca-file and " + tls.prefix() + ".trust-store both say whom to trust",
                    "leave one of them out"));
        }
    }

    private static boolean isTrustGiven(NamedTls tls) {
        return tls.trusted().isPresent();
    }

    private static void checkFiles(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        try {
            Optional<ClientTls.Settings> settings = settings(config, quarkus);
            if (settings.isPresent()) {
                ClientTls.open(settings.get());
            }
        } catch (IOException | IllegalArgumentException e) {
            findings.add(Finding.error(
                    CODE,
                    "TLS towards the store: " + e.getMessage(),
                    "give readable files; a key is PEM without a password"));
        }
    }
}
