package io.surfacefs.app;

import io.quarkus.runtime.configuration.DurationConverter;
import io.surfacefs.tls.StoreFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * One configuration of Quarkus' TLS registry, read by its names. The registry itself is part of a container, and
 * commands have none: read here it means the same in the server and in each of them.
 */
final class NamedTls {
    private static final String PREFIX = "quarkus.tls.";
    private static final String PEM = "key-store.pem.";
    private static final int INDEXED = 10;
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** What the registry knows and a client here doesn't heed. */
    private static final List<String> UNHEEDED = List.of(
            "certificate-revocation-list",
            "key-store.credentials-provider.name",
            "trust-store.credentials-provider.name");

    private final Config quarkus;
    private final @Nullable String name;

    /** @param name null: the default configuration, which is that of the servers */
    NamedTls(Config quarkus, @Nullable String name) {
        this.quarkus = quarkus;
        this.name = name;
    }

    /** How its properties begin, for people. */
    String prefix() {
        return name == null ? "quarkus.tls" : PREFIX + name;
    }

    /** Whether there is such a configuration. */
    boolean exists() {
        return trusted().isPresent()
                || pairs().findAny().isPresent()
                || javaStore("key-store.").isPresent()
                || property(this::isOurs);
    }

    private boolean property(Predicate<String> wanted) {
        return StreamSupport.stream(quarkus.getPropertyNames().spliterator(), false)
                .anyMatch(wanted);
    }

    private boolean isOurs(String property) {
        return spellings("").anyMatch(property::startsWith)
                && quarkus.getConfigValue(property).getValue() != null;
    }

    /** How a property may be spelt: the name of a configuration stands in quotes or not. */
    private Stream<String> spellings(String property) {
        return name == null
                ? Stream.of(PREFIX + property)
                : Stream.of(PREFIX + name + "." + property, PREFIX + "\"" + name + "\"." + property);
    }

    private Optional<String> value(String property) {
        return spellings(property)
                .map(one -> quarkus.getConfigValue(one).getValue())
                .filter(value -> value != null && !value.isEmpty())
                .findFirst();
    }

    private List<String> values(String property) {
        return spellings(property)
                .map(one -> quarkus.getOptionalValues(one, String.class).orElse(List.of()))
                .filter(list -> !list.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /** Whose certificates are good; empty: the system's authorities say. */
    Optional<StoreFile> trusted() {
        List<Path> pem = values("trust-store.pem.certs").stream().map(Path::of).toList();
        return pem.isEmpty() ? javaStore("trust-store.") : Optional.of(new StoreFile.PemCertificates(pem));
    }

    /**
     * What is shown.
     *
     * @throws IllegalArgumentException for a certificate without a key, or the other way round
     */
    Optional<StoreFile> own() {
        List<String> names = pairs().toList();
        if (names.isEmpty()) {
            return javaStore("key-store.");
        }
        return Optional.of(new StoreFile.PemPairs(
                names.stream().map(one -> file(one, ".cert")).toList(),
                names.stream().map(one -> file(one, ".key")).toList()));
    }

    private Path file(String pair, String what) {
        return pairValue(pair, what)
                .map(Path::of)
                .orElseThrow(() -> new IllegalArgumentException(
                        prefix() + "." + PEM + pair + " has no " + what.substring(1) + ": both must be given"));
    }

    private Optional<String> pairValue(String pair, String what) {
        return value(PEM + pair + what).or(() -> value(PEM + "\"" + pair + "\"" + what));
    }

    private Stream<String> pairs() {
        TreeSet<String> names = new TreeSet<>();
        IntStream.range(0, INDEXED).mapToObj(Integer::toString).forEach(names::add);
        for (String property : quarkus.getPropertyNames()) {
            spellings(PEM).filter(property::startsWith).forEach(start -> {
                String rest = property.substring(start.length());
                int end = rest.lastIndexOf('.');
                if (end > 0) {
                    names.add(rest.substring(0, end).replace("\"", ""));
                }
            });
        }
        return names.stream()
                .filter(pair -> pairValue(pair, ".cert").isPresent()
                        || pairValue(pair, ".key").isPresent());
    }

    private Optional<StoreFile> javaStore(String store) {
        return Stream.of("p12", "jks")
                .flatMap(kind -> value(store + kind + ".path").stream()
                        .map(path -> (StoreFile) new StoreFile.KeyStoreFile(
                                Path.of(path),
                                kind.equals("p12") ? "PKCS12" : "JKS",
                                value(store + kind + ".password").orElse(null),
                                value(store + kind + ".alias").orElse(null),
                                value(store + kind + ".alias-password").orElse(null))))
                .findFirst();
    }

    /** How long what was read counts; empty: for ever. */
    Optional<Duration> reload() {
        return value("reload-period").map(DurationConverter::parseDuration);
    }

    List<String> protocols() {
        List<String> protocols = values("protocols");
        return protocols.isEmpty() ? PROTOCOLS : protocols;
    }

    List<String> ciphers() {
        return values("cipher-suites");
    }

    /** Whether it would take any certificate, or one of any host. */
    boolean trustsAnybody() {
        return value("trust-all").map(Boolean::parseBoolean).orElse(false)
                || value("hostname-verification-algorithm")
                        .map(one -> !one.equalsIgnoreCase("HTTPS"))
                        .orElse(false);
    }

    /** Properties that are set, and would be taken no notice of. */
    List<String> unheeded() {
        return UNHEEDED.stream()
                .filter(property -> value(property).isPresent())
                .map(property -> prefix() + "." + property)
                .toList();
    }
}
