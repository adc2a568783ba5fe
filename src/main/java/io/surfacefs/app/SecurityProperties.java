package io.surfacefs.app;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;

/**
 * What follows for Quarkus from {@code surface.security.*}, wherever that is set, below whatever an operator sets by
 * Quarkus' own names.
 */
public final class SecurityProperties implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1;
    private static final String TENANT_ENABLED = "quarkus.oidc.tenant-enabled";
    private static final String AUTH = "surface.security.auth";

    @Override
    public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue set = context.proceed(name);
        if (!TENANT_ENABLED.equals(name) || (set != null && set.getValue() != null && !isDefault(set))) {
            return set;
        }
        ConfigValue auth = context.proceed(AUTH);
        boolean oidc = auth != null && "oidc".equals(auth.getValue());
        return ConfigValue.builder()
                .withName(TENANT_ENABLED)
                .withValue(Boolean.toString(oidc))
                .withConfigSourceName(AUTH)
                .build();
    }

    /** Quarkus' own defaults are a source as well. */
    private static boolean isDefault(ConfigValue value) {
        return value.getConfigSourceOrdinal() < 0;
    }
}
