package io.surfacefs.app;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.surfacefs.config.Finding;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.config.TestSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/** What a check is given: the properties of a test, as Quarkus and as we see them. */
record ChecksRig(SurfaceConfig config, Config quarkus) {
    /** Name, value, name, value …; a later value of a name counts. */
    static ChecksRig of(String... properties) {
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i < properties.length; i += 2) {
            all.put(properties[i], properties[i + 1]);
        }
        Map<String, String> ours = new LinkedHashMap<>(all);
        ours.keySet().removeIf(name -> !name.startsWith("surface."));
        Config quarkus = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build();
        return new ChecksRig(TestSettings.of(ours), quarkus);
    }

    /** Severity and code of each. */
    static List<String> told(List<Finding> findings) {
        return findings.stream().map(f -> f.severity() + " " + f.code()).toList();
    }
}
