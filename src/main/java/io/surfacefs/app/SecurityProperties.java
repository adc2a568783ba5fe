package io.surfacefs.app;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** What follows for Quarkus from {@code surface.security.*}, below whatever an operator sets by Quarkus' own names. */
public final class SecurityProperties implements ConfigSourceFactory {
    /** Below the properties in the program itself, which have 250. */
    private static final int ORDINAL = 200;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue auth = context.getValue("surface.security.auth");
        boolean oidc = auth != null && "oidc".equals(auth.getValue());
        return List.of(new PropertiesConfigSource(
                Map.of("quarkus.oidc.tenant-enabled", Boolean.toString(oidc)), "surface.security.auth", ORDINAL));
    }
}
