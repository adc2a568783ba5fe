package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the ISO-8601 durations of {@code Surface-Ttl}: {@code P7D}, {@code PT36H}, {@code P1Y2M}, {@code P2W}. */
final class IsoDuration {
    private static final Pattern FORM =
            Pattern.compile("P(?=.)(?:(\\d{1,9})Y)?(?:(\\d{1,9})M)?(?:(\\d{1,9})W)?(?:(\\d{1,9})D)?"
                    + "(?:T(?=.)(?:(\\d{1,9})H)?(?:(\\d{1,9})M)?(?:(\\d{1,9})(?:[.,](\\d{1,9}))?S)?)?");

    private IsoDuration() {}

    /**
     * Years and months are those that follow {@code now} in UTC.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when it is malformed, not positive, or leads beyond the year
     *     9999
     */
    static Duration parsePositive(String text, OffsetDateTime now) {
        Matcher m = FORM.matcher(text);
        if (m.matches()) {
            try {
                OffsetDateTime utc = now.withOffsetSameInstant(ZoneOffset.UTC);
                Duration duration = Duration.between(utc, utc.plus(days(m)).plus(time(m)));
                boolean inReach = utc.plus(duration).getYear() <= 9999;
                if (duration.isPositive() && inReach) {
                    return duration;
                }
            } catch (DateTimeException | ArithmeticException e) {
                throw refusal();
            }
        }
        throw refusal();
    }

    private static Period days(Matcher m) {
        long days = Math.addExact(Math.multiplyExact(number(m.group(3)), 7L), number(m.group(4)));
        return Period.of((int) number(m.group(1)), (int) number(m.group(2)), Math.toIntExact(days));
    }

    private static Duration time(Matcher m) {
        String fraction = m.group(8) == null ? "" : m.group(8);
        return Duration.ofHours(number(m.group(5)))
                .plusMinutes(number(m.group(6)))
                .plusSeconds(number(m.group(7)))
                .plusNanos(number((fraction + "000000000").substring(0, 9)));
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static SurfaceException refusal() {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT, "not a lifetime", "a positive ISO-8601 duration like P7D or PT36H");
    }
}
