package io.surfacefs.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One property.
 *
 * @param name as operators write it
 * @param type how its values are read
 * @param standard its default as text; null: none, or one that follows from others, as {@code meaning} says
 * @param aliases environment variables that fill it where it isn't set, first one first
 * @param meaning for the reference page
 */
public record Setting<T>(
        String name, Type<T> type, @Nullable String standard, List<String> aliases, String meaning) {
    /** How values are read. */
    public interface Type<T> {
        /** What a value is, for people. */
        String label();

        /** @throws IllegalArgumentException with what is expected, when the text is no such value */
        T parse(String text);
    }

    static <T> Setting<T> of(String name, Type<T> type, @Nullable String standard, String meaning) {
        return new Setting<>(name, type, standard, List.of(), meaning);
    }

    Setting<T> alias(String... names) {
        return new Setting<>(name, type, standard, List.of(names), meaning);
    }

    /** The environment variable that sets it. */
    public String variable() {
        return variable(name);
    }

    /** The environment variable of a property: capitals, and {@code _} for every character but letters and digits. */
    static String variable(String name) {
        // A pattern for each of all variables and properties took a tenth of a start.
        StringBuilder variable = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean small = c >= 'a' && c <= 'z';
            boolean kept = small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            variable.append(small ? (char) (c - 'a' + 'A') : kept ? c : '_');
        }
        return variable.toString();
    }
}
