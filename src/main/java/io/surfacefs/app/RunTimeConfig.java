package io.surfacefs.app;

import io.quarkus.runtime.ValueRegistryImpl;
import io.quarkus.value.registry.ValueRegistry;
import io.smallrye.config.ConfigValidationException;
import io.surfacefs.cli.RefusedException;
import io.surfacefs.config.Finding;
import java.lang.reflect.InvocationTargetException;
import java.util.stream.IntStream;
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

    /**
     * {@return the configuration as the server would read it now}
     *
     * @throws RefusedException when properties of Quarkus lack others or can't be read
     */
    static Config read() throws RefusedException {
        if (!"runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))) {
            return ConfigProvider.getConfig();
        }
        try {
            Class.forName(GENERATED)
                    .getMethod("createRunTimeConfig", ValueRegistry.class)
                    .invoke(null, ValueRegistryImpl.builder().build());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ConfigValidationException invalid) {
                throw new RefusedException(IntStream.range(0, invalid.getProblemCount())
                        .mapToObj(i -> Finding.error(
                                        "SURFACE_CONFIG_INVALID",
                                        invalid.getProblem(i).getMessage(),
                                        "set what is missing, or take away what asks for it")
                                .line())
                        .toList());
            }
            throw new IllegalStateException("the configuration of this run can't be read", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the configuration of this run can't be read", e);
        }
        return ConfigProvider.getConfig();
    }
}
