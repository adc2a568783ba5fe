package io.surfacefs.cli;

import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The contract's words as values of options. */
final class Values {
    private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})([smhd])");

    private Values() {}

    static void register(CommandLine commands) {
        register(commands, Tenant.class, Tenant::new);
        register(commands, Kind.class, Kind::new);
        register(commands, Digest.class, text -> text.contains(":") ? Digest.parse(text) : new Digest(text));
        register(commands, ScanId.class, ScanId::new);
        register(commands, MediaType.class, MediaType::new);
        register(commands, Timestamp.class, Timestamp::new);
        commands.registerConverter(Duration.class, Values::duration);
    }

    private static <T> void register(CommandLine commands, Class<T> type, Function<String, T> parse) {
        commands.registerConverter(type, text -> {
            try {
                return parse.apply(text);
            } catch (SurfaceException e) {
                throw new TypeConversionException(e.getMessage() + (e.hint() == null ? "" : ": " + e.hint()));
            }
        });
    }

    /**
     * How long to wait, in the forms of every duration; nothing too.
     *
     * @throws IllegalArgumentException when it is no duration
     */
    static Duration patience(String text) {
        try {
            return text.matches("0[smhd]?") ? Duration.ZERO : duration(text);
        } catch (TypeConversionException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    /** ISO-8601, or a number and one of {@code s m h d}; more than nothing. */
    private static Duration duration(String text) {
        Duration duration;
        Matcher match = SHORT.matcher(text);
        try {
            duration = match.matches()
                    ? Duration.parse(
                            match.group(2).equals("d")
                                    ? "P" + match.group(1) + "D"
                                    : "PT" + match.group(1) + match.group(2))
                    : Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text + "' is no duration; try P7D, PT12H, 7d or 12h");
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new TypeConversionException("'" + text + "' is not longer than nothing");
        }
        return duration;
    }
}
