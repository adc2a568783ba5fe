package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.store.upstream.UpstreamSettings;
import io.surfacefs.tls.Certificates;
import io.surfacefs.tls.ClientTls;
import io.surfacefs.tls.Pin;
import io.surfacefs.tls.Presented;
import io.surfacefs.tls.StoreFile;
import java.io.IOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/** What certificates there are, how long they count, and which pins are met. For {@code doctor}. */
final class CertificateChecks {
    private static final String CERTIFICATE = "SURFACE_CERTIFICATE";
    private static final Duration SOON = Duration.ofDays(14);
    private static final Set<String> ENCRYPTED = Set.of("https", "grpcs");
    private static final int HTTPS = 443;

    private CertificateChecks() {}

    /** The files of this instance. */
    static void files(SurfaceConfig config, Config quarkus, Instant now, List<Finding> findings) {
        NamedTls servers = new NamedTls(quarkus, null);
        look("the servers' certificate", servers, servers::own, now, findings);
        NamedTls management = new NamedTls(quarkus, "management");
        look("the management port's certificate", management, management::own, now, findings);
        StoreTransport.name(config).map(name -> new NamedTls(quarkus, name)).ifPresent(tls -> {
            look("the certificate shown to the store", tls, tls::own, now, findings);
            look("an authority trusted for the store", tls, tls::trusted, now, findings);
        });
    }

    private static void look(
            String what, NamedTls tls, Supplier<Optional<StoreFile>> given, Instant now, List<Finding> findings) {
        try {
            Optional<StoreFile> files = given.get();
            if (files.isEmpty()) {
                return;
            }
            for (X509Certificate certificate : files.get().holders()) {
                findings.add(finding(what, certificate, "renew the files of " + tls.prefix(), now));
            }
        } catch (IOException | IllegalArgumentException e) {
            findings.add(Finding.warning(
                    CERTIFICATE,
                    what + " can't be looked at: " + e.getMessage(),
                    "check the files of " + tls.prefix()));
        }
    }

    /** A row for one certificate: a warning where it ends soon, an error where it isn't good now. */
    static Finding finding(String what, X509Certificate certificate, String mend, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        Duration left = Duration.between(now, end);
        String message = what + " " + Certificates.subject(certificate) + ": good until " + end + ", " + left.toDays()
                + " days left, pin " + Pin.of(certificate);
        if (left.isNegative()) {
            return Finding.error(CERTIFICATE, message.replace(": good until ", ": over since "), mend);
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return Finding.error(
                    CERTIFICATE,
                    message + ", not before " + certificate.getNotBefore().toInstant(),
                    mend);
        }
        return left.compareTo(SOON) <= 0
                ? Finding.warning(CERTIFICATE, message, mend)
                : new Finding(CERTIFICATE, Finding.Severity.OK, message, "");
    }

    /** What a store that is far away shows, and which pins are met by that; of one that can be spoken to. */
    static void store(SurfaceConfig config, Config quarkus, Instant now, List<Finding> findings) {
        URI endpoint = config.find(Settings.STORE_ENDPOINT).orElse(null);
        Settings.StoreType type = config.get(Settings.STORE_TYPE);
        if (type == Settings.StoreType.FOLDER || endpoint == null || !ENCRYPTED.contains(endpoint.getScheme())) {
            return;
        }
        int standard = type == Settings.StoreType.UPSTREAM ? UpstreamSettings.DEFAULT_PORT : HTTPS;
        try {
            ClientTls tls = ClientTls.open(StoreTransport.settings(config, quarkus)
                    .orElse(ClientTls.Settings.pinning("the system's trust", List.of())));
            List<X509Certificate> chain = Presented.verified(
                    endpoint.getHost(),
                    endpoint.getPort() < 0 ? standard : endpoint.getPort(),
                    tls,
                    config.get(Settings.CONNECT_TIMEOUT));
            findings.add(finding("the store's certificate", chain.getFirst(), "have it renewed there", now));
            List<Pin> pins = tls.settings().pins();
            if (!pins.isEmpty()) {
                findings.add(met(pins, chain));
            }
        } catch (IOException e) {
            findings.add(Finding.warning(
                    CERTIFICATE,
                    "the store's certificate can't be looked at: " + e.getMessage(),
                    "check surface.store.endpoint, and that the store is up"));
        }
    }

    private static Finding met(List<Pin> pins, List<X509Certificate> chain) {
        String met = chain.stream()
                .filter(one -> pins.contains(Pin.of(one)))
                .map(one -> Pin.of(one) + " (" + Certificates.subject(one) + ")")
                .collect(Collectors.joining(", "));
        List<Pin> shown = chain.stream().map(Pin::of).toList();
        String spare =
                pins.stream().filter(pin -> !shown.contains(pin)).map(Pin::text).collect(Collectors.joining(", "));
        return new Finding(
                "SURFACE_PINS",
                Finding.Severity.OK,
                "pins met: " + met + (spare.isEmpty() ? "" : "; not shown: " + spare),
                "");
    }
}
