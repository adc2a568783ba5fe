package io.surfacefs.cli;

import io.surfacefs.model.SurfaceException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A value that was given by an option or, where that is absent, by an environment variable; an empty one was not given.
 *
 * @param origin the option's or the variable's name
 * @param onCommandLine whether it is the option's
 */
record Given(String text, String origin, boolean onCommandLine) {
    /** What counts of the two; null when neither was given. */
    static @Nullable Given of(@Nullable String option, String name, Map<String, String> environment, String variable) {
        if (option != null && !option.isEmpty()) {
            return new Given(option, name, true);
        }
        String value = environment.get(variable);
        return value == null || value.isBlank() ? null : new Given(value.strip(), variable, false);
    }

    /**
     * The value as the contract's word.
     *
     * @throws ParameterException wrong usage, when it is none
     */
    <T> T as(Function<String, T> parse, CommandSpec command) {
        try {
            return parse.apply(text);
        } catch (SurfaceException e) {
            throw new ParameterException(
                    command.commandLine(),
                    "Invalid value of " + origin + ": " + e.getMessage() + (e.hint() == null ? "" : ": " + e.hint()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    command.commandLine(), "Invalid value of " + origin + ": '" + text + "': " + e.getMessage());
        }
    }

    /** As {@link #as(Function, CommandSpec)}, null where nothing was given. */
    static <T> @Nullable T orNull(@Nullable Given given, Function<String, T> parse, CommandSpec command) {
        return given == null ? null : given.as(parse, command);
    }
}
