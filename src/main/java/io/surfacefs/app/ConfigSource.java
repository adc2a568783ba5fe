package io.surfacefs.app;

import io.surfacefs.config.SurfaceConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;

/** The settings' view of Quarkus' configuration. */
final class ConfigSource implements SurfaceConfig.Source {
    private static final String ENVIRONMENT = "EnvConfigSource";

    private final Config config;

    ConfigSource(Config config) {
        this.config = config;
    }

    @Override
    public Optional<SurfaceConfig.Raw> value(String property) {
        ConfigValue value = config.getConfigValue(property);
        return value.getValue() == null || value.getValue().isEmpty()
                ? Optional.empty()
                : Optional.of(new SurfaceConfig.Raw(value.getValue(), String.valueOf(value.getSourceName())));
    }

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (String name : config.getPropertyNames()) {
            if (name.startsWith("surface.")
                    && !String.valueOf(config.getConfigValue(name).getSourceName())
                            .contains(ENVIRONMENT)) {
                names.add(name);
            }
        }
        return names;
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }
}
