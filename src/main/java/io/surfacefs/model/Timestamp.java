package io.surfacefs.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A moment in UTC that keeps the text it came in: {@code yyyy-MM-ddTHH:mm:ssZ}, with a fraction of 1 to 9 digits where
 * one was given.
 *
 * @param text the form that is stored and served
 */
public record Timestamp(String text) implements Comparable<Timestamp> {
    private static final Pattern FORM =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z");

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when the text is not of that form or names no moment */
    public Timestamp {
        if (!isValid(text)) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "not a time: '" + Names.shown(text) + "'",
                    "UTC, like 2025-10-29T12:00:00Z");
        }
    }

    /** Whether the text is a moment of the contract's form. */
    public static boolean isValid(String text) {
        if (!FORM.matcher(text).matches()) {
            return false;
        }
        try {
            Instant.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    /** The moment in whole seconds, rounded down, as the service writes its own times. */
    public static Timestamp ofSeconds(Instant moment) {
        return new Timestamp(DateTimeFormatter.ISO_INSTANT.format(moment.truncatedTo(ChronoUnit.SECONDS)));
    }

    public Instant instant() {
        return Instant.parse(text);
    }

    /** By moment, whatever the number of fraction digits. */
    @Override
    public int compareTo(Timestamp other) {
        return instant().compareTo(other.instant());
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Timestamp that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }
}
