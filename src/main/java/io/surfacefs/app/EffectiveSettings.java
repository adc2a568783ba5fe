package io.surfacefs.app;

import io.surfacefs.cli.LocalEngine;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/** The configuration that counts, with its sources: all of ours, and of Quarkus' what somebody set. Tells no secret. */
final class EffectiveSettings {
    private static final String DEFAULT = "default";

    private EffectiveSettings() {}

    static List<LocalEngine.Setting> of(SurfaceConfig config, Config quarkus) {
        List<LocalEngine.Setting> settings = new ArrayList<>();
        for (SurfaceConfig.Effective one : config.effective()) {
            settings.add(ours(config, one));
        }
        settings.addAll(quarkus(quarkus));
        return settings;
    }

    private static LocalEngine.Setting ours(SurfaceConfig config, SurfaceConfig.Effective one) {
        if (one.name().equals(Settings.STORE_ROOT.name())) {
            return new LocalEngine.Setting(one.name(), config.storeRoot().toString(), source(one.source()));
        }
        if (one.text() != null) {
            return new LocalEngine.Setting(one.name(), Masked.of(one.name(), one.text()), source(one.source()));
        }
        Path token = UpstreamChecks.tokenFile(config);
        if (one.name().equals(Settings.UPSTREAM_TOKEN_FILE.name()) && token != null) {
            return new LocalEngine.Setting(one.name(), token.toString(), Settings.SECRETS_DIR.name());
        }
        return new LocalEngine.Setting(one.name(), following(config, one.name()), null);
    }

    /** A default that follows from other settings; null where there is none. */
    private static @Nullable String following(SurfaceConfig config, String name) {
        boolean folder = config.get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER;
        return Map.<String, Object>of(
                        Settings.CACHE_TYPE.name(),
                        config.cacheType().name().toLowerCase(Locale.ROOT),
                        Settings.CACHE_ROOT.name(),
                        config.cacheRoot(),
                        Settings.SPOOL_ROOT.name(),
                        config.spoolRoot(),
                        Settings.INTAKE_ROOT.name(),
                        folder ? config.storeRoot().resolve("tmp") : config.intakeRoot(),
                        Settings.PATH_STYLE.name(),
                        config.find(Settings.STORE_ENDPOINT).isPresent())
                .entrySet()
                .stream()
                .filter(entry -> entry.getKey().equals(name))
                .map(entry -> entry.getValue().toString())
                .findFirst()
                .orElse(null);
    }

    private static List<LocalEngine.Setting> quarkus(Config quarkus) {
        Map<String, LocalEngine.Setting> set = new TreeMap<>();
        Set<String> shipped = Set.of("quarkus.uuid");
        for (String name : quarkus.getPropertyNames()) {
            ConfigValue value = quarkus.getConfigValue(name);
            boolean theirs = name.startsWith("quarkus.") || name.startsWith("QUARKUS_");
            if (theirs && !shipped.contains(name) && value.getValue() != null && isSet(value)) {
                // A variable of the environment has two names, the property's own sorts behind.
                String variable = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
                LocalEngine.Setting setting =
                        new LocalEngine.Setting(name, Masked.of(name, value.getValue()), source(value.getSourceName()));
                set.merge(variable, setting, (a, b) -> a.name().compareTo(b.name()) > 0 ? a : b);
            }
        }
        return List.copyOf(set.values());
    }

    /** Whether an operator set it, and not we when the program was built. */
    private static boolean isSet(ConfigValue value) {
        String source = Optional.ofNullable(value.getSourceName()).orElse("");
        boolean built = source.isEmpty()
                || source.contains("DefaultValues")
                || source.contains("Default values")
                || source.contains("Build time")
                || source.contains("BuildTime")
                || source.equals("Runtime Values") // what a native image was built with
                || (source.contains("application.properties") && source.contains("jar!"))
                || source.contains("resource:application.properties")
                || source.equals("surface.security.auth");
        return !built && value.getSourceOrdinal() >= 0;
    }

    /** The names that the configuration library has for its sources, in words; null for the default. */
    private static @Nullable String source(@Nullable String name) {
        return switch (name) {
            case null -> null;
            case DEFAULT -> null;
            case "EnvConfigSource" -> "environment";
            case "SysPropConfigSource" -> "system property";
            default -> name;
        };
    }
}
