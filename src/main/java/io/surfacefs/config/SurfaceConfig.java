package io.surfacefs.config;

import io.surfacefs.model.SurfaceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The effective configuration, read once, and what was found wrong with it. Immutable. */
public final class SurfaceConfig {
    /** Where values come from. */
    public interface Source {
        /** The value of a property and the name of its source, where it is set. */
        Optional<Raw> value(String property);

        /** Names below {@code surface.} that are set in files or as system properties, not in the environment. */
        List<String> names();

        /** The environment. */
        Map<String, String> environment();
    }

    /** A value as text, and where it was found. */
    public record Raw(String text, String source) {}

    /** A property's effective value as text, for people. */
    public record Effective(String name, @Nullable String text, String source) {}

    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final Map<Family<?, ?>, Map<Object, Object>> families = new HashMap<>();
    private final List<Effective> effective = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private SurfaceConfig() {}

    /** Reads everything; never throws for what is wrong, but tells it in {@link #findings}. */
    public static SurfaceConfig read(Source source) {
        SurfaceConfig config = new SurfaceConfig();
        Settings.ALL.forEach(setting -> config.readOne(setting, source));
        Settings.FAMILIES.forEach(family -> config.readFamily(family, source));
        config.findings.addAll(UnknownNames.in(source));
        for (String feature : config.get(Settings.FEATURES)) {
            config.findings.add(Finding.warning(
                    "SURFACE_FEATURE_UNKNOWN", "there is no feature " + feature, "leave it out of surface.features"));
        }
        return config;
    }

    private void readFamily(Family<?, ?> family, Source source) {
        Map<Object, Object> members = new HashMap<>();
        families.put(family, members);
        Set<String> names = new TreeSet<>(family.standards().keySet());
        source.names().forEach(property -> family.nameIn(property).ifPresent(names::add));
        for (String variable : source.environment().keySet()) {
            family.nameInVariable(variable).ifPresent(name -> {
                if (name.isEmpty()) {
                    findings.add(Finding.error(
                            "SURFACE_CONFIG_INVALID",
                            "which name the environment variable " + variable + " means can't be told",
                            "set " + family.name() + " in a file, or by -D"));
                } else {
                    names.add(name);
                }
            });
        }
        for (String name : names) {
            readMember(family, name, source, members);
        }
    }

    private void readMember(Family<?, ?> family, String name, Source source, Map<Object, Object> members) {
        String property = family.property(name);
        String standard = family.standards().get(name);
        Raw raw = source.value(property).orElse(new Raw(standard == null ? "" : standard, "default"));
        effective.add(new Effective(property, raw.text(), raw.source()));
        Object key;
        try {
            key = family.key().apply(name);
        } catch (SurfaceException e) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    property + " has a name that can't be right",
                    String.valueOf(e.getMessage())));
            return;
        }
        try {
            members.put(key, family.type().parse(raw.text()));
        } catch (IllegalArgumentException e) {
            findings.add(invalid(property, e, raw));
        }
    }

    private static Finding invalid(String property, IllegalArgumentException expected, Raw raw) {
        return Finding.error(
                expected instanceof Types.Unsafe ? "SURFACE_UNSAFE" : "SURFACE_CONFIG_INVALID",
                property + " has a value that can't be right",
                "expected " + expected.getMessage() + "; set in " + raw.source());
    }

    private <T> void readOne(Setting<T> setting, Source source) {
        Raw raw = source.value(setting.name()).orElseGet(() -> alias(setting, source));
        if (raw == null && setting.standard() != null) {
            raw = new Raw(setting.standard(), "default");
        }
        effective.add(
                new Effective(setting.name(), raw == null ? null : raw.text(), raw == null ? "default" : raw.source()));
        if (raw == null) {
            return;
        }
        try {
            values.put(setting, setting.type().parse(raw.text()));
        } catch (IllegalArgumentException e) {
            findings.add(invalid(setting.name(), e, raw));
            if (setting.standard() != null) {
                values.put(setting, setting.type().parse(setting.standard()));
            }
        }
    }

    private static @Nullable Raw alias(Setting<?> setting, Source source) {
        for (String alias : setting.aliases()) {
            String value = source.environment().get(alias);
            if (value != null && !value.isEmpty()) {
                // The old name says its unit, the type counts bytes.
                String text = alias.endsWith("_MB") ? value.strip() + "M" : value;
                return new Raw(text, "environment variable " + alias);
            }
        }
        return null;
    }

    /** A value that has a default. */
    public <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow(() -> new IllegalStateException(setting.name() + " has no value"));
    }

    /** A value that may be absent. */
    @SuppressWarnings("unchecked") // values are put in by the setting's own parser
    public <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable((T) values.get(setting));
    }

    /** Whether somebody set it, by its own name or by an alias; else it has its default. */
    public boolean isSet(Setting<?> setting) {
        return effective.stream()
                .anyMatch(one ->
                        one.name().equals(setting.name()) && !one.source().equals("default"));
    }

    /** The members of a family that have a value. */
    @SuppressWarnings("unchecked") // names and values are put in by the family's own parsers
    public <K, V> Map<K, V> members(Family<K, V> family) {
        return (Map<K, V>) Map.copyOf(families.getOrDefault(family, Map.of()));
    }

    /** What stands in front of the store. */
    public Settings.CacheType cacheType() {
        return find(Settings.CACHE_TYPE)
                .orElse(
                        get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER
                                ? Settings.CacheType.MEMORY
                                : Settings.CacheType.DISK);
    }

    /** The data folder, absolute. */
    public Path home() {
        return get(Settings.HOME).toAbsolutePath().normalize();
    }

    /** The folder store's root, absolute. */
    public Path storeRoot() {
        return find(Settings.STORE_ROOT)
                .orElse(home().resolve("store"))
                .toAbsolutePath()
                .normalize();
    }

    /** The local cache's folder, absolute. */
    public Path cacheRoot() {
        return find(Settings.CACHE_ROOT)
                .orElse(home().resolve("cache"))
                .toAbsolutePath()
                .normalize();
    }

    /** The spool's folder, absolute. */
    public Path spoolRoot() {
        return find(Settings.SPOOL_ROOT)
                .orElse(home().resolve("spool"))
                .toAbsolutePath()
                .normalize();
    }

    /** Whether puts are acknowledged before the store has them. */
    public boolean writesBehind() {
        return get(Settings.WRITE_MODE) == Settings.WriteMode.WRITE_BEHIND;
    }

    /** Where uploads land when the store isn't a folder: the parent of each process' own folder, absolute. */
    public Path intakeRoot() {
        return find(Settings.INTAKE_ROOT)
                .orElse(home().resolve("intake"))
                .toAbsolutePath()
                .normalize();
    }

    /** What is wrong. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** Every property with its value and source, for people. */
    public List<Effective> effective() {
        return List.copyOf(effective);
    }
}
