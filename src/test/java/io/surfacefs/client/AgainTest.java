package io.surfacefs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgainTest {
    private final List<Long> waits = new ArrayList<>();
    private int asked;

    private Again upTo(long seconds) {
        return new Again(Duration.ofSeconds(seconds), waits::add);
    }

    private Again.Question<String> refusing(int times, ErrorCode code, Duration after) {
        return () -> {
            if (asked++ < times) {
                throw new SurfaceException(code, "refused", null, null, after);
            }
            return "answer";
        };
    }

    private long waited() {
        return waits.stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void anOverloadedServiceIsAskedAgainAfterTheTimeThatItNames() throws IOException {
        assertEquals("answer", upTo(30).ask(refusing(3, ErrorCode.OVERLOADED, Duration.ofSeconds(7))));
        assertEquals(List.of(7_000_000_000L, 7_000_000_000L, 7_000_000_000L), waits);
    }

    @Test
    void theWaitsGrowWhereTheNamedTimeIsShort() throws IOException {
        assertEquals("answer", upTo(60).ask(refusing(12, ErrorCode.STORE_UNAVAILABLE, Duration.ofMillis(1))));
        assertEquals(12, waits.size());
        assertTrue(waits.getFirst() <= 100_000_000L, waits::toString);
        assertTrue(waits.getLast() >= 2_500_000_000L && waits.getLast() <= 5_000_000_000L, waits::toString);
    }

    @Test
    void patienceEndsBeforeItWouldBePassed() {
        SurfaceException last = assertThrows(
                SurfaceException.class,
                () -> upTo(30).ask(refusing(1000, ErrorCode.OVERLOADED, Duration.ofSeconds(8))));
        assertEquals(ErrorCode.OVERLOADED, last.code());
        assertEquals(3, waits.size());
        assertTrue(waited() <= 30_000_000_000L, waits::toString);
    }

    @Test
    void withoutPatienceOrAnAnswerItIsAskedOnce() {
        assertThrows(
                SurfaceException.class, () -> upTo(0).ask(refusing(1, ErrorCode.OVERLOADED, Duration.ofSeconds(1))));
        assertThrows(
                SurfaceException.class, () -> upTo(30).ask(refusing(2, ErrorCode.STORE_UNAVAILABLE, Duration.ZERO)));
        assertEquals(2, asked);
        assertEquals(List.of(), waits);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"OVERLOADED", "STORE_UNAVAILABLE"},
            mode = EnumSource.Mode.EXCLUDE)
    void noOtherRefusalIsAskedAgain(ErrorCode code) {
        SurfaceException told =
                assertThrows(SurfaceException.class, () -> upTo(30).ask(refusing(1, code, Duration.ofSeconds(1))));
        assertEquals(code, told.code());
        assertEquals(1, asked);
    }
}
