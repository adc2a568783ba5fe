package io.surfacefs.app;

import io.quarkus.runtime.ValueRegistryImpl;
import io.quarkus.value.registry.ValueRegistry;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The configuration of this run, where no container starts. In a native image the one that is there before the
 * container's start is that of the build: it knows neither this environment nor this folder's files.
 */
final class RunTimeConfig {
    /** What the container's start calls, too; Quarkus generates it at build time. */
    private static final String GENERATED = "io.quarkus.runtime.generated.Config";

    private RunTimeConfig() {}

    /** {@return the configuration as the server would read it now} */
    static Config read() {
        if (!"runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))) {
            return ConfigProvider.getConfig();
        }
        try {
            Class.forName(GENERATED)
                    .getMethod("createRunTimeConfig", ValueRegistry.class)
                    .invoke(null, ValueRegistryImpl.builder().build());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the configuration of this run can't be read", e);
        }
        return ConfigProvider.getConfig();
    }
}
