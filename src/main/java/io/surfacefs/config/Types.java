package io.surfacefs.config;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.tls.Pin;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The types that property values have. */
final class Types {
    private static final Pattern SHORT_DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");
    private static final Pattern MEMORY = Pattern.compile("([0-9]{1,15})([kKmMgGtT]?)");

    private static final Pattern CLAIM_PATH = Pattern.compile("(\"[^\"]+\"|[^\"/]+)(/(\"[^\"]+\"|[^\"/]+))*");

    private Types() {}

    /** Says that a value asks for what nobody is given. */
    static final class Unsafe extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Unsafe(String expected) {
            super(expected);
        }
    }

    private record Named<T>(String label, String expected, Function<String, T> parser) implements Setting.Type<T> {
        @Override
        public T parse(String text) {
            try {
                return parser.apply(text.strip());
            } catch (Unsafe e) {
                throw e;
            } catch (IllegalArgumentException | ArithmeticException | DateTimeParseException | SurfaceException e) {
                throw new IllegalArgumentException(expected, e);
            }
        }
    }

    static Setting.Type<String> text(Pattern form, String expected) {
        return new Named<>("string", expected, value -> {
            if (!form.matcher(value).matches()) {
                throw new IllegalArgumentException(value);
            }
            return value;
        });
    }

    static final Setting.Type<Path> PATH = new Named<>("path", "a path", value -> {
        if (value.isEmpty()) {
            throw new InvalidPathException(value, "empty");
        }
        return Path.of(value);
    });

    private static final Set<String> STORE_SCHEMES = Set.of("http", "https", "grpc", "grpcs");

    static final Setting.Type<URI> STORE_URI = new Named<>("URI", "an address like https://host:port", value -> {
        URI uri = URI.create(value);
        if (!STORE_SCHEMES.contains(String.valueOf(uri.getScheme()))
                || uri.getHost() == null
                || uri.getRawQuery() != null
                || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(value);
        }
        return uri;
    });

    static final Setting.Type<Tenant> TENANT = new Named<>("tenant", "a tenant name", Tenant::new);

    static final Setting.Type<Boolean> BOOLEAN = new Named<>("bool", "true or false", value -> switch (value) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException(value);
    });

    static final Setting.Type<List<String>> LIST = new Named<>(
            "list",
            "names separated by commas",
            value -> Arrays.stream(value.split(",", -1))
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .toList());

    static final Setting.Type<List<Pin>> PINS =
            new Named<>("list of pins", "pins separated by commas, each sha256/ and 32 bytes in base64", value -> {
                List<Pin> pins = LIST.parse(value).stream().map(Pin::new).toList();
                if (pins.isEmpty()) {
                    throw new IllegalArgumentException(value);
                }
                return pins;
            });

    static final Setting.Type<Set<Tenant>> TENANTS =
            new Named<>("list", "tenant names separated by commas; * is no tenant", value -> {
                refuseWildcard(LIST.parse(value), "each tenant by its name: * would open every tenant's data");
                Set<Tenant> tenants =
                        LIST.parse(value).stream().map(Tenant::new).collect(Collectors.toUnmodifiableSet());
                if (tenants.isEmpty()) {
                    throw new IllegalArgumentException(value);
                }
                return tenants;
            });

    private static void refuseWildcard(List<String> names, String expected) {
        if (names.contains("*") || names.contains("\"*\"")) {
            throw new Unsafe(expected);
        }
    }

    private static final Set<String> ALL_SCOPES =
            Set.of("surface.read", "surface.write", "surface.delete", "surface.admin");

    static final Setting.Type<Set<String>> SCOPES =
            new Named<>("list", "scopes separated by commas: surface.read, .write, .delete, .admin", value -> {
                Set<String> scopes = Set.copyOf(LIST.parse(value));
                if (scopes.isEmpty() || !ALL_SCOPES.containsAll(scopes)) {
                    throw new IllegalArgumentException(value);
                }
                return scopes;
            });

    private static final Pattern SUBJECT = Pattern.compile("[!-~]{1,255}");

    /** The subject of a token, in a property's name. */
    static String subject(String name) {
        if (!SUBJECT.matcher(name).matches() || name.equals("*")) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "a subject is 1 to 255 visible ASCII characters; * is none");
        }
        return name;
    }

    static final Setting.Type<List<String>> CLAIM_PATHS = new Named<>(
            "list of claim paths",
            "claim paths separated by commas, like tenant or \"https://example.org/claims\"/tenant",
            value -> {
                List<String> paths = LIST.parse(value);
                refuseWildcard(
                        paths.stream()
                                .flatMap(path -> Arrays.stream(path.split("/", -1)))
                                .toList(),
                        "claims by their names: with * whoever gets any claim into a token would choose the tenant");
                paths.forEach(path -> {
                    if (!CLAIM_PATH.matcher(path).matches()) {
                        throw new IllegalArgumentException(path);
                    }
                });
                if (paths.isEmpty()) {
                    throw new IllegalArgumentException(value);
                }
                return paths;
            });

    static final Setting.Type<Duration> DURATION =
            new Named<>("Duration", "a duration that is not negative, like 30s, 5m, 7d or PT30S", value -> {
                Matcher m = SHORT_DURATION.matcher(value);
                Duration duration =
                        m.matches() ? shortDuration(Long.parseLong(m.group(1)), m.group(2)) : Duration.parse(value);
                if (duration.isNegative()) {
                    throw new IllegalArgumentException(value);
                }
                return duration;
            });

    static final Setting.Type<Duration> TIMEOUT =
            new Named<>("Duration", "a duration of at least 1ms, like 5s or PT5S", value -> {
                Duration duration = DURATION.parse(value);
                if (duration.toMillis() < 1) {
                    throw new IllegalArgumentException(value);
                }
                return duration;
            });

    private static Duration shortDuration(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** Bytes, powers of 1024. */
    static final Setting.Type<Long> MEMORY_SIZE = new Named<>("MemorySize", "a size like 512M or 10G", value -> {
        Matcher m = MEMORY.matcher(value);
        if (!m.matches()) {
            throw new IllegalArgumentException(value);
        }
        int power = m.group(2).isEmpty() ? 0 : "kmgt".indexOf(m.group(2).toLowerCase(Locale.ROOT)) + 1;
        return Math.multiplyExact(Long.parseLong(m.group(1)), 1L << (10 * power));
    });

    static Setting.Type<Integer> integer(int least, int most) {
        return new Named<>("int", "a whole number from " + least + " to " + most, value -> {
            int number = Integer.parseInt(value);
            if (number < least || number > most) {
                throw new IllegalArgumentException(value);
            }
            return number;
        });
    }

    static final Setting.Type<Double> SHARE = new Named<>("0.0–1.0", "a number from 0.0 to 1.0", value -> {
        double number = Double.parseDouble(value);
        if (!(number >= 0 && number <= 1)) {
            throw new IllegalArgumentException(value);
        }
        return number;
    });

    static <E extends Enum<E>> Setting.Type<E> choice(Class<E> type) {
        String label = String.join(
                " ", Arrays.stream(type.getEnumConstants()).map(Types::kebab).toList());
        return new Named<>(
                label,
                "one of: " + label,
                value -> Arrays.stream(type.getEnumConstants())
                        .filter(e -> kebab(e).equals(value))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(value)));
    }

    private static String kebab(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
