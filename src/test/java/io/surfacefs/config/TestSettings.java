package io.surfacefs.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A configuration of a test: what it names, and defaults. */
public final class TestSettings {
    private TestSettings() {}

    /** The configuration in which just these properties are set. */
    public static SurfaceConfig of(Map<String, String> values) {
        return SurfaceConfig.read(new SurfaceConfig.Source() {
            @Override
            public Optional<SurfaceConfig.Raw> value(String property) {
                return Optional.ofNullable(values.get(property)).map(text -> new SurfaceConfig.Raw(text, "test"));
            }

            @Override
            public List<String> names() {
                return List.copyOf(values.keySet());
            }

            @Override
            public Map<String, String> environment() {
                return Map.of();
            }
        });
    }
}
