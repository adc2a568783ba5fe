package io.surfacefs.app;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/**
 * What follows for Quarkus from {@code surface.security.*} and {@code surface.tracing.*}, wherever that is set, below
 * whatever an operator sets by Quarkus' own names.
 */
public final class SecurityProperties implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1;
    private static final String TENANT_ENABLED = "quarkus.oidc.tenant-enabled";
    private static final String OTEL_DISABLED = "quarkus.otel.sdk.disabled";
    private static final String TRACING = "surface.tracing.enabled";
    /** The rank of what is set in the program itself. */
    private static final int OURS = 250;

    private static final String AUTH = "surface.security.auth";

    @Override
    public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        ConfigValue set = context.proceed(name);
        return switch (name) {
            case TENANT_ENABLED -> isSet(set, 0) ? set : derived(name, AUTH, is(context, AUTH, "oidc"));
            case OTEL_DISABLED -> isSet(set, OURS + 1) ? set : derived(name, TRACING, !is(context, TRACING, "true"));
            default -> set;
        };
    }

    private static boolean is(ConfigSourceInterceptorContext context, String name, String value) {
        ConfigValue found = context.proceed(name);
        return found != null && value.equals(found.getValue());
    }

    private static ConfigValue derived(String name, String from, boolean value) {
        return ConfigValue.builder()
                .withName(name)
                .withValue(Boolean.toString(value))
                .withConfigSourceName(from)
                .build();
    }

    /**
     * Whether somebody set it, in a source of at least that rank: Quarkus' defaults are a source, and so is what we
     * ship.
     */
    private static boolean isSet(@Nullable ConfigValue value, int rank) {
        return value != null && value.getValue() != null && value.getConfigSourceOrdinal() >= rank;
    }
}
