package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/** Whether somebody switched off that certificates, or the names in them, are verified. */
final class TlsChecks {
    /** Names in the form of the environment, which any source's can be brought to. */
    private static final Map<Pattern, Pattern> OPEN = Map.of(
            Pattern.compile("QUARKUS_TLS_(.*_)?TRUST_ALL"), Pattern.compile("true|yes|on|1|y|t"),
            Pattern.compile("QUARKUS_TLS_(.*_)?HOSTNAME_VERIFICATION_ALGORITHM"), Pattern.compile("none|"),
            Pattern.compile("QUARKUS_OIDC_(.*_)?TLS_VERIFICATION"), Pattern.compile("none|certificate-validation"));

    private static final Pattern OTHERS = Pattern.compile("[^A-Z0-9]+");

    private TlsChecks() {}

    static void run(SurfaceConfig config, Config quarkus, List<Finding> findings) {
        if (config.get(Settings.ALLOW_UNVERIFIED_TLS)) {
            return;
        }
        Map<String, String> found = new TreeMap<>();
        for (String name : quarkus.getPropertyNames()) {
            String capitals = name.toUpperCase(Locale.ROOT);
            if (!capitals.contains("TLS")) {
                continue; // hundreds of names, at every start
            }
            String variable = OTHERS.matcher(capitals).replaceAll("_");
            OPEN.forEach((names, values) -> {
                if (names.matcher(variable).matches() && isOneOf(values, quarkus, name)) {
                    // One that is set in the environment has two names; the property's own sorts behind and is told.
                    found.merge(variable, name, (a, b) -> a.compareTo(b) > 0 ? a : b);
                }
            });
        }
        found.values()
                .forEach(name -> findings.add(Finding.error(
                        "SURFACE_UNSAFE",
                        name + "=" + quarkus.getConfigValue(name).getValue()
                                + " lets anybody on the way be the other end of a TLS connection",
                        "leave it out and name whom to trust by quarkus.tls.NAME.trust-store.pem.certs, or set "
                                + Settings.ALLOW_UNVERIFIED_TLS.name() + "=true")));
    }

    private static boolean isOneOf(Pattern values, Config quarkus, String name) {
        String value = quarkus.getConfigValue(name).getValue();
        return value != null
                && values.matcher(value.strip().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .matches();
    }
}
