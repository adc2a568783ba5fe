package io.surfacefs.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Properties of one kind that differ in a name: {@code surface.cache.lifetime."KIND"}.
 *
 * @param before what stands before the quoted name, with its dot
 * @param placeholder what the name is, for people
 * @param after what stands behind the quoted name, with its dot; may be empty
 * @param key reads a name, throws where it is none
 * @param type how values are read
 * @param standards values of names that have one unless told otherwise, as text
 * @param meaning for the reference page
 */
public record Family<K, V>(
        String before,
        String placeholder,
        String after,
        Function<String, K> key,
        Setting.Type<V> type,
        Map<String, String> standards,
        String meaning) {
    public Family {
        standards = Map.copyOf(standards);
    }

    /** The property of a name. */
    public String property(String name) {
        return before + '"' + name + '"' + after;
    }

    /** How it is written in the reference page. */
    public String name() {
        return property(placeholder);
    }

    /** The name in a property of this family; empty where it is another property. */
    Optional<String> nameIn(String property) {
        boolean mine = property.startsWith(before + '"')
                && property.endsWith('"' + after)
                && property.length() > before.length() + after.length() + 2;
        return mine
                ? Optional.of(property.substring(before.length() + 1, property.length() - after.length() - 1))
                : Optional.empty();
    }

    /** The variable that sets the property of a name. */
    String variable(String name) {
        return Setting.variable(property(name));
    }

    /**
     * The name in an environment variable of this family, where it can be told: a variable has {@code _} for every
     * character but letters and digits.
     *
     * @return empty where it is another's variable; an empty name where it can't be told
     */
    Optional<String> nameInVariable(String variable) {
        Optional<String> standard = standards.keySet().stream()
                .filter(name -> variable(name).equals(variable))
                .findFirst();
        String prefix = Setting.variable(before + '"');
        String suffix = Setting.variable('"' + after);
        if (standard.isPresent()
                || !variable.startsWith(prefix)
                || !variable.endsWith(suffix)
                || variable.length() <= prefix.length() + suffix.length()) {
            return standard;
        }
        String name = variable.substring(prefix.length(), variable.length() - suffix.length());
        if (!name.equals(Setting.variable(name))) {
            return Optional.empty();
        }
        return Optional.of(name.contains("_") ? "" : name.toLowerCase(Locale.ROOT));
    }
}
