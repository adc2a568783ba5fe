package io.surfacefs.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Names that no property has, each with the nearest that one has. */
final class UnknownNames {
    /** What Kubernetes puts into the environment for services whose names begin as ours. */
    private static final Pattern INJECTED =
            Pattern.compile(".*_SERVICE_HOST|.*_SERVICE_PORT.*|.*_PORT|.*_PORT_[0-9]+_.*");

    /** The last words of names whose values would be secrets. */
    private static final Pattern SECRET = Pattern.compile(
            "(?i).*(token|secret|password|passphrase|credentials?|(private|signing|access|api)[._-]?key([._-]?id)?|key[._-]?pem)");

    private UnknownNames() {}

    /** An error for a name in a file or of a system property, a warning for one in the environment. */
    static List<Finding> in(SurfaceConfig.Source source) {
        List<Finding> findings = new ArrayList<>();
        for (String name : source.names()) {
            if (Settings.ALL.stream().noneMatch(s -> s.name().equals(name))
                    && Settings.FAMILIES.stream().noneMatch(f -> f.nameIn(name).isPresent())) {
                findings.add(
                        Finding.error("SURFACE_CONFIG_UNKNOWN", "there is no property " + name, meant(name, name)));
            }
        }
        for (String variable : source.environment().keySet().stream().sorted().toList()) {
            if (variable.startsWith("SURFACE_")
                    && !INJECTED.matcher(variable).matches()
                    && Settings.ALL.stream()
                            .noneMatch(s ->
                                    s.variable().equals(variable) || s.aliases().contains(variable))
                    && Settings.FAMILIES.stream()
                            .noneMatch(f -> f.nameInVariable(variable).isPresent())) {
                findings.add(Finding.warning(
                        "SURFACE_CONFIG_UNKNOWN",
                        "the environment variable " + variable + " names no property",
                        meant(variable, variable.toLowerCase(Locale.ROOT).replace('_', '.'))));
            }
        }
        return findings;
    }

    private static String meant(String written, String name) {
        return SECRET.matcher(written).matches()
                ? "did you mean " + secretFile(name)
                        + "? a secret is never a property's value, only the name of its file is"
                : "did you mean " + nearest(name) + "?";
    }

    private static String secretFile(String name) {
        return (name.contains("token") ? Settings.UPSTREAM_TOKEN_FILE : Settings.SECRETS_DIR).name();
    }

    private static String nearest(String name) {
        return Stream.concat(
                        Settings.ALL.stream().map(Setting::name),
                        Settings.FAMILIES.stream().map(Family::name))
                .min(Comparator.comparingInt(known -> distance(known.replace('-', '.'), name.replace('-', '.'))))
                .orElse("");
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int swap = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(swap, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
