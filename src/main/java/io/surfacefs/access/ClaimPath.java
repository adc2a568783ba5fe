package io.surfacefs.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a claim stands in a token: names from the outermost member inwards, with {@code /} between; a name that has a
 * slash of its own stands in double quotes, as in {@code "https://example.org/claims"/tenant}. Immutable.
 */
public final class ClaimPath {
    private final String text;
    private final List<String> names;

    private ClaimPath(String text, List<String> names) {
        this.text = text;
        this.names = names;
    }

    /** @throws IllegalArgumentException for an empty name or a quote that doesn't end */
    public static ClaimPath parse(String text) {
        List<String> names = new ArrayList<>();
        int at = 0;
        while (at <= text.length()) {
            boolean quoted = text.startsWith("\"", at);
            int end = quoted ? text.indexOf('"', at + 1) : text.indexOf('/', at);
            if (quoted && (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != '/'))) {
                throw new IllegalArgumentException("a quote doesn't end where a name does");
            }
            String name = text.substring(quoted ? at + 1 : at, end < 0 ? text.length() : end);
            if (name.isEmpty() || (!quoted && name.indexOf('"') >= 0)) {
                throw new IllegalArgumentException("a name is empty, or has a quote in it");
            }
            names.add(name);
            at = end < 0 ? text.length() + 1 : quoted ? end + 2 : end + 1;
        }
        return new ClaimPath(text, List.copyOf(names));
    }

    /** The value at this place, or null where there is none. */
    @Nullable Object in(Map<String, Object> claims) {
        Object value = claims;
        for (String name : names) {
            if (!(value instanceof Map<?, ?> members)) {
                return null;
            }
            value = members.get(name);
        }
        return value;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClaimPath path && path.names.equals(names);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(names);
    }
}
